"""The audit trail on the command line: read it, take it out, check that nothing was changed, let what is old go."""

import csv
import io
from datetime import UTC, datetime, timedelta

import click

from weetwie.cli.installation import Installation, in_house
from weetwie.runtime.json import Json

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """The audit log: who did what to whom, when and from where."""


@audit.command("list")
@click.option("--by", "actor", help="Username of the person who did it.")
@click.option("--about", "subject", help="Username of the person it was done to.")
@click.option("--act", default="", help="The action, or its beginning: person.leave, person.")
@click.option("--since", type=_DAY, help="From this day on.")
@click.option("--until", type=_DAY, help="Before this day.")
@click.option("--limit", default=100, show_default=True, help="List at most this many.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@in_house
async def list_(
    installation: Installation,
    actor: str | None,
    subject: str | None,
    act: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_csv: bool,
) -> None:
    """List entries, newest first. The log stores ids; names are looked up while the people are here."""
    import msgspec

    from weetwie.domain.audit.trail import TrailFilter, entries
    from weetwie.domain.people.lookup import lookup

    async with installation.database.reading() as db:
        asked = TrailFilter(
            actor_id=await lookup(db, installation.viewer, actor) if actor else 0,
            subject_id=await lookup(db, installation.viewer, subject) if subject else 0,
            act=act,
            since=since.replace(tzinfo=UTC) if since else None,
            until=until.replace(tzinfo=UTC) if until else None,
        )
        found = await entries(db, installation.viewer, asked, limit=limit)
    plain: list[dict[str, Json]] = [msgspec.structs.asdict(one) | {"at": one.at.isoformat()} for one in found]
    lines = [
        f"{one.at:%Y-%m-%d %H:%M:%S}  {one.actor_id or '-':>18}  {one.act:24} {one.subject_id or '-'}"
        for one in found
    ]
    installation.say(plain, as_table(plain) if as_csv else "\n".join(lines) or "Nothing.")


@audit.command()
@click.option(
    "--noted",
    default="",
    metavar="NUMBER:HASH",
    help="The last entry that an earlier check printed; it must still be there.",
)
@in_house
async def verify(installation: Installation, noted: str) -> None:
    """Check that nothing in the log was changed, removed or inserted. Exits with 4 if something was."""
    import msgspec

    from weetwie.domain.audit import chain
    from weetwie.domain.identity.keys import key
    from weetwie.errors import Invalid

    async with installation.database.transaction() as db:
        await chain.seal(db)
        found = await chain.verify(db, installation.viewer, await key(db, chain.SEED), noted)
    if found.wrong:
        raise Invalid(f"The audit log is not intact: {found.wrong}.")
    installation.say(
        msgspec.structs.asdict(found),
        f"The audit log is intact: {found.rows} entries after entry {found.from_checkpoint}.\n"
        f"Store this elsewhere to check against later: {found.last}:{found.hash}",
    )


@audit.command()
@click.option(
    "--days", type=click.IntRange(30), required=True, help="Delete entries older than this many days."
)
@in_house
async def cut(installation: Installation, days: int) -> None:
    """Delete old entries, behind a signed checkpoint from which the chain continues."""
    from weetwie.domain.audit import chain
    from weetwie.domain.identity.keys import key
    from weetwie.runtime import clock

    async with installation.database.transaction() as db:
        await chain.seal(db)
        number = await chain.cut(
            db, installation.viewer, await key(db, chain.SEED), clock.now() - timedelta(days=days)
        )
    installation.say(
        {"number": number}, f"Deleted entries up to {number}." if number else "There are no entries that old."
    )


def as_table(plain: list[dict[str, Json]]) -> str:
    out = io.StringIO()
    names = ["number", "at", "actor_id", "act", "subject_id", "ids", "door", "address"]
    table = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(plain)
    return out.getvalue().rstrip("\n")
