"""What the organisation chooses, on the command line: policy and its own emoji."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from weetwie.cli.installation import Installation, in_house

if TYPE_CHECKING:
    from weetwie.domain.policy.preview import Preview


@click.group()
def policy() -> None:
    """The organisation's policies: its name, its rules, who can see posts."""


@policy.command("show")
@in_house
async def show_policy(installation: Installation) -> None:
    """Show all policies, each as `set` takes it."""
    from weetwie.cli.choices import line, shown

    found = shown(installation.viewer.policy)
    installation.say(found, "\n".join(line(name, value) for name, value in found.items()))


@policy.command("set")
@click.argument("name")
@click.argument("value")
@click.option("--dry-run", is_flag=True, help="Only show what would change, and who it affects.")
@in_house
async def set_policy(installation: Installation, name: str, value: str, dry_run: bool) -> None:
    """Set the policy NAME to VALUE, both as `show` prints them.

    Audiences are colleagues, network or world; switches are true or false; lists are ["a", "b"] or a, b.
    """
    from weetwie.cli.choices import given, line, shown
    from weetwie.domain.policy.choose import choose
    from weetwie.domain.policy.preview import preview
    from weetwie.flows import connections

    chosen = given(name, value)
    async with installation.database.transaction() as db:
        if name == "connections" and isinstance(chosen, list):
            new = [str(one) for one in chosen if one not in installation.viewer.policy.connections]
            await connections.check(installation.context(db), new)
        seen = await preview(db, installation.viewer, {name: chosen})
        if not dry_run:
            await choose(db, installation.viewer, {name: chosen})
    effects, told = _effects(seen), shown(seen.after)[name]
    lines = [f"{line(name, told)}{' (not chosen: a dry run)' if dry_run else ''}"]
    installation.say({name: told, "effects": effects, "is_chosen": not dry_run}, "\n".join(lines + effects))


def _effects(shown: "Preview") -> list[str]:
    """What changes, in words."""
    from weetwie.access import plain_words
    from weetwie.errors import fill

    told = []
    for change in shown.changes:
        told.append(plain_words.sentence(change.name, shown.after, str))
        told += [fill(effect.sentence, effect.values) for effect in change.effects]
    return told


@policy.command()
@click.option(
    "--verify",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check whether this statement was signed here and still applies. Exits with 4 if it was not signed here.",
)
@in_house
async def statement(installation: Installation, file: Path | None) -> None:
    """Print all policies, works council mode first, as a signed statement."""
    import msgspec

    from weetwie import __version__
    from weetwie.cli.archives import settings_of
    from weetwie.domain.identity.keys import key
    from weetwie.domain.policy import statement as statements

    async with installation.database.transaction() as db:
        seed = await key(db, statements.SEED)
        if file is None:
            base_url = settings_of(installation).base_url.rstrip("/")
            content = await statements.statement(db, installation.viewer, seed, base_url, __version__)
            click.echo(content.decode(), nl=False)
            return
    found = statements.verify(installation.viewer, file.read_bytes(), seed)
    mode = "on" if found.works_council else "off"
    lines = [
        f"Signed here on {found.made_at}, of version {found.version}. Works-council mode was {mode}.",
        "All of it still holds."
        if found.is_of_now
        else f"What is otherwise now: {', '.join(found.differs)}.",
        f"The key: {statements.public_key(seed)}",
    ]
    installation.say(msgspec.structs.asdict(found), "\n".join(lines))


@policy.command("never-inferred")
@click.option(
    "--add", "added", multiple=True, help="A word, a phrase, or the beginning of a word followed by *."
)
@click.option("--remove", "removed", multiple=True, help="Remove a topic that was added.")
@in_house
async def never_inferred(
    installation: Installation, added: tuple[str, ...], removed: tuple[str, ...]
) -> None:
    """Topics that are never inferred about anyone. The built-in ones can't be removed."""
    from weetwie.domain.knowledge.delicate import TOPICS
    from weetwie.domain.policy.choose import choose, held

    async with installation.database.transaction() as db:
        now = (await held(db, installation.viewer)).never_inferred
        own = [*dict.fromkeys(one.strip() for one in (*now, *added) if one.strip() and one not in removed)]
        if own != list(now):
            await choose(db, installation.viewer, {"never_inferred": own})
    lines = [f"{subject}: {words}" for subject, words in TOPICS.items()]
    installation.say(
        {"everywhere": TOPICS, "here": own}, "\n".join([*lines, f"here: {', '.join(own) or 'nothing more'}"])
    )


