"""Reports on the command line: what people have pointed out, and that it is dealt with."""

import click

from weetwie.cli.installation import Installation, in_house
from weetwie.cli.line import printable
from weetwie.runtime.json import Json


@click.group()
def report() -> None:
    """Reports to the moderators."""


@report.command("list")
@click.option(
    "--all", "with_closed", is_flag=True, help="Include closed ones; they are deleted after 90 days."
)
@in_house
async def listed(installation: Installation, with_closed: bool) -> None:
    """List open reports, newest first."""
    from weetwie.database.paging import END
    from weetwie.domain.moderation import reports

    async with installation.database.reading() as db:
        found = await reports.reports(db, installation.viewer, with_closed=with_closed, below=END)
    lines = [
        f"{one.id}  {one.created_at:%Y-%m-%d}  {one.category}  {len(one.posts)} posts  {printable(one.comment)}".rstrip()
        for one in found
    ]
    installation.say(
        [_told(one.id, one.category, one.comment) for one in found], "\n".join(lines) or "No open reports."
    )


@report.command()
@click.argument("id", type=int)
@in_house
async def show(installation: Installation, id: int) -> None:
    """Show a report, with the posts as they were when reported."""
    from weetwie.domain.moderation import reports

    async with installation.database.reading() as db:
        found = await reports.one(db, installation.viewer, id)
    state = f"closed {found.closed_at:%Y-%m-%d}" if found.closed_at else "open"
    lines = [
        f"{found.id}  {found.created_at:%Y-%m-%d %H:%M}  {found.category}  {state}",
        f"about person {found.about_id}, by {found.by_id or 'somebody who was erased'}",
        found.comment,
        *(f"{post['id']}: {post['warning']} {post['text']}" for post in found.posts),
    ]
    told = _told(found.id, found.category, found.comment) | {
        "about": str(found.about_id),
        "by": str(found.by_id) if found.by_id else None,
        "posts": found.posts,
    }
    installation.say(told, "\n".join(line for line in map(printable, lines) if line))


@report.command()
@click.argument("id", type=int)
@in_house
async def close(installation: Installation, id: int) -> None:
    """Close a report."""
    from weetwie.domain.moderation import reports

    async with installation.database.transaction() as db:
        await reports.close(db, installation.viewer, id)
    installation.say({"closed": str(id)}, "Closed.")


@report.command("open")
@click.argument("id", type=int)
@in_house
async def open_again(installation: Installation, id: int) -> None:
    """Reopen a report."""
    from weetwie.domain.moderation import reports

    async with installation.database.transaction() as db:
        await reports.open_again(db, installation.viewer, id)
    installation.say({"opened": str(id)}, "Reopened.")


def _told(id: int, category: str, comment: str) -> dict[str, Json]:
    return {"id": str(id), "category": category, "comment": comment}
