"""Brings what an organisation wrote elsewhere in as passages: evidence of who knows what, apart from all timelines.

Each run reads its export from the beginning: what is in is known by its key, and what the export has no more goes at the end.
So a run that was killed, or is run twice, comes to the same as one that went through.
"""

import asyncio
import secrets
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db
from weetwie.domain.identity import addresses
from weetwie.domain.imports import ledger
from weetwie.domain.knowledge import seal
from weetwie.errors import Invalid, _
from weetwie.events import audit
from weetwie.flows.imports import run as runs, take_back, write_passages
from weetwie.flows.imports.authors import Authors
from weetwie.flows.imports.evidence_report import (
    ChannelReport,
    EvidenceReport,
    EvidenceTerms,
    EvidenceWatch,
    Unwatched,
)
from weetwie.flows.imports.run import ImportReport, Run, Terms
from weetwie.flows.imports.write_passages import Batch, OpenChannel, Target
from weetwie.imports import box
from weetwie.imports.sources import readers
from weetwie.imports.sources.form import Channel, Export, LeftOut, Message, Reader, Record, Removed, Trouble
from weetwie.imports.sources.people_map import PeopleMap
from weetwie.runtime import clock

_LEAST, _MOST = 20, 2000
_MOST_CHARACTERS: Final = 2 << 20
_MOST_TOLD: Final = 100
_PASSING: Final = (*runs.PASSING, asyncpg.ForeignKeyViolationError)


async def bring_in(
    database: Database,
    viewer: Viewer,
    path: Path,
    terms: EvidenceTerms,
    mapping: PeopleMap | None = None,
    watch: EvidenceWatch | None = None,
    reader: Reader | None = None,
    door: str = "command line",
) -> EvidenceReport:
    """Raises Invalid for what is no such export or may not be asked for, NotFound for a kind that nobody reads."""
    check(viewer, terms)
    read = reader or readers.reader(terms.kind)
    with box.opened(path) as opened:
        export = await asyncio.to_thread(read, opened, terms.asked)
        bringing = await _Bringing.begin(
            database, viewer, export, terms, mapping or PeopleMap([]), watch or Unwatched(), door
        )
        return await bringing.run()


def check(viewer: Viewer, terms: EvidenceTerms) -> None:
    """Raises Invalid for what this organisation's policy does not allow."""
    policy = viewer.policy
    if terms.may_rank and policy.works_council:
        raise Invalid(
            _(
                "In works council mode, nobody who hasn't joined is ranked. They can choose to be found when they log in for the first time."
            ),
            field="rank",
        )
    if terms.audience is not None and terms.audience > policy.widest_ring:
        raise Invalid(_("This audience is wider than your organisation allows."), field="audience")


