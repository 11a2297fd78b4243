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
