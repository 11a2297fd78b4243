"""A run: a source is read in batches, each batch is one short transaction, and the ledger knows how far it has come."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, Generic, Protocol, TypeVar

import asyncpg
import msgspec

from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db
from weetwie.domain.imports import ledger
from weetwie.events import audit
from weetwie.imports.lines import BadLine
from weetwie.imports.people import FileReading
from weetwie.imports.records import PersonRecord, PostRecord

R = TypeVar("R", PersonRecord, PostRecord)

_AIM: Final = 0.06
"""Seconds that a batch should take: live delivery waits for the oldest open transaction."""
_LEAST, _MOST = 20, 2000
_MOST_BYTES: Final = 4 << 20
TRIES: Final = 6
PASSING: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.UniqueViolationError)
"""What another transaction at the same time can cause, and what a second try heals."""
_MOST_TOLD: Final = 100


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the administrator wants of an import."""

    audience: Ring | None = None
    """None: the policy's default ring."""
    may_rank: bool = False
    """Whether people who have not joined stand in who-knows-what."""
    space: str = "files"
    """Files of one set share the keys of their people and posts."""
    is_dry: bool = False


class ImportReport(msgspec.Struct, kw_only=True):
    """What came of a run."""

    kind: str
    source: str
    dry_run: bool = False
    import_id: int | None = None
    continued_after: int = 0
    read: int = 0
    """Lines or commits, bad ones among them."""
    posts_new: int = 0
    posts_known: int = 0
    managers_not_found: int = 0
    people_new: int = 0
    people_known: int = 0
    endorsements: int = 0
    replies_without_target: int = 0
    home_entries: int = 0
    bad: int = 0
    cells_left_out: int = 0
    """Of people who came all the same."""
    first_bad: list[BadLine] = msgspec.field(default_factory=list)
    first_notes: list[BadLine] = msgspec.field(default_factory=list)
    reading: FileReading | None = None
    seconds: float = 0.0
    longest_transaction: float = 0.0


class Watch(Protocol):
    """Who looks on."""

    def bad(self, bad: BadLine) -> None: ...

    def moved(self, report: ImportReport, position: int, size: int) -> None: ...


class Source(msgspec.Struct, Generic[R], frozen=True):
    kind: str
    name: str
    """The same whenever this source is brought in."""
    edition: str
    size: int
    position: Callable[[], int]
    records: Iterator[R | BadLine]
    reading: FileReading | None = None
    """How it was read, where that is a guess."""


class Run(msgspec.Struct, frozen=True):
    """What the writing of a batch needs to know."""

    viewer: Viewer
    terms: Terms
    report: ImportReport
    import_id: int
    pretended: dict[str, int]
    """In a dry run: people who would have been made."""


Write = Callable[[Db, Run, list[R]], Awaitable[list[int]]]
"""Brings in a batch and returns the ids of the new posts."""


async def run(
    database: Database,
    viewer: Viewer,
    source: Source[R],
    terms: Terms,
    watch: Watch,
    write: Write[R],
    after: Callable[[Db, list[int], float], Awaitable[int]] | None = None,
) -> ImportReport:
    """Brings a source in. `after` is called with the ids of each batch when it stands, and how long ago it was begun."""
    began = time.monotonic()
    report = ImportReport(kind=source.kind, source=source.name, dry_run=terms.is_dry, reading=source.reading)
    done = 0
    if not terms.is_dry:
        report.import_id, done = await _begin(database, viewer, source)
        report.continued_after = done
    this = Run(viewer, terms, report, report.import_id or 0, {})
    pace = _LEAST * 5
    records = _beyond(source.records, done)
    while True:
        batch, number = _take(records, pace, report, watch)
        if number is None:
            break
        started = time.monotonic()
        ids = await _write(database, this, batch, done, number, write)
        took = time.monotonic() - started
        if after and ids:
            async with database.transaction() as db:
                await after(db, ids, took)
        pace = next_pace(pace, len(batch), took)
        done = number
        report.longest_transaction = max(report.longest_transaction, took)
        report.seconds = time.monotonic() - began
        watch.moved(report, source.position(), source.size)
    report.seconds = time.monotonic() - began
    return report


async def end(database: Database, report: ImportReport) -> None:
    if report.import_id is not None:
        async with database.transaction() as db:
            await ledger.end(db, report.import_id)


async def _begin(database: Database, viewer: Viewer, source: Source[R]) -> tuple[int, int]:
    async with database.transaction() as db:
        import_id, done = await ledger.begin(db, source.kind, source.name, source.edition)
        await audit(db, viewer, f"import.{source.kind}", import_id, door="command line")
    return import_id, done


def _beyond(records: Iterator[R | BadLine], done: int) -> Iterator[R | BadLine]:
    return (record for record in records if record.number > done)


def _take(
    records: Iterator[R | BadLine], count: int, report: ImportReport, watch: Watch
) -> tuple[list[R], int | None]:
    """The next records, and the number of the last line that was read; None at the end."""
    batch: list[R] = []
    number, size = None, 0
    for record in records:
        number = record.number
        report.read += 1
        if isinstance(record, BadLine):
            tell(report, watch, record)
        else:
            batch.append(record)
            if isinstance(record, PostRecord):
                size += len(record.text)
            else:
                for what in record.notes:
                    note(report, watch, BadLine(number, what))
        if len(batch) >= count or size >= _MOST_BYTES or report.read % (_MOST * 5) == 0:
            break
    return batch, number


def tell(report: ImportReport, watch: Watch, bad: BadLine) -> None:
    report.bad += 1
    if len(report.first_bad) < _MOST_TOLD:
        report.first_bad.append(bad)
    watch.bad(bad)


def note(report: ImportReport, watch: Watch, left_out: BadLine) -> None:
    report.cells_left_out += 1
    if len(report.first_notes) < _MOST_TOLD:
        report.first_notes.append(left_out)
    watch.bad(left_out)


async def _write(
    database: Database, this: Run, batch: list[R], before: int, number: int, write: Write[R]
) -> list[int]:
    for attempt in range(1, TRIES + 1):
        counted = msgspec.structs.asdict(this.report)
        try:
            async with database.transaction() as db:
                if not this.terms.is_dry:
                    await ledger.advance(db, this.import_id, before, number)
                return await write(db, this, batch) if batch else []
        except PASSING:
            for name, value in counted.items():
                setattr(this.report, name, value)
            if attempt == TRIES:
                raise
            await asyncio.sleep(0.05 * attempt)
    raise AssertionError("the last try returns or raises")


def next_pace(pace: int, count: int, took: float) -> int:
    """As many as fit into the time aimed at, growing by no more than half at once."""
    if count < pace and took < _AIM:
        return pace
    fitting = int(count * _AIM / max(took, 0.001))
    return max(_LEAST, min(_MOST, fitting, pace * 3 // 2))
