"""What an organisation wrote elsewhere, on the command line: chats, lists, boards, trackers and wikis come in as evidence."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weetwie.cli.installation import Installation, Option, in_house
from weetwie.cli.line import ProgressLine, printable
from weetwie.imports.sources.readers import READERS

if TYPE_CHECKING:
    from weetwie.flows.imports.evidence_report import ChannelReport, EvidenceReport, EvidenceTerms
    from weetwie.imports.sources.form import Trouble
    from weetwie.imports.sources.people_map import PeopleMap

_RINGS = ["colleagues", "network", "world"]
_LEFT_OUT = {
    "private": "of channels that are not for everybody",
    "direct": "direct messages",
    "program": "by programs",
    "notice": "that only tell that something happened",
    "empty": "without text",
    "deleted": "deleted there",
    "copy": "copies",
    "older": "older than --since",
    "channel": "of other channels",
    "retention": "older than your organisation keeps",
    "forgotten": "by people who were deleted here",
    "hidden": "that their authors deleted here",
}


def _command(kind: str, what: str) -> click.Command:
    @click.argument("path", metavar="FILE_OR_FOLDER", type=click.Path(exists=True, path_type=Path))
    @click.option(
        "--as",
        "as_",
        type=click.Choice(["evidence", "posts"]),
        default="evidence",
        show_default=True,
        help="As evidence for who knows, apart from all timelines, or as posts of the community.",
    )
    @click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Nothing older than this day.")
    @click.option(
        "--map",
        "mapping",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A table that says who is meant: key, username, name or email, and person (an address or a username).",
    )
    @click.option(
        "--list", "lists", multiple=True, metavar="ADDRESS", help="Of mail: a list. Of Teams: a channel."
    )
    @click.option(
        "--address", default="", metavar="URL", help="Where the source is on the web, for links back."
    )
    @click.option("--channel", "channels", multiple=True, metavar="NAME", help="Only this channel.")
    @click.option(
        "--audience",
        type=click.Choice(_RINGS),
        help="Who sees it. Default: colleagues, or as in the import before.",
    )
    @click.option(
        "--rank",
        "may_rank",
        is_flag=True,
        help="People who haven't joined can be found in who knows. Without it, questions find what was written, and nobody is ranked by it.",
    )
    @click.option(
        "--keep-addresses",
        "keeps_addresses",
        is_flag=True,
        help="Keep e-mail addresses for 30 days, to invite people.",
    )
    @click.option("--dry-run", "is_dry", is_flag=True, help="Show what would be imported, and write nothing.")
    @in_house
    async def run(installation: Installation, path: Path, as_: str, **given: Option) -> None:
        await _run(installation, kind, path, as_, given)

    return click.command(kind, help=f"Import an export of {what}, as evidence for who knows.")(run)


async def _run(installation: Installation, kind: str, path: Path, as_: str, given: dict[str, Any]) -> None:
    from weetwie.flows.imports import evidence

    for option, is_given in (("--map", given["mapping"]), ("--keep-addresses", given["keeps_addresses"])):
        if as_ == "posts" and is_given:
            raise click.UsageError(f"{option} works with --as evidence only.")
    terms, mapping = _terms(kind, given), _mapping(given["mapping"])
    if as_ == "posts":
        await _as_posts(installation, path, terms)
        return
    watch = _Watch()
    report = await evidence.bring_in(installation.database, installation.viewer, path, terms, mapping, watch)
    watch.done(installation, report)
    if not terms.is_dry and report.import_id:
        await _picture(installation, report.import_id)


async def _as_posts(installation: Installation, path: Path, terms: "EvidenceTerms") -> None:
    from weetwie.cli.imports import ImportWatch
    from weetwie.flows.imports import as_posts

    watch = ImportWatch(str(path))
    report = await as_posts.bring_in(installation.database, installation.viewer, path, terms, watch)
    watch.done(installation, report)


async def _picture(installation: Installation, import_id: int) -> None:
    """Beside the report, for whoever reads along."""
    from weetwie.flows.imports.picture import first_picture

    if installation.speaks_json:
        return
    async with installation.database.reading() as db:
        seen = await first_picture(db, installation.viewer, import_id)
    click.echo(f"{seen.people:,} people wrote {seen.passages:,} messages.")
    for topic in seen.topics:
        click.echo(f"  {printable(topic.name)}: {topic.people:,} people")
    if seen.of_one_alone:
        click.echo(f"{seen.of_one_alone:,} topics only one person wrote about.")


@click.command()
@click.argument("import_id", metavar="IMPORT", type=int)
@click.option(
    "--decide",
    "table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The table, with the column person filled in: an address or a username.",
)
@in_house
async def names(installation: Installation, import_id: int, table: Path | None) -> None:
    """Write a table of the names in an import that nobody knows whose they are, or decide it.

    Write the table to a file, fill in the column person, and give it back with --decide. Later imports remember it.
    """
    from weetwie.flows.imports import names as flow

    if table is None:
        async with installation.database.reading() as db:
            found = await flow.undecided(db, import_id)
        rows = [[one.token, one.name, str(one.passages), one.suggestion, ""] for one in found]
        lines = _csv([["key", "name", "passages", "suggestion", "person"], *rows])
        installation.say([{"key": row[0], "name": row[1], "passages": row[2]} for row in rows], lines)
        return
    from weetwie.imports.sources import people_map

    report = await flow.decide(installation.database, installation.viewer, import_id, people_map.read(table))
    missing = "".join(f"\nNobody here is {printable(one)}." for one in report.not_found)
    installation.say(
        {"decided": report.decided, "passages": report.passages, "not_found": report.not_found},
        f"{report.decided:,} names decided, {report.passages:,} messages.{missing}",
    )


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [[f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in row] for row in rows]
    )
    return out.getvalue().rstrip("\n")


@click.command()
@click.argument("address", metavar="ADDRESS")
@in_house
async def forget(installation: Installation, address: str) -> None:
    """Delete an e-mail address and all that was imported under it. It is not imported again."""
    from weetwie.flows.imports import forget as flow

    report = await flow.forget(installation.database, installation.viewer, address)
    joined = " Their account stays, as they have joined." if report.has_joined else ""
    installation.say(
        {"passages": report.passages, "posts": report.posts, "people": report.people},
        f"{report.passages:,} messages, {report.posts:,} posts and {report.people:,} people deleted.{joined}",
    )


def _terms(kind: str, given: dict[str, Any]) -> "EvidenceTerms":
    from weetwie.access.enums import Ring
    from weetwie.flows.imports.evidence_report import EvidenceTerms
    from weetwie.imports.sources.form import Asked

    since: datetime | None = given["since"]
    return EvidenceTerms(
        kind=kind,
        asked=Asked(
            since=since.replace(tzinfo=UTC) if since else None,
            lists=tuple(given["lists"]),
            address=given["address"].rstrip("/"),
        ),
        channels=tuple(given["channels"]),
        audience=Ring[given["audience"]] if given["audience"] else None,
        may_rank=given["may_rank"],
        keeps_addresses=given["keeps_addresses"],
        is_dry=given["is_dry"],
    )


def _mapping(path: Path | None) -> "PeopleMap | None":
    from weetwie.imports.sources import people_map

    return people_map.read(path) if path else None


COMMANDS = [*(_command(kind, what) for kind, what in READERS.items()), names, forget]


class _Watch:
    """Shows how far a run is, and tells what could not be read."""

    def __init__(self) -> None:
        self._line = ProgressLine()

    def trouble(self, trouble: "Trouble") -> None:
        self._line.clear()
        click.echo(_as_line(trouble), err=True)

    def moved(self, report: "EvidenceReport", position: int, size: int) -> None:
        part = min(position / size, 1.0) if size else 1.0
        rate = report.read / report.seconds if report.seconds else 0.0
        left = report.seconds * (1 - part) / part if part > 0.01 else 0.0
        full = int(part * 30)
        ends = f", {int(left) // 60}:{int(left) % 60:02} left" if left >= 1 else ""
        self._line.show(
            f"[{'#' * full}{'-' * (30 - full)}] {part:4.0%}  {report.read:,} read, {rate:,.0f} a second{ends}"
        )

    def done(self, installation: Installation, report: "EvidenceReport") -> None:
        import msgspec

        self._line.clear()
        installation.say(msgspec.to_builtins(report), _told(report))


def _as_line(trouble: "Trouble") -> str:
    place = ":".join(filter(None, (trouble.file, trouble.place)))
    try:
        reason = trouble.reason.format(**trouble.values)
    except (KeyError, IndexError, ValueError):
        reason = trouble.reason
    return printable(f"{place}: {reason}" if place else reason)


def _told(report: "EvidenceReport") -> str:
    would = "would be " if report.dry_run else ""
    counted = [
        (report.new, f"{would}imported"),
        (report.changed, f"{would}changed"),
        (report.known, "known already"),
        (report.removed, "removed, as they are no longer there"),
    ]
    lines = ["; ".join(f"{number:,} {what}" for number, what in counted if number) or "Nothing to import"]
    lines.append(
        f"People: {report.people_new:,} {would}added, not joined yet. "
        f"{report.by_address:,} messages matched by address, {report.by_map:,} by the table, {report.by_name:,} stay with a name only"
        f" ({report.names:,} different names)."
    )
    lines += [f"  #{printable(one.name)}: {one.passages:,}{_of(one)}" for one in report.channels if one.name]
    lines += [
        f"Left out: {number:,} {_LEFT_OUT.get(reason, reason)}" for reason, number in report.left_out.items()
    ]
    lines += [f"Nobody here has the username {printable(name)}." for name in report.not_found]
    if report.troubles:
        lines.append(f"{report.troubles:,} could not be read.")
    if report.is_incomplete:
        lines.append("A whole file could not be read, so nothing was removed as missing.")
    rate = f", {report.read / report.seconds:,.0f} a second" if report.seconds else ""
    name = f" Import {report.import_id}." if report.import_id else ""
    lines.append(f"{report.read:,} read in {report.seconds:.1f} s{rate}.{name}")
    return "\n".join(lines)


def _of(channel: "ChannelReport") -> str:
    if not channel.is_open:
        return ", not for everybody: left out"
    return f", for {channel.ring}" if channel.is_wanted else ", not asked for"
