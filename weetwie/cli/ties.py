"""Whom one follows, mutes and blocks, a person's lists and bookmarks, and one's own posts: in and out, on the command line."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import click

from weetwie.cli.archives import as_person, settings_of, viewer_of
from weetwie.cli.installation import Installation, in_house
from weetwie.cli.line import ProgressLine, printable
from weetwie.runtime.json import Json

if TYPE_CHECKING:
    from weetwie.flows.imports.ties import Plan, TiesReport
    from weetwie.imports.ties.forms import SkippedRow

_WHAT: Final = {
    "follows": "who a person follows",
    "lists": "a person's lists",
    "blocks": "who a person blocks",
    "mutes": "who a person mutes",
    "bookmarks": "a person's bookmarks",
}
_ONLY_OUT: Final = {"followers": "who follows one"}


def _import_of(kind: str, what: str) -> click.Command:
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @as_person
    @click.option("--overwrite", is_flag=True, help="Remove what is not in the file.")
    @click.option("--preview", is_flag=True, help="Only show what the file would change.")
    @in_house
    async def bring(
        installation: Installation, file: Path, handle: str, overwrite: bool, preview: bool
    ) -> None:
        await _bring(installation, kind, file, handle, overwrite, preview)

    told = f"Import {what} from a Mastodon CSV file. Rows that match nobody here are reported and skipped."
    return click.command(kind, help=told)(bring)


def _export_of(kind: str, what: str) -> click.Command:
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
    @as_person
    @in_house
    async def take(installation: Installation, file: Path | None, handle: str) -> None:
        from weetwie.flows.exports.ties import EXPORTED, export as written

        viewer = await viewer_of(installation, handle)
        (chosen,) = (one for one in EXPORTED if one == kind)
        async with installation.database.reading() as db:
            content = await written(installation.context(db).by(viewer), chosen)
        put(installation, file, content)

    return click.command(kind, help=f"Export {what} as a Mastodon CSV file.")(take)


def put(installation: Installation, file: Path | None, content: bytes) -> None:
    """Into a new file that only its owner can read, or to standard output."""
    if file is None:
        sys.stdout.buffer.write(content)
        return
    with _new(file) as out:
        out.write(content)
    installation.say({"file": str(file), "bytes": len(content)}, f"{file}: {len(content):,} bytes.")


@contextmanager
def _new(file: Path) -> Iterator[IO[bytes]]:
    """What is there is not written over, and what could not be written whole is not left."""
    try:
        number = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(number, "w+b") as out:
            yield out
    except BaseException:
        file.unlink(missing_ok=True)
        raise


async def _bring(
    installation: Installation, kind: str, file: Path, handle: str, overwrite: bool, preview: bool
) -> None:
    from weetwie.flows.imports.ties import bring, plan
    from weetwie.imports.table import decoded
    from weetwie.imports.ties import table
    from weetwie.imports.ties.forms import KINDS

    viewer = await viewer_of(installation, handle)
    (chosen,) = (one for one in KINDS if one == kind)
    with file.open("rb") as opened:
        content = opened.read(table.LARGEST + 1)
    async with installation.database.reading() as db:
        planned = await plan(installation.context(db).by(viewer), chosen, content)
    if preview:
        _tell(file, planned.skipped)
        encoding = decoded(content)[1]
        installation.say(
            {**_plain(planned), "encoding": encoding},
            f"{len(planned.rows):,} rows match someone here. Read as {encoding}.",
        )
        return
    line = ProgressLine()
    report = await bring(
        installation.database,
        viewer,
        planned,
        "overwrite" if overwrite else "merge",
        lambda done, whole: line.show(f"{done:,} of {whole:,} rows"),
    )
    line.clear()
    _tell(file, report.skipped)
    installation.say(_plain(report), _told(report))


def _tell(file: Path, skipped: "list[SkippedRow]") -> None:
    for one in skipped:
        click.echo(f"{file}:{one.number}: {printable(one.given)}: {one.why}", err=True)


def _plain(found: "Plan | TiesReport") -> dict[str, Json]:
    import msgspec

    plain: dict[str, Json] = {
        name: value
        for name, value in msgspec.structs.asdict(found).items()
        if name not in ("skipped", "people", "rows")
    }
    rows = getattr(found, "rows", None)
    counted = {} if rows is None else {"rows": len(rows)}
    skipped: Json = [{"line": one.number, "given": one.given, "why": str(one.why)} for one in found.skipped]
    return {**plain, **counted, "skipped": skipped}


def _told(report: "TiesReport") -> str:
    counted = [
        (report.new, "new"),
        (report.known, "so already"),
        (report.asked, "have been asked whether they may be followed"),
        (report.removed, "removed"),
        (len(report.skipped), "rows left out"),
    ]
    said = "; ".join(f"{number:,} {what}" for number, what in counted if number)
    return f"{report.kind.capitalize()}: {said or 'nothing in the file'}."


@click.group()
def export() -> None:
    """Export a person's posts, follows, followers, lists, blocks, mutes or bookmarks."""


@export.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_person
@in_house
async def posts(installation: Installation, file: Path, handle: str) -> None:
    """Export a person's posts and files as a ZIP in the format of Mastodon archives."""
    import msgspec

    from weetwie.flows.exports.archive import export as written
    from weetwie.serve import store

    viewer, settings = await viewer_of(installation, handle), settings_of(installation)
    with _new(file) as out:
        taken = await written(installation.database, viewer, store.chosen(settings), installation.site, out)
    installation.say(
        {"file": str(file), **msgspec.to_builtins(taken)},
        f"{file}: {taken.posts:,} posts, {taken.boosts:,} boosts, {taken.files:,} files.",
    )


IMPORTS: Final = [_import_of(kind, what) for kind, what in _WHAT.items()]
for _kind, _what in {**_WHAT, **_ONLY_OUT}.items():
    export.add_command(_export_of(_kind, _what))
