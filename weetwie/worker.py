"""Runs the reactions to what has happened, and the schedule.

The events are the outbox: a batch is taken with its rows locked, each reaction gets all facts of its kind at once, and the
marks are written in the same transaction. Where one fails, all is undone and done again one by one, so that one bad fact
holds nothing else up; it is tried again, ever later, and given up loudly.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie import reactions, schedule
from weetwie.access.authenticate import VERSION_OF_POLICY
from weetwie.context import Context, Site, of_system
from weetwie.database.pool import AtOnce, Database, Db, Query, Record, param
from weetwie.database.unavailable import DatabaseAway
from weetwie.database.wake import Bell, wait
from weetwie.events import Fact
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.tables.events import Event

log = logger(__name__)

BATCH = 200
SWEEP_SECONDS = 1.0
"""How long a lost ring of the bell can hold a reaction up."""
MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=1)

Reaction = Callable[..., Awaitable[None]]
GONE = DatabaseAway


@dataclass(frozen=True)
class ToDo:
    """A reaction, and all facts of a batch that it is for."""

    name: str
    run: reactions.Flow
    facts: list[Any]

    async def act(self, context: Context) -> None:
        await self.run(context, self.facts)


class Worker:
    def __init__(
        self,
        database: Database,
        site: Site,
        after: AtOnce = reactions.AFTER,
        flows: Mapping[type, Sequence[reactions.Flow]] = reactions.FLOWS,
    ) -> None:
        self._database = database
        self._site = site
        self._after = after
        self._flows = flows

    async def run(self, bell: Bell) -> None:
        """Works until cancelled."""
        rung = bell.waiter()
        has_rung = False
        clockwork = schedule.Clockwork(self._database, self._site)
        while True:
            try:
                async with bell.turn(has_rung=has_rung, waits=False):
                    while await self.work() == BATCH:
                        pass
                    await clockwork.turn()
            except GONE:
                log.warning("worker waits for the database")
            except Exception:
                log.exception("worker failed")
            has_rung = await wait(rung, SWEEP_SECONDS)

    async def work(self) -> int:
        """Takes one batch; returns how many events were in it."""
        try:
            async with self._database.transaction() as db:
                events = await db.rows(_TAKE, now=clock.now(), most=BATCH)
                await self._react(db, events)
                return len(events)
        except GONE:
            raise
        except Exception as error:  # noqa: BLE001  whatever it was is found out one by one
            log.warning("a reaction failed; the batch is done one by one", error=type(error).__name__)
            return await self._one_by_one()

    async def _react(self, db: Db, events: Sequence[Record]) -> None:
        if not events:
            return
        context = await of_system(db, self._site, events[0]["policy_version"])
        for one in self._to_do(events):
            await one.act(context)
        await db.run(_FINISH, ids=[event["id"] for event in events], now=clock.now())

    def _to_do(self, events: Sequence[Record]) -> "list[ToDo]":
        to_do: dict[str, ToDo] = {}
        for event in events:
            kind = Fact.KINDS[event["kind"]]
            named = [(one, self._after_act(one)) for one in self._after.get(kind, ())]
            for reaction, run in [*named, *((one, one) for one in self._flows.get(kind, ()))]:
                if (name := name_of(reaction)) not in event["done"]:
                    facts = to_do.setdefault(name, ToDo(name, run, [])).facts
                    facts.append(msgspec.convert(event["ids"], kind))
        return list(to_do.values())

    @staticmethod
    def _after_act(reaction: Reaction) -> reactions.Flow:
        async def run(context: Context, facts: Sequence[Fact]) -> None:
            await reaction(context.db, context.viewer, facts)

        return run

    async def _one_by_one(self) -> int:
        async with self._database.transaction() as db:
            events = await db.rows(_TAKE, now=clock.now(), most=BATCH)
            context = await of_system(db, self._site)
            for event in events:
                await self._carefully(context, event)
            return len(events)

    async def _carefully(self, context: Context, event: Record) -> None:
        db = context.db
        done = list(event["done"])
        failed: Exception | None = None
        try:
            to_do = self._to_do([event])
        except Exception as error:
            # A fact of another version of the program, say: it must not hold up all that come after it.
            to_do, failed = [], error
            log.exception("a fact cannot be read", number=event["id"], kind=event["kind"])
        for one in to_do:
            try:
                async with db.savepoint():
                    await one.act(context)
                done.append(one.name)
            except GONE:
                raise
            except Exception as error:
                failed = error
                log.exception("reaction failed", reaction=one.name, number=event["id"])
        if failed is None:
            await db.run(_FINISH, ids=[event["id"]], now=clock.now())
        else:
            await self._put_off(db, event, done)

    async def _put_off(self, db: Db, event: Record, done: list[str]) -> None:
        attempts = event["attempts"] + 1
        gave_up = attempts >= MOST_ATTEMPTS
        if gave_up:
            log.error("gave up on an event", number=event["id"], kind=event["kind"], attempts=attempts)
        later = min(timedelta(seconds=2**attempts), LONGEST_WAIT)
        at = clock.now()
        await db.run(
            _PUT_OFF,
            id=event["id"],
            done=done,
            attempts=attempts,
            due_at=at + later,
            gave_up_at=at if gave_up else None,
        )


def name_of(reaction: Callable[..., Awaitable[None]]) -> str:
    """`tell.mentioned`: how a reaction is written down as done."""
    return f"{reaction.__module__.rpartition('.')[2]}.{reaction.__name__}"


_NOW = param("now", DateTime(timezone=True))
_TAKE = Query(
    select(Event.id, Event.kind, Event.ids, Event.done, Event.attempts, VERSION_OF_POLICY)
    .where(
        Event.finished_at.is_(None),
        Event.gave_up_at.is_(None),
        or_(Event.attempts == 0, Event.due_at <= _NOW),
    )
    .order_by(Event.id)
    .limit(param("most", BigInteger))
    .with_for_update(skip_locked=True)
)
_FINISH = Query(
    update(Event).where(Event.id == func.any(param("ids", ARRAY(BigInteger)))).values(finished_at=_NOW)
)
_PUT_OFF = Query(
    update(Event)
    .where(Event.id == param("id", BigInteger))
    .values(
        done=param("done", ARRAY(Text)),
        attempts=param("attempts", BigInteger),
        due_at=param("due_at", DateTime(timezone=True)),
        gave_up_at=param("gave_up_at", DateTime(timezone=True)),
    )
)


class Backlog(msgspec.Struct, frozen=True):
    """What nobody has reacted to yet."""

    waiting: int
    seconds: float
    """How long the first of them has been waiting; 0 where none is."""


_BACKLOG = Query(
    select(func.count(), func.min(Event.created_at)).where(
        Event.finished_at.is_(None), Event.gave_up_at.is_(None)
    )
)
_GIVEN_UP = Query(select(func.count()).where(Event.finished_at.is_(None), Event.gave_up_at.is_not(None)))


async def backlog(db: Db) -> Backlog:
    waiting, since = await db.row(_BACKLOG) or (0, None)
    seconds = (clock.now() - since).total_seconds() if since else 0.0
    return Backlog(waiting, max(seconds, 0.0))


async def given_up(db: Db) -> int:
    """How many facts failed to the end (those of the last days; older ones are forgotten). Reads all of them."""
    return int(await db.value(_GIVEN_UP))


_NEWEST = Query(select(func.max(Event.created_at)))


async def newest(db: Db) -> datetime | None:
    """When the last thing that is still remembered happened."""
    return await db.value(_NEWEST)  # type: ignore[no-any-return]


async def drain(worker: Worker) -> None:
    """Until nothing is left to react to. For imports, and for tests."""
    while await worker.work():
        pass