@policy.command()
@click.option("--colleagues", type=click.IntRange(0, 36500), help="Days for posts for colleagues.")
@click.option(
    "--network", type=click.IntRange(0, 36500), help="Days for posts for colleagues, alumni and guests."
)
@click.option("--world", type=click.IntRange(0, 36500), help="Days for public posts.")
@click.option("--direct", type=click.IntRange(0, 36500), help="Days for direct messages.")
@in_house
async def retention(
    installation: Installation,
    colleagues: int | None,
    network: int | None,
    world: int | None,
    direct: int | None,
) -> None:
    """Show what would be deleted with these retention periods; 0 means never. Changes nothing: use `weetwie policy set
    keeps_network_days DAYS` for that."""
    import msgspec

    from weetwie.domain.retention.retention import RULES, days_of, would_go

    given = dict(zip(RULES, (colleagues, network, world, direct), strict=True))
    days = days_of(installation.viewer.policy) | {
        rule: days for rule, days in given.items() if days is not None
    }
    async with installation.database.reading() as db:
        found = await would_go(db, installation.viewer, days)
    lines = [
        f"{one.rule} {one.days}: {one.posts} posts{f' of {one.people} people' if one.people else ''} would be deleted"
        + (f", the oldest of {one.oldest:%Y-%m-%d}" if one.oldest else "")
        + f"; {one.held} under legal hold"
        for one in found
    ]
    installation.say(
        [msgspec.to_builtins(one) for one in found], "\n".join(lines) or "Nothing is deleted automatically."
    )


@policy.command()
@click.argument("handle", required=False)
@click.option("--reason", help="The number of the case.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day on which the hold ends.")
@click.option("--lift", "lifted_id", type=int, metavar="ID", help="Lift a hold.")
@in_house
async def hold(
    installation: Installation,
    handle: str | None,
    reason: str | None,
    until: datetime | None,
    lifted_id: int | None,
) -> None:
    """Put the posts of HANDLE, or of everyone, under legal hold for a case. Without --reason, list the holds."""
    from weetwie.domain.people.lookup import lookup
    from weetwie.domain.retention import holds

    async with installation.database.transaction() as db:
        if lifted_id is not None:
            await holds.lift(db, installation.viewer, lifted_id)
        elif reason is not None:
            person_id = await lookup(db, installation.viewer, handle.removeprefix("@")) if handle else None
            ends_at = until.replace(tzinfo=UTC) if until else None
            await holds.hold(db, installation.viewer, person_id, reason, ends_at)
        found = await holds.listed(db, installation.viewer)
    plain = [
        {"id": one.id, "person": one.person_id, "reason": one.reason, "since": one.since.isoformat()}
        for one in found
    ]
    lines = [f"{one.id:6} {one.reason:24} {one.person_id or 'everybody'}" for one in found]
    installation.say(plain, "\n".join(lines) or "There are no legal holds.")


@click.group()
def emoji() -> None:
    """Custom emoji."""


@emoji.command()
@click.argument("shortcode")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--category", default="", help="The category apps show it in.")
@in_house
async def add(installation: Installation, shortcode: str, file: Path, category: str) -> None:
    """Add the image in FILE as :SHORTCODE:."""
    from weetwie.cli.archives import settings_of
    from weetwie.domain.policy import emojis
    from weetwie.serve import store

    picture = emojis.readable(file.read_bytes())
    async with installation.database.transaction() as db:
        await emojis.add(
            db,
            installation.viewer,
            store.chosen(settings_of(installation)),
            shortcode,
            picture,
            category=category,
        )
    installation.say({"added": shortcode}, f"Added :{shortcode}:")


@emoji.command("list")
@in_house
async def listed(installation: Installation) -> None:
    """List custom emoji."""
    found = installation.viewer.policy.emojis
    lines = [f":{one.shortcode}:  {one.category}".rstrip() for one in found]
    installation.say([one.shortcode for one in found], "\n".join(lines) or "None.")


@emoji.command()
@click.argument("shortcode")
@in_house
async def remove(installation: Installation, shortcode: str) -> None:
    """Remove :SHORTCODE:. Posts then show its name."""
    from weetwie.cli.archives import settings_of
    from weetwie.domain.policy import emojis
    from weetwie.serve import store

    async with installation.database.transaction() as db:
        await emojis.remove(db, installation.viewer, store.chosen(settings_of(installation)), shortcode)
    installation.say({"removed": shortcode}, f"Removed :{shortcode}:")
