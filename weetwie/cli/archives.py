"""What one person brings along from another network, on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from weetwie.cli.installation import Command, Installation, in_house
from weetwie.cli.line import ProgressLine

if TYPE_CHECKING:
    from weetwie.access.viewer import Viewer
    from weetwie.flows.imports.archive import ArchivePreview, ArchiveReport
    from weetwie.imports.archive.remembered import Network
    from weetwie.settings import Settings

_RINGS = ["colleagues", "network", "world"]
_MOST_TOLD = 20


class ArchiveOptions(TypedDict):
    file: Path
    handle: str
    audience: str | None
    preview: bool
    yes: bool


def as_person(function: Command) -> Command:
    return click.option("--as", "handle", required=True, metavar="HANDLE", help="The person's username.")(
        function
    )


def _options(function: Command) -> Command:
    for option in (
        click.option("--yes", is_flag=True, help="Do not ask for confirmation."),
        click.option("--preview", is_flag=True, help="Only show what would be imported."),
        click.option(
            "--audience",
            type=click.Choice(_RINGS),
            help="The audience of the posts. Default: as for new posts.",
        ),
        as_person,
        click.argument("file", type=click.Path(exists=True, path_type=Path)),
    ):
        function = option(function)
    return function


@click.command()
@_options
@in_house
async def mastodon(installation: Installation, **given: Unpack[ArchiveOptions]) -> None:
    """Import a person's posts from a Mastodon archive: the downloaded file, a folder, or outbox.json alone.

    They appear on the person's profile with their original time and in search, but in no timeline. Posts for followers only,
    direct messages and boosts are skipped.
    """
    await _bring(installation, "mastodon", **given)


@click.command()
@_options
@in_house
async def twitter(installation: Installation, **given: Unpack[ArchiveOptions]) -> None:
    """Import a person's posts from a Twitter (X) archive: the downloaded file, a folder, or tweets.js alone.

    They appear on the person's profile with their original time and in search, but in no timeline. Retweets are skipped.
    """
    await _bring(installation, "twitter", **given)


async def _bring(
    installation: Installation,
    network: "Network",
    *,
    file: Path,
    handle: str,
    audience: str | None,
    preview: bool,
    yes: bool,
) -> None:
    import msgspec

    from weetwie.access.enums import Ring
    from weetwie.flows.imports import archive as archives
    from weetwie.imports.box import opened
    from weetwie.serve import store

    settings = settings_of(installation)
    viewer = await viewer_of(installation, handle)
    with opened(file) as box:
        async with installation.database.reading() as db:
            story = await archives.read(installation.context(db).by(viewer), box, network)
            outlook = await archives.look(db, viewer, story)
        for bad in story.bad[:_MOST_TOLD]:
            click.echo(f"{file}: entry {bad.number} {bad.reason}", err=True)
        if preview or not story.posts:
            installation.say(msgspec.to_builtins(outlook), _told(outlook))
            return
        if not yes:
            click.echo(_told(outlook), err=True)
            click.confirm(f"Import these as posts of @{viewer.handle}?", abort=True, err=True)
        line = ProgressLine()
        report = await archives.bring(
            installation.database,
            viewer,
            store.chosen(settings),
            box,
            story,
            Ring[audience] if audience else None,
            lambda done, whole: line.show(f"{done:,} of {whole:,} posts"),
        )
        line.clear()
    installation.say(msgspec.to_builtins(report), _done(report))


async def viewer_of(installation: Installation, handle: str) -> "Viewer":
    """The person in whose name the command line acts. Raises NotFound."""
    from weetwie.access.authenticate import Memory
    from weetwie.domain.people.lookup import lookup
    from weetwie.errors import NotFound, _

    async with installation.database.reading() as db:
        try:
            person_id = await lookup(db, installation.viewer, handle.removeprefix("@"))
        except NotFound:
            raise NotFound(_("Nobody here has the username {handle}."), handle=handle) from None
        viewer = await Memory().person(db, person_id)
    assert viewer is not None, "whoever has been looked up has a row"
    return viewer


def settings_of(installation: Installation) -> "Settings":
    from weetwie.cli.installation import settings_in

    return settings_in(installation.data)


def _told(outlook: "ArchivePreview") -> str:
    if outlook.first is None or outlook.last is None:
        lines = ["No posts to import."]
    else:
        whose = f" of {outlook.account}" if outlook.account else ""
        lines = [
            (
                f"{outlook.posts:,} posts{whose} from {outlook.first:%Y-%m-%d} to {outlook.last:%Y-%m-%d}"
                f"{f', {outlook.posts - outlook.new:,} already imported' if outlook.new < outlook.posts else ''}"
            ),
            "Languages: " + ", ".join(f"{code} {count:,}" for code, count in outlook.languages.items()),
        ]
    more = [
        (outlook.threads, "continue one of the person's own posts and stay threads"),
        (outlook.answers, "reply to someone else and become posts of their own that begin with \u21a9"),
        (outlook.files, "files will be imported"),
        (outlook.lost_files, "files are not in the archive, or exceed the limit per post"),
        (outlook.bad, "entries cannot be read"),
        *((count, f"left out: {reason}") for reason, count in outlook.skipped.items()),
    ]
    return "\n".join([*lines, *(f"{number:,} {what}" for number, what in more if number)])


def _done(report: "ArchiveReport") -> str:
    counted = [
        (report.new, "posts imported"),
        (report.known, "posts were already imported"),
        (report.renewed, "of them were updated"),
        (report.files, "files imported"),
        (report.bad_files, "files skipped: too large, damaged, or of an unsupported type"),
    ]
    said = "; ".join(f"{number:,} {what}" for number, what in counted if number) or "Nothing to import"
    return f"{said}. To undo import {report.import_id}: weetwie import remove {report.import_id}"
