"""Live: what arrives in a home, and what leaves it, for all open streams of this process at once.

One statement for each batch of facts says who of those who listen sees a post, and how they see it. What is new are the
facts that were not yet visible in the snapshot of the look before: so each is taken once, none is passed over however long its
transaction took, and no other transaction holds anything up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import msgspec
import structlog
from sqlalchemy import BigInteger, Boolean, Text, and_, cast, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import sees
from weetwie.access.recognise import Memory, StaleViewer, check
from weetwie.access.viewer import Viewer, is_active, system
from weetwie.domain.timelines import home
from weetwie.events import (
    Fact,
    FiltersChanged,
    PeopleNotified,
    PersonBlocked,
    PersonErased,
    PersonLeft,
    PersonSuspended,
    PostBoosted,
    PostDeleted,
    PostEdited,
    PostPublished,
    TokenRevoked,
)
from weetwie.kit import clock
from weetwie.kit.bell import Bell, wait
from weetwie.kit.db import Database, Db, Query, Record, columns, param
from weetwie.seen.posts import SeenPost
from weetwie.tables.events import Event, Snapshot, Xid8
from weetwie.tables.identity import Token
from weetwie.tables.notifications import Notification

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 1.0
LONGEST_QUEUE = 200
"""A reader who is so far behind is dropped; apps connect again and read what they missed."""


class Arrived(msgspec.Struct, frozen=True):
    post: SeenPost


class Edited(msgspec.Struct, frozen=True):
    post: SeenPost


class Gone(msgspec.Struct, frozen=True):
    post_id: int


class Notified(msgspec.Struct, frozen=True):
    notification_id: int


class FiltersAreOthers(msgspec.Struct, frozen=True):
    """The viewer of the stream has them already."""


News = FiltersAreOthers | Arrived | Edited | Gone | Notified


class Stream:
    """One open stream: an iterator over what is new, that ends when it must."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self._queue: asyncio.Queue[News | None] = asyncio.Queue(LONGEST_QUEUE)
        self.is_open = True
        self.is_confirmed = False

    def put(self, news: News) -> None:
        try:
            self._queue.put_nowait(news)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """Ends the stream for its reader, at once and whatever waits in it."""
        self.is_open = False
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self, seconds: float) -> News | None:
        """What is new; None when nothing came in this time, or when the stream is no longer open."""
        try:
            return await asyncio.wait_for(self._queue.get(), seconds)
        except TimeoutError:
            return None


