"""Live: what arrives for the open streams of this process, and when they end.

What is new are the facts that were not yet visible in the snapshot of the look before: so each is taken once, none is passed
over however long its transaction took, and no other transaction holds anything up. All of a look is found out before any of it
is handed out, so that a look that fails is done again and nothing is said twice.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Executable, Text, and_, cast, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.authenticate import Memory, StaleViewer, check
from weetwie.access.viewer import Viewer, is_active, system
from weetwie.database.pool import Database, Db, Query, Record, columns, param
from weetwie.database.wake import Bell, wait
from weetwie.domain.timelines.arrivals import Delivery, Prepare, deliveries, of
from weetwie.domain.timelines.listeners import Listeners, Stream
from weetwie.domain.timelines.stream_news import (
    HOME,
    NOTIFICATIONS,
    Beat,
    Channel,
    FiltersAreOthers,
    StreamEnding,
)
from weetwie.events import (
    Fact,
    FiltersChanged,
    PersonBlocked,
    PersonErased,
    PersonLeft,
    PersonSuspended,
    TokenRevoked,
)
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.tables.events import Event, Snapshot, Xid8
from weetwie.tables.identity import Token
from weetwie.tables.people import Person

log = logger(__name__)

SWEEP_SECONDS: Final = 1.0
BEAT_SECONDS: Final = 15.0
AT_ONCE: Final = 100
"""After so many deliveries others have their turn: those who read what was handed out, and requests."""


class Live:
    """The open streams of this process."""

    def __init__(self, database: Database, memory: Memory) -> None:
        self._database = database
        self._memory = memory
        self._listeners = Listeners()
        self._looked: str | None = None
        """The snapshot of the last look (PostgreSQL's pg_snapshot, as text)."""
        self._last_beat = 0.0
        self.prepare: Prepare | None = None
        """Called with all posts of a look before they are handed out, so that entry points load what they need only once."""

    def open(
        self,
        viewer: Viewer,
        channels: Iterable[Channel] = (HOME, NOTIFICATIONS),
        *,
        wants_beats: bool = False,
    ) -> Stream:
        """Raises TooMany."""
        return self._listeners.open(viewer, channels, wants_beats=wants_beats)

    def check_room(self, viewer: Viewer) -> None:
        """Raises TooMany where this viewer may open no further stream."""
        self._listeners.check_room(viewer.person_id)

    def listen(self, stream: Stream, channel: Channel) -> None:
        self._listeners.listen(stream, channel)

    def unlisten(self, stream: Stream, channel: Channel) -> None:
        self._listeners.unlisten(stream, channel)

    def forget(self, stream: Stream) -> None:
        """The reader has gone."""
        self._listeners.forget(stream)

    @property
    def open_streams(self) -> int:
        return len(self._listeners)

    def close_all(self) -> None:
        for stream in self._listeners:
            stream.close(StreamEnding.going)

    async def run(self, bell: Bell) -> None:
        """Hands out what is new, until cancelled."""
        rung = bell.waiter()
        has_rung = True
        while True:
            try:
                async with bell.turn(has_rung=has_rung, waits=False):
                    while await self.turn():
                        pass
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001  streams outlive any failure; what was missed is read again
                log.warning("live waits", error=type(error).__name__)
            self._beat()
            has_rung = await wait(rung, SWEEP_SECONDS)

    def _beat(self) -> None:
        """One clock for all streams that must be kept open by a word now and then."""
        now = asyncio.get_running_loop().time()
        if now - self._last_beat >= BEAT_SECONDS:
            self._last_beat, beat = now, Beat()
            for stream in self._listeners:
                if stream.wants_beats:
                    stream.put(beat)

    async def turn(self) -> int:
        """Hands out what is new; returns how many facts were in it."""
        self._close_those_whose_time_is_over()
        async with self._database.reading() as db:
            if self._looked is None or not self._listeners:
                # What happened before anybody listened is for the timelines.
                snapshot = await db.value(_SNAPSHOT)
                if self._looked is None or not self._listeners:
                    self._looked = snapshot
                return 0
            rows = await db.rows(_NEWS, looked=self._looked)
            facts = [fact for row in rows if row["id"] is not None and (fact := _read(row)) is not None]
            await self._confirm(db)
            found = await self._find_out(db, facts) if facts else []
            self._looked = rows[0]["snapshot"]
        await self._hand_out(found)
        return sum(row["id"] is not None for row in rows)

    async def _find_out(self, db: Db, facts: Sequence[Fact]) -> list[Delivery]:
        await self._close_the_unwelcome(db, facts)
        if not self._listeners:
            return []
        viewer = system(await self._memory.policy(db))
        filters = await self._filters(db, of(facts, FiltersChanged))
        return filters + await deliveries(db, viewer, self._listeners, facts, self.prepare)

    async def _hand_out(self, found: Sequence[Delivery]) -> None:
        """Who came while this was found out has missed nothing: all of it happened before."""
        for place, (person_id, news) in enumerate(found, 1):
            for stream in self._listeners.of(news.channel).get(person_id, ()):
                if stream.is_confirmed:
                    stream.put(news)
            if place % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _filters(self, db: Db, facts: Sequence[FiltersChanged]) -> list[Delivery]:
        told = []
        for person_id in {fact.person_id for fact in facts}:
            streams = self._listeners.of_person(person_id)
            fresh = await self._memory.person(db, person_id) if streams else None
            if fresh is None:
                continue
            for stream in streams:
                stream.viewer = msgspec.structs.replace(
                    stream.viewer, version=fresh.version, filters_version=fresh.filters_version
                )
            told.append(Delivery(person_id, FiltersAreOthers(HOME)))
        return told

    # Endings

    async def _close_the_unwelcome(self, db: Db, facts: Sequence[Fact]) -> None:
        """Streams end with their token, with the standing of who listens, and with a block on either side: who connects
        again sees the new world."""
        for fact in facts:
            if isinstance(fact, PersonLeft | PersonSuspended | PersonErased):
                self._close_of(fact.person_id, StreamEnding.unwelcome)
        for block in of(facts, PersonBlocked):
            self._close_of(block.blocker_id, StreamEnding.going)
            self._close_of(block.blocked_id, StreamEnding.going)
        if of(facts, TokenRevoked):
            await self._close_revoked(db)

    def _close_of(self, person_id: int, ending: StreamEnding) -> None:
        for stream in self._listeners.of_person(person_id):
            stream.close(ending)

    async def _confirm(self, db: Db) -> None:
        """What ended a token or a standing may have been handed out after its owner was recognised and before the stream
        was there. So those who are new are looked at once more before anything is handed to them."""
        new, self._listeners.new = self._listeners.new, []
        good = await self._still_good(db, [stream.viewer for stream in new])
        for stream in new:
            stream.is_confirmed = True
            if stream.viewer.token_id not in good and not await _is_still_so(db, stream.viewer):
                stream.close(StreamEnding.unwelcome)

    async def _still_good(self, db: Db, viewers: Sequence[Viewer]) -> set[int]:
        """Of many at once those tokens whose person is as they were recognised; the others are looked at one by one."""
        versions = {viewer.token_id: viewer.version for viewer in viewers if viewer.token_id}
        rows = await db.rows(_VERSIONS, ids=list(versions)) if versions else ()
        return {row["id"] for row in rows if row["version"] == versions[row["id"]]}

    def _close_those_whose_time_is_over(self) -> None:
        now = clock.now()
        for stream in self._listeners:
            if stream.viewer.until is not None and not is_active(stream.viewer, now):
                stream.close(StreamEnding.unwelcome)

    async def _close_revoked(self, db: Db) -> None:
        tokens = {stream.viewer.token_id for stream in self._listeners if stream.viewer.token_id}
        good = set(columns(await db.rows(_VERSIONS, ids=list(tokens)), "id"))
        for stream in self._listeners:
            if stream.viewer.token_id and stream.viewer.token_id not in good:
                stream.close(StreamEnding.unwelcome)


async def _is_still_so(db: Db, viewer: Viewer) -> bool:
    try:
        await check(db, viewer)
    except StaleViewer:
        return False
    return True


def _read(event: Record) -> Fact | None:
    """None for a fact of another version of the program: nobody here waits for it, and it must not hold the others up."""
    kind = Fact.KINDS.get(event["kind"])
    try:
        return msgspec.convert(event["ids"], kind) if kind is not None else None
    except msgspec.ValidationError:
        return None


_SNAPSHOT = Query(select(text("pg_current_snapshot()::text")))


def _news() -> Executable:
    """Always at least one row, for the snapshot."""
    looked = cast(param("looked", Text), Snapshot)
    now = select(text("pg_current_snapshot()::text as snapshot")).subquery()
    is_new = and_(
        Event.transaction >= func.pg_snapshot_xmin(looked, type_=Xid8()),
        ~func.pg_visible_in_snapshot(Event.transaction, looked, type_=Boolean()),
    )
    return (
        select(text("snapshot"), Event.id, Event.kind, Event.ids)
        .select_from(now)
        .outerjoin(Event, is_new)
        .order_by(Event.id)
    )


_NEWS = Query(_news)
_VERSIONS = Query(
    select(Token.id, Person.version)
    .join(Person, Person.id == Token.person_id)
    .where(Token.id == func.any(param("ids", ARRAY(BigInteger))), Token.revoked_at.is_(None))
)
