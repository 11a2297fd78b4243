"""What the organisation chooses, on the command line: policy and its own emoji."""

import json
from pathlib import Path

import click

from weetwie.cli.house import House, in_house


@click.group()
def policy() -> None:
    """What the organisation chooses: its name, its rules, how wide people may write."""


@policy.command("show")
@in_house
async def show_policy(house: House) -> None:
    """All choices as they are now."""
    import msgspec

    chosen = msgspec.to_builtins(house.viewer.policy)
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in chosen.items()]
    house.say(chosen, "\n".join(line for line in lines if not line.startswith(("emojis", "version"))))


@policy.command("set")
@click.argument("name")
@click.argument("value")
@in_house
async def set_policy(house: House, name: str, value: str) -> None:
    """Choose VALUE for NAME. Rings: 0 colleagues, 1 network, 2 world; lists are written as ["a", "b"]."""
    from weetwie.domain.policy.choose import choose

    try:
        chosen = json.loads(value)
    except json.JSONDecodeError:
        chosen = value
    async with house.database.transaction() as db:
        await choose(db, house.viewer, {name: chosen})
    house.say({name: chosen}, f"{name} = {json.dumps(chosen, ensure_ascii=False)}")


@policy.command("never-inferred")
@click.option("--add", "added", multiple=True, help="A word, a phrase, or the beginning of a word with a *.")
@click.option("--remove", "removed", multiple=True, help="One that was added.")
@in_house
async def never_inferred(house: House, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Topics that nobody is ever found or proposed for. Those that hold everywhere cannot be taken out."""
    from weetwie.domain.knowledge.delicate import TOPICS
    from weetwie.domain.policy.choose import choose, held

    async with house.database.transaction() as db:
        now = (await held(db, house.viewer)).never_inferred
        own = [*dict.fromkeys(one.strip() for one in (*now, *added) if one.strip() and one not in removed)]
        if own != list(now):
            await choose(db, house.viewer, {"never_inferred": own})
    lines = [f"{subject}: {words}" for subject, words in TOPICS.items()]
    house.say(
        {"everywhere": TOPICS, "here": own}, "\n".join([*lines, f"here: {', '.join(own) or 'nothing more'}"])
    )


@click.group()
def emoji() -> None:
    """Emoji of the organisation's own."""


@emoji.command()
@click.argument("shortcode")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--category", default="", help="Under which heading apps offer it.")
@in_house
async def add(house: House, shortcode: str, file: Path, category: str) -> None:
    """Add the picture in FILE as :SHORTCODE:."""
    from weetwie.cli.archives import settings_of
    from weetwie.domain.policy import emojis
    from weetwie.serve import store

    picture = emojis.readable(file.read_bytes())
    async with house.database.transaction() as db:
        await emojis.add(
            db, house.viewer, store.chosen(settings_of(house)), shortcode, picture, category=category
        )
    house.say({"added": shortcode}, f"Added :{shortcode}:")


@emoji.command("list")
@in_house
async def listed(house: House) -> None:
    """Those there are."""
    found = house.viewer.policy.emojis
    lines = [f":{one.shortcode}:  {one.category}".rstrip() for one in found]
    house.say([one.shortcode for one in found], "\n".join(lines) or "None.")


@emoji.command()
@click.argument("shortcode")
@in_house
async def remove(house: House, shortcode: str) -> None:
    """Remove :SHORTCODE:; in texts its name shows again."""
    from weetwie.cli.archives import settings_of
    from weetwie.domain.policy import emojis
    from weetwie.serve import store

    async with house.database.transaction() as db:
        await emojis.remove(db, house.viewer, store.chosen(settings_of(house)), shortcode)
    house.say({"removed": shortcode}, f"Removed :{shortcode}:")