class Live:
    """The open streams of this process."""

    def __init__(self, database: Database, memory: Memory) -> None:
        self._database = database
        self._memory = memory
        self._streams: dict[int, set[Stream]] = {}
        self._looked: str | None = None
        """The snapshot of the last look (PostgreSQL's pg_snapshot, as text)."""
        self.prepare: Callable[[Db, Sequence[SeenPost]], Awaitable[None]] | None = None
        """Called with all posts of a batch before they are handed out, so that doors load what they need only once."""

    def open(self, viewer: Viewer) -> Stream:
        stream = Stream(viewer)
        self._streams.setdefault(viewer.person_id, set()).add(stream)
        return stream

    def forget(self, stream: Stream) -> None:
        """The reader has gone."""
        streams = self._streams.get(stream.viewer.person_id, set())
        streams.discard(stream)
        if not streams:
            self._streams.pop(stream.viewer.person_id, None)

    @property
    def open_streams(self) -> int:
        return sum(map(len, self._streams.values()))

    def close_all(self) -> None:
        for stream in self._all():
            stream.close()

    def _all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]

    async def run(self, bell: Bell) -> None:
        """Hands out what is new, until cancelled."""
        rung = bell.waiter()
        while True:
            try:
                while await self.turn():
                    pass
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001  streams outlive any failure; what was missed is read again
                log.warning("live waits", error=type(error).__name__)
            await wait(rung, SWEEP_SECONDS)

    async def turn(self) -> int:
        """Hands out what is new; returns how many facts were in it."""
        self._close_those_whose_time_is_over()
        async with self._database.reading() as db:
            if self._looked is None or not self._streams:
                # What happened before anybody listened is for the timelines.
                self._looked = await db.value(_SNAPSHOT)
                return 0
            await self._close_those_who_came_too_late(db)
            rows = await db.rows(_NEWS, looked=self._looked)
            events = [row for row in rows if row["id"] is not None]
            if events:
                await self._hand_out(db, events)
            self._looked = rows[0]["snapshot"]
            return len(events)

    async def _hand_out(self, db: Db, events: Sequence[Record]) -> None:
        facts = [fact for event in events if (fact := _read(event)) is not None]
        await self._close_the_unwelcome(db, facts)
        await self._filters(db, _of(facts, FiltersChanged))
        viewer = system(await self._memory.policy(db))
        await self._posts(db, viewer, facts)
        await self._gone(db, viewer, _of(facts, PostDeleted))
        await self._notified(db, _of(facts, PeopleNotified))

    async def _posts(self, db: Db, viewer: Viewer, facts: Sequence[Fact]) -> None:
        edited = {fact.post_id for fact in _of(facts, PostEdited)}
        arrived = {fact.post_id for fact in _of(facts, PostPublished, PostBoosted)}
        if not edited | arrived:
            return
        reached = await home.ARRIVING.posts(db, viewer, edited | arrived, self._streams)
        if self.prepare is not None:
            await self.prepare(db, [post for _person, post in reached])
        for person_id, post in reached:
            if post.id in arrived:
                self._put(person_id, Arrived(post))
            if post.id in edited:
                self._put(person_id, Edited(post))

    async def _gone(self, db: Db, viewer: Viewer, facts: Sequence[PostDeleted]) -> None:
        if facts:
            ids = [fact.post_id for fact in facts]
            rows = await db.rows(
                home.DEPARTING, post_ids=ids, people=list(self._streams), **sees.today(viewer)
            )
            for person_id, post_id in rows:
                self._put(person_id, Gone(post_id))

    async def _filters(self, db: Db, facts: Sequence[FiltersChanged]) -> None:
        for person_id in {fact.person_id for fact in facts} & self._streams.keys():
            fresh = await self._memory.person(db, person_id)
            if fresh is None:
                continue
            for stream in self._streams[person_id]:
                stream.viewer = msgspec.structs.replace(
                    stream.viewer, version=fresh.version, filters_version=fresh.filters_version
                )
                stream.put(FiltersAreOthers())

    async def _notified(self, db: Db, facts: Sequence[PeopleNotified]) -> None:
        ids = [notification_id for fact in facts for notification_id in fact.notification_ids]
        for row in await db.rows(_WHOSE, ids=ids, people=list(self._streams)) if ids else ():
            self._put(row["person_id"], Notified(row["id"]))

    def _put(self, person_id: int, news: News) -> None:
        for stream in list(self._streams.get(person_id, ())):
            stream.put(news)

    async def _close_the_unwelcome(self, db: Db, facts: Sequence[Fact]) -> None:
        """Streams end with their token, with the standing of who listens, and with a block on either side: who connects
        again sees the new world."""
        left = {fact.person_id for fact in _of(facts, PersonLeft, PersonSuspended, PersonErased)}
        parted = {id for fact in _of(facts, PersonBlocked) for id in (fact.blocker_id, fact.blocked_id)}
        for person_id in left | parted:
            for stream in self._streams.get(person_id, ()):
                stream.close()
        if _of(facts, TokenRevoked):
            await self._close_revoked(db)

    async def _close_those_who_came_too_late(self, db: Db) -> None:
        """What ended a token or a standing may have been handed out after its owner was recognised and before the stream
        was there. So who is new is looked at once more before anything is handed to them."""
        for stream in self._all():
            if not stream.is_confirmed:
                stream.is_confirmed = True
                try:
                    await check(db, stream.viewer)
                except StaleViewer:
                    stream.close()

    def _close_those_whose_time_is_over(self) -> None:
        for stream in self._all():
            if stream.viewer.until is not None and not is_active(stream.viewer, clock.now()):
                stream.close()

    async def _close_revoked(self, db: Db) -> None:
        tokens = {stream.viewer.token_id for stream in self._all() if stream.viewer.token_id}
        good = set(columns(await db.rows(_GOOD, ids=list(tokens)), "id"))
        for stream in self._all():
            if stream.viewer.token_id and stream.viewer.token_id not in good:
                stream.close()


def _read(event: Record) -> Fact | None:
    """None for a fact of another version of the program: nobody here waits for it, and it must not hold the others up."""
    kind = Fact.KINDS.get(event["kind"])
    try:
        return msgspec.convert(event["ids"], kind) if kind is not None else None
    except msgspec.ValidationError:
        return None


def _of(facts: Iterable[Fact], *kinds: Any) -> list[Any]:
    return [fact for fact in facts if isinstance(fact, kinds)]


_SNAPSHOT = Query(select(text("pg_current_snapshot()::text")))


def _news() -> Any:
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
_GOOD = Query(
    select(Token.id).where(Token.id == func.any(param("ids", ARRAY(BigInteger))), Token.revoked_at.is_(None))
)
_WHOSE = Query(
    select(Notification.id, Notification.person_id)
    .where(
        Notification.id == func.any(param("ids", ARRAY(BigInteger))),
        Notification.person_id == func.any(param("people", ARRAY(BigInteger))),
    )
    .order_by(Notification.id)
)
