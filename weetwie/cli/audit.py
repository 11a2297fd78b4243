"""The audit trail on the command line: read it, take it out, check that nothing was changed, let what is old go."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from weetwie.cli.installation import Installation, in_house

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """Who did what to whom, when and from where: acts that somebody may have to answer for."""


@audit.command("list")
@click.option("--by", "actor", help="Handle of who did it.")
@click.option("--about", "subject", help="Handle of whom it was done to.")
@click.option("--act", default="", help="What was done, or how that begins: person.leave, person.")
@click.option("--since", type=_DAY, help="From this day on.")
@click.option("--until", type=_DAY, help="Before this day.")
@click.option("--limit", default=100, show_default=True, help="At most so many.")
@click.option("--csv", "as_csv", is_flag=True, help="As a table for other programs.")
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
    """The newest first. Ids only: names are behind them for as long as the people are here."""
    import msgspec

    from weetwie.domain.audit.trail import Asked, entries
    from weetwie.domain.people.lookup import lookup

    async with installation.database.reading() as db:
        asked = Asked(
            actor_id=await lookup(db, installation.viewer, actor) if actor else 0,
            subject_id=await lookup(db, installation.viewer, subject) if subject else 0,
            act=act,
            since=since.replace(tzinfo=UTC) if since else None,
            until=until.replace(tzinfo=UTC) if until else None,
        )
        found = await entries(db, installation.viewer, asked, limit=limit)
    plain: list[dict[str, Any]] = [msgspec.structs.asdict(one) | {"at": one.at.isoformat()} for one in found]
    lines = [
        f"{one.at:%Y-%m-%d %H:%M:%S}  {one.actor_id or '-':>18}  {one.act:24} {one.subject_id or '-'}"
        for one in found
    ]
    installation.say(plain, as_table(plain) if as_csv else "\n".join(lines) or "Nothing.")


@audit.command()
@click.option(
    "--noted", default="", metavar="NUMBER:HASH", help="What was told as last before; it must still be there."
)
@in_house
async def verify(installation: Installation, noted: str) -> None:
    """Say whether anything in the trail was changed, removed or put in. Ends with 4 if so."""
    import msgspec

    from weetwie.domain.audit import chain
    from weetwie.domain.identity.keys import key
    from weetwie.errors import Invalid

    async with installation.database.transaction() as db:
        await chain.seal(db)
        found = await chain.verify(db, installation.viewer, await key(db, chain.SEED), noted)
    if found.wrong:
        raise Invalid(f"The trail is not whole: {found.wrong}.")
    installation.say(
        msgspec.structs.asdict(found),
        f"The trail is whole: {found.rows} rows after row {found.from_checkpoint}.\n"
        f"Note this elsewhere, to check against it later: {found.last}:{found.hash}",
    )


@audit.command()
@click.option("--days", type=click.IntRange(30), required=True, help="What is older than so many days goes.")
@in_house
async def cut(installation: Installation, days: int) -> None:
    """Let what is old go, behind a signed checkpoint from which the chain goes on."""
    from weetwie.domain.audit import chain
    from weetwie.domain.identity.keys import key
    from weetwie.runtime import clock

    async with installation.database.transaction() as db:
        await chain.seal(db)
        number = await chain.cut(
            db, installation.viewer, await key(db, chain.SEED), clock.now() - timedelta(days=days)
        )
    installation.say(
        {"number": number}, f"Rows up to {number} are gone." if number else "Nothing is that old."
    )


def as_table(plain: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    names = ["number", "at", "actor_id", "act", "subject_id", "ids", "door", "address"]
    table = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(plain)
    return out.getvalue().rstrip("\n")
