"""The same records as posts of the community: what community imports do today, for whoever wants it in timelines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database
from weetwie.flows.imports import run as runs, write_posts
from weetwie.flows.imports.bring import look_up_answers
from weetwie.flows.imports.evidence import check, source_of
from weetwie.flows.imports.evidence_report import EvidenceTerms
from weetwie.flows.imports.run import ImportReport, Source, Terms, Watch
from weetwie.imports import box
from weetwie.imports.lines import BadLine
from weetwie.imports.records import PostRecord, SourcePerson
from weetwie.imports.sources import readers
from weetwie.imports.sources.form import Author, Channel, Message, Reader, Record, Trouble
from weetwie.text.programs import is_program

_LONGEST_TITLE: Final = 500


async def bring_in(
    database: Database,
    viewer: Viewer,
    path: Path,
    terms: EvidenceTerms,
    watch: Watch,
    reader: Reader | None = None,
) -> ImportReport:
    """Public within their audience; people come as with any import of posts. Raises Invalid and NotFound."""
    check(viewer, terms)
    read = reader or readers.reader(terms.kind)
    with box.opened(path) as opened:
        export = read(opened, terms.asked)
        space = source_of(terms.kind, export.name)
        stat = path.stat()
        source = Source(
            kind=terms.kind,
            name=f"{space} as posts",
            edition=f"{stat.st_size} {stat.st_mtime_ns}",
            size=export.size,
            position=export.position,
            records=_posts(export.records, terms),
        )
        given = Terms(audience=terms.audience, may_rank=terms.may_rank, space=space, is_dry=terms.is_dry)
        report = await runs.run(
            database,
            viewer,
            source,
            given,
            watch,
            lambda db, run, batch: write_posts.write(db, run, batch, space=space, watch=watch),
            write_posts.catch_up,
        )
    await look_up_answers(database, report.import_id or 0, space)
    await runs.end(database, report)
    return report


def _posts(records: Iterator[Record], terms: EvidenceTerms) -> Iterator[PostRecord | BadLine]:
    """Of open channels alone, whatever else is asked; nothing by programs."""
    wanted = {name.casefold().lstrip("#") for name in terms.channels}
    channels: dict[str, bool] = {}
    for number, record in enumerate(records, 1):
        match record:
            case Channel():
                names = {record.key.casefold(), record.name.casefold()}
                channels[record.key] = record.is_open and (not wanted or bool(names & wanted))
            case Message() if channels.get(record.channel) and not _is_program(record.author):
                yield _post(number, record, terms.kind)
            case Trouble():
                place = ":".join(filter(None, (record.file, record.place)))
                yield BadLine(number, f"{place}: {record.reason.format(**record.values)}")
            case _:
                pass


def _is_program(author: Author) -> bool:
    return author.is_program or is_program(author.name or author.handle, author.address)


def _post(number: int, message: Message, kind: str) -> PostRecord:
    title = message.title[:_LONGEST_TITLE]
    text = message.text if not title or message.text.startswith(title) else f"{title}\n\n{message.text}"
    return PostRecord(
        number=number,
        key=message.key,
        author=_person(message.author, kind),
        at=message.at,
        text=text.strip(),
        endorsers=tuple(_person(one, kind) for one in message.endorsers),
        reply_to=message.reply_to,
        root=message.thread,
        tags=message.tags,
        language=message.language,
        is_question=message.is_question,
        accepted=message.accepted,
    )


def _person(author: Author, kind: str) -> SourcePerson:
    key = author.key or author.name.casefold()
    return SourcePerson(f"{kind}:{key}".replace("@", " at "), author.name or author.handle, author.address)
