"""Announcements on the command line: tell everybody, see what is told, take it back."""

from datetime import UTC, datetime

import click

from weetwie.cli.installation import Installation, in_house


@click.group()
def announce() -> None:
    """Announcements of the organisation."""


@announce.command()
@click.argument("text")
@click.option("--members-only", is_flag=True, help="Hide it from alumni and guests.")
@click.option("--starts", type=click.DateTime(), help="When it starts (UTC).")
@click.option("--ends", type=click.DateTime(), help="When it ends and disappears (UTC).")
@in_house
async def make(
    installation: Installation, text: str, members_only: bool, starts: datetime | None, ends: datetime | None
) -> None:
    """Publish TEXT as an announcement."""
    from weetwie.access.enums import Ring
    from weetwie.domain.announcements import announcements

    async with installation.database.transaction() as db:
        id = await announcements.announce(
            db,
            installation.viewer,
            text,
            ring=Ring.colleagues if members_only else Ring.network,
            starts_at=starts and starts.replace(tzinfo=UTC),
            ends_at=ends and ends.replace(tzinfo=UTC),
        )
    installation.say({"id": str(id)}, f"Announced ({id}).")


@announce.command("list")
@in_house
async def listed(installation: Installation) -> None:
    """List current announcements."""
    from weetwie.domain.announcements import announcements

    async with installation.database.reading() as db:
        found = await announcements.announcements(db, installation.viewer)
    lines = [f"{one.id}  {one.published_at:%Y-%m-%d}  {one.text}" for one in found]
    installation.say([{"id": str(one.id), "text": one.text} for one in found], "\n".join(lines) or "Nothing.")


@announce.command()
@click.argument("id", type=int)
@in_house
async def withdraw(installation: Installation, id: int) -> None:
    """Withdraw an announcement."""
    from weetwie.domain.announcements import announcements

    async with installation.database.transaction() as db:
        await announcements.withdraw(db, installation.viewer, id)
    installation.say({"withdrawn": str(id)}, "Withdrawn.")
