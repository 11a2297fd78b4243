"""Imports on the command line: bring in people, posts and the history of a repository; list them; take one out again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from weetwie.cli import archives, elsewhere, ties
from weetwie.cli.installation import Command, Installation, in_house
from weetwie.cli.line import ProgressLine, printable
from weetwie.cli.person import profiles

if TYPE_CHECKING:
    from weetwie.flows.imports.remove import RemovalReport
    from weetwie.flows.imports.run import ImportReport, Terms
    from weetwie.imports.lines import BadLine

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_RINGS = ["colleagues", "network", "world"]


@click.group("import")
def imports() -> None:
    """Import people and posts, or one person's own data; list and remove imports.

    A stopped import continues where it was; nothing is imported twice. A bad line is reported and skipped. Imported people have
    not joined yet: they cannot log in and get no e-mail until someone logs in with their address.
    """


def _terms(function: Command) -> Command:
    """What people, posts and git share."""
    for option in (
        click.option("--rank", "may_rank", is_flag=True, help="New people can be found in who knows."),
        click.option(
            "--dry-run", "is_dry", is_flag=True, help="Read everything and report, but write nothing."
        ),
    ):
        function = option(function)
    return function


_set = click.option(
    "--set",
    "space",
    default="files",
    show_default=True,
    help="Files of one set share the ids of people and posts; another set may use the same ids for others.",
)
_audience = click.option(
    "--audience", type=click.Choice(_RINGS), help="The audience of the posts. Default: as for new posts."
)


@imports.command()
@click.argument("file", type=_FILE)
@_set
@_terms
@in_house
async def people(installation: Installation, file: Path, space: str, may_rank: bool, is_dry: bool) -> None:
    """Import people from a CSV file with a header row, or from lines of JSON.

    A column id, handle or email is needed; name, unit, place, manager, languages, joined, bio and pronouns are optional, under
    their usual names.
    """
    from weetwie.flows.imports.bring import bring_people
    from weetwie.flows.imports.run import Terms

    terms = Terms(space=space, may_rank=may_rank, is_dry=is_dry)
    watch = ImportWatch(str(file))
    watch.done(
        installation, await bring_people(installation.database, installation.viewer, file, terms, watch)
    )


@imports.command()
@click.argument("file", type=_FILE)
@_audience
@_set
@_terms
@in_house
async def posts(
    installation: Installation, file: Path, audience: str | None, space: str, may_rank: bool, is_dry: bool
) -> None:
    """Import posts from lines of JSON, plain or gzip: id, author, time (Unix seconds or ISO 8601) and text.

    Optional: endorsers, co, reply_to, root, title, tags, lang, kind (question, answer, post) and accepted.
    """
    from weetwie.flows.imports.bring import bring_posts

    watch = ImportWatch(str(file))
    terms = _terms_of(audience, space, may_rank, is_dry)
    watch.done(
        installation, await bring_posts(installation.database, installation.viewer, file, terms, watch)
    )


@imports.command()
@click.argument("folder", type=_FOLDER)
@_audience
@_terms
@in_house
async def git(
    installation: Installation, folder: Path, audience: str | None, may_rank: bool, is_dry: bool
) -> None:
    """Import the commits of a local git repository, each as a post by its author; reviewers count as endorsers."""
    from weetwie.errors import Invalid
    from weetwie.flows.imports.bring import bring_commits
    from weetwie.imports.records import BadRecord

    watch = ImportWatch(str(folder))
    try:
        report = await bring_commits(
            installation.database,
            installation.viewer,
            folder,
            _terms_of(audience, "files", may_rank, is_dry),
            watch,
        )
    except BadRecord as wrong:
        raise Invalid(str(wrong), field="folder") from wrong
    watch.done(installation, report)


@imports.command("list")
@in_house
async def list_(installation: Installation) -> None:
    """List all imports and what each contains."""
    from weetwie.domain.imports import ledger

    async with installation.database.reading() as db:
        entries = await ledger.imports(db)
        whose = await profiles(db, installation, [entry.person_id for entry in entries if entry.person_id])
        names = {profile.id: profile.handle for profile in whose}
    plain = [
        {
            "id": str(entry.id),
            "kind": entry.kind,
            "source": entry.source,
            "read": entry.done,
            "people": entry.people,
            "posts": entry.posts,
            "passages": entry.passages,
            "whose": names.get(entry.person_id or 0),
            "started_at": entry.started_at.isoformat(),
            "ended_at": entry.ended_at.isoformat() if entry.ended_at else None,
        }
        for entry in entries
    ]
    lines = (
        f"{one['id']}  {_whose(one['whose'])}{one['source']}: {one['posts'] or one['passages']} {'passages' if one['passages'] else 'posts'}, {one['people']} people"
        f"{'' if one['ended_at'] else ', not finished'}"
        for one in plain
    )
    installation.say(plain, "\n".join(lines))


@imports.command()
@click.argument("import_id", metavar="IMPORT", type=int)
@in_house
async def remove(installation: Installation, import_id: int) -> None:
    """Remove an import: its posts and passages, and its people who have not joined and are not needed elsewhere."""
    from weetwie.flows.imports.remove import remove as take_out

    line = ProgressLine()

    def moved(removed: "RemovalReport") -> None:
        line.show(_removed(removed))

    removed = await take_out(installation.database, installation.viewer, import_id, moved)
    line.clear()
    installation.say(
        {
            "id": str(import_id),
            "posts": removed.posts,
            "passages": removed.passages,
            "people": removed.people,
        },
        f"{_removed(removed)}.",
    )


def _removed(removed: "RemovalReport") -> str:
    return f"{removed.posts:,} posts, {removed.passages:,} passages and {removed.people:,} people removed"


def _whose(handle: str | int | None) -> str:
    return f"@{handle}: " if handle else ""


imports.add_command(archives.mastodon)
imports.add_command(archives.twitter)
for _command in (*ties.IMPORTS, *elsewhere.COMMANDS):
    imports.add_command(_command)


def _terms_of(audience: str | None, space: str, may_rank: bool, is_dry: bool) -> "Terms":
    from weetwie.access.enums import Ring
    from weetwie.flows.imports.run import Terms

    return Terms(audience=Ring[audience] if audience else None, space=space, may_rank=may_rank, is_dry=is_dry)


class ImportWatch:
    """Shows how far a run is, and tells what is bad where it stands."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._line = ProgressLine()
        self._first: tuple[float, float] | None = None
        """Where a run that goes on began, so that what was read past does not count as speed."""

    def bad(self, bad: "BadLine") -> None:
        self._line.clear()
        click.echo(f"{self._place}:{bad.number}: {bad.reason}", err=True)

    def moved(self, report: "ImportReport", position: int, size: int) -> None:
        part = min(position / size, 1.0) if size else 1.0
        at, begun = self._first = self._first or (report.seconds, part)
        speed = (part - begun) / (report.seconds - at) if report.seconds > at else 0.0
        left = f", {_clock((1 - part) / speed)} left" if speed > 0 else ""
        full = int(part * 30)
        new = report.posts_new or report.people_new
        rate = new / report.seconds if report.seconds else 0
        self._line.show(
            f"[{'#' * full}{'-' * (30 - full)}] {part:4.0%}  {new:,} in, {rate:,.0f} a second{left}"
        )

    def done(self, installation: Installation, report: "ImportReport") -> None:
        import msgspec

        self._line.clear()
        installation.say(msgspec.to_builtins(report), _told(report))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _told(report: "ImportReport") -> str:
    would = "would be " if report.dry_run else ""
    counted = [
        (report.posts_new, "post", "posts", f"{would}imported"),
        (report.posts_known, "post", "posts", "imported before"),
        (report.people_new, "person", "people", f"{would}added, not joined yet"),
        (report.people_known, "person", "people", "known already"),
        (report.endorsements, "endorsement", "endorsements", ""),
        (report.managers_not_found, "manager", "managers", "not found"),
        (report.replies_without_target, "reply", "replies", "to unknown posts, kept as posts of their own"),
        (report.bad, "bad line", "bad lines", "skipped"),
        (report.cells_left_out, "cell", "cells", "that could not be read, skipped"),
    ]
    said = [
        f"{number:,} {one if number == 1 else many} {what}".rstrip()
        for number, one, many, what in counted
        if number
    ] or ["Nothing to import"]
    rate = (
        f", {report.posts_new / report.seconds:,.0f} posts a second"
        if report.posts_new and report.seconds
        else ""
    )
    name = f" Import {report.import_id}." if report.import_id else ""
    return f"{'; '.join(said)}. {report.read:,} read in {report.seconds:.1f} s{rate}.{name}{_read_as(report)}"


def _read_as(report: "ImportReport") -> str:
    """What was guessed, for whoever looks before they bring it in."""
    reading = report.reading
    if reading is None:
        return ""
    by = f", cells separated by {reading.separator}" if reading.separator else ""
    past = (
        f" Columns not understood and read past: {', '.join(map(printable, reading.read_past))}."
        if reading.read_past
        else ""
    )
    return f"\nRead as {reading.encoding}{by}.{past}"