class _Bringing:
    """One run."""

    def __init__(
        self,
        database: Database,
        viewer: Viewer,
        export: Export,
        terms: EvidenceTerms,
        watch: EvidenceWatch,
        authors: Authors,
        people: Run,
    ) -> None:
        self._database, self._viewer, self._export, self._terms = database, viewer, export, terms
        self._watch, self._authors, self._people = watch, authors, people
        self._import_id = people.import_id
        self._channels: dict[str, OpenChannel] = {}
        self._seen: array[int] = array("q")
        """The ids of what stands in the export, at eight bytes each."""
        self._names: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._done = 0
        self.report = EvidenceReport(
            kind=terms.kind,
            source=export.name,
            dry_run=terms.is_dry,
            import_id=self._import_id or None,
        )

    @classmethod
    async def begin(
        cls,
        database: Database,
        viewer: Viewer,
        export: Export,
        terms: EvidenceTerms,
        mapping: PeopleMap,
        watch: EvidenceWatch,
        door: str,
    ) -> "_Bringing":
        source = source_of(terms.kind, export.name)
        async with database.transaction() as db:
            if terms.is_dry:
                entry = await ledger.find(db, source)
                import_id = entry.id if entry else 0
            else:
                # Another edition each time: it begins at the top, and a run that is still going is stopped by it.
                import_id, _done = await ledger.begin(db, terms.kind, source, secrets.token_hex(8))
                await audit(db, viewer, f"import.{terms.kind}", import_id, door=door)
            hash_key = await addresses.hash_key(db)
        people = Run(
            viewer,
            Terms(may_rank=terms.may_rank, space=source, is_dry=terms.is_dry),
            ImportReport(kind=terms.kind, source=source),
            import_id,
            {},
        )
        authors = Authors(terms.kind, source, hash_key, people, mapping)
        return cls(database, viewer, export, terms, watch, authors, people)

    async def run(self) -> EvidenceReport:
        began, pace = time.monotonic(), _LEAST * 5
        records = self._export.records
        while True:
            batch = await asyncio.to_thread(_take, records, pace)
            if not batch:
                break
            started = time.monotonic()
            messages = await self._in_order(batch)
            took = time.monotonic() - started
            pace = runs.next_pace(pace, max(messages, 1), took) if messages else pace
            self._told(began, took)
        if not self._terms.is_dry:
            await self._finish()
        self._told(began, 0.0)
        return self.report

    async def _in_order(self, batch: list[Record]) -> int:
        """What stands between messages may decide about those that follow."""
        messages: list[Message] = []
        count = 0
        for record in batch:
            match record:
                case Message():
                    messages.append(record)
                    count += 1
                case Channel():
                    await self._write(messages)
                    messages = []
                    await self._open(record)
                case Removed():
                    await self._write(messages)
                    messages = []
                    await self._remove(record.key)
                case LeftOut():
                    self._left_out[record.reason] += record.count
                case Trouble():
                    self._trouble(record)
        await self._write(messages)
        return count

    async def _write(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        counted = await self._stand(messages)
        if counted.ids:
            async with self._database.transaction() as db:
                await seal.seal(db)
        self._done += len(messages)
        self._seen.extend(counted.ids)
        report = self.report
        report.read += len(messages)
        report.new += counted.new
        report.changed += counted.changed
        report.known += counted.known
        report.by_address += counted.people["address"]
        report.by_map += counted.people["map"]
        report.by_name += counted.people["name"]
        self._left_out.update(counted.left_out)
        for key, number in counted.channels.items():
            self._channels[key].passages += number
        for message in messages:
            self._names |= self._authors.name(message.author)
            report.first = min(report.first or message.at, message.at)
            report.last = max(report.last or message.at, message.at)

    async def _stand(self, messages: Sequence[Message]) -> Batch:
        """In one transaction; what another one caused is healed by a second try."""
        target = Target(
            self._viewer,
            self._import_id,
            self._authors,
            self._channels,
            write_passages.keeps(self._viewer.policy, clock.now()),
            self._terms.is_dry,
        )
        for attempt in range(1, runs.TRIES + 1):
            made = self._people.report.people_new
            try:
                async with self._database.transaction() as db:
                    await self._advance(db, len(messages))
                    counted = await write_passages.write(db, target, messages)
            except _PASSING:
                self._people.report.people_new = made
                self._authors.drop(everything=True)
                if attempt == runs.TRIES:
                    raise
                await asyncio.sleep(0.05 * attempt)
            else:
                self._authors.keep()
                return counted
        raise AssertionError("the last try returns or raises")

    async def _advance(self, db: Db, count: int) -> None:
        """Raises Conflict when another run has gone on with the same import."""
        if not self._terms.is_dry:
            await ledger.advance(db, self._import_id, self._done, self._done + count)

    async def _open(self, channel: Channel) -> None:
        before = self._channels.get(channel.key)
        if before is not None and before.is_open == channel.is_open:
            return
        ring, wanted = self._terms.audience, self._terms.channels
        names = {channel.key.casefold(), channel.name.casefold()}
        one = OpenChannel(
            channel.key,
            channel.name,
            is_open=channel.is_open,
            is_wanted=not wanted or bool(names & {name.casefold().lstrip("#") for name in wanted}),
            link=channel.link,
        )
        self._channels[channel.key] = one
        if self._import_id and one.is_wanted:
            await take_back.open_channel(
                self._database, self._viewer, self._import_id, one, ring, is_dry=self._terms.is_dry
            )
        elif ring is not None:
            one.ring = ring
        if not one.is_open and self._import_id and not self._terms.is_dry:
            self.report.removed += await take_back.close_channel(
                self._database, self._viewer, self._import_id, one.key
            )

    async def _remove(self, key: str) -> None:
        self._left_out["deleted"] += 1
        if self._import_id and not self._terms.is_dry:
            self.report.removed += await take_back.remove_key(
                self._database, self._viewer, self._import_id, key
            )

    def _trouble(self, trouble: Trouble) -> None:
        report = self.report
        report.troubles += 1
        report.is_incomplete |= not trouble.place
        if len(report.first_troubles) < _MOST_TOLD:
            report.first_troubles.append(trouble)
        self._watch.trouble(trouble)

    async def _finish(self) -> None:
        """Threads are put together, and what the export has no more goes."""
        report = self.report
        if not report.is_incomplete and report.first and report.last:
            seen = take_back.Seen(self._seen)
            for channel in self._channels.values():
                if channel.id and channel.is_open and channel.is_wanted:
                    report.removed += await take_back.remove_missing(
                        self._database, self._viewer, channel.id, seen, report.first, report.last
                    )
        await take_back.put_together(self._database, self._viewer, self._import_id)
        if self._terms.keeps_addresses:
            await take_back.keep_addresses(self._database, self._viewer, self._authors.addresses)
        self._sum_up()
        async with self._database.transaction() as db:
            await ledger.report(db, self._import_id, msgspec.to_builtins(report))
            await ledger.end(db, self._import_id)

    def _told(self, began: float, took: float) -> None:
        self.report.seconds = time.monotonic() - began
        self.report.longest_transaction = max(self.report.longest_transaction, took)
        self._sum_up()
        self._watch.moved(self.report, self._export.position(), self._export.size)

    def _sum_up(self) -> None:
        report = self.report
        report.people_new = self._people.report.people_new
        report.names = len(self._names)
        report.left_out = dict(self._left_out.most_common())
        report.not_found = sorted(self._authors.unknown)
        report.channels = [
            ChannelReport(
                key=one.key,
                name=one.name,
                is_open=one.is_open,
                is_wanted=one.is_wanted,
                ring=one.ring.name,
                passages=one.passages,
            )
            for one in self._channels.values()
        ]


def source_of(kind: str, name: str) -> str:
    """By what the ledger tells it from others."""
    return f"{kind} {name}".strip()[:200]


def _take(records: Iterator[Record], count: int) -> list[Record]:
    """The next records, of which so many are messages at most."""
    batch: list[Record] = []
    size, messages = 0, 0
    for record in records:
        batch.append(record)
        if isinstance(record, Message):
            messages += 1
            size += len(record.text)
        if messages >= count or size >= _MOST_CHARACTERS or len(batch) >= 5 * _MOST:
            break
    return batch
