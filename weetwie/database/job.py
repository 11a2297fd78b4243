"""A job: what waits in rows of the database is worked on, each in a task of its own, and one look for all says which have something to do."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

from sqlalchemy import select

from weetwie.database.pool import Database, Query
from weetwie.database.sql import BoolSql
from weetwie.database.unavailable import DatabaseAway
from weetwie.database.wake import Bell, wait
from weetwie.errors import Unavailable
from weetwie.runtime import clock
from weetwie.runtime.log import logger

log = logger(__name__)

LOOKS_AGAIN: Final = 1.0
"""Seconds after which what waits is looked for without being woken."""
_RESTS: Final = 10.0
"""Seconds after something outside has failed."""
_FIRST_SWEEP: Final = 120.0
_SWEEPS_AGAIN: Final = 60.0
"""Seconds after a sweep that failed."""
_MOST_AT_ONCE: Final = 32

Work = Callable[[], Awaitable[int | None]]


@dataclass(frozen=True)
class Sweep:
    every: timedelta
    work: Work
    first: float = _FIRST_SWEEP
    """Seconds after the start."""


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Job:
    name: str
    work: Work | None = None
    """Does what waits now, a part of it; true where more may wait."""
    sweeps: tuple[Sweep, ...] = ()
    close: Work | None = None
    waits: BoolSql | None = None
    """Whether something waits; None where the work is to be done at each ring and each second."""

    async def run(self, bell: Bell, has_work: asyncio.Event | None = None) -> None:
        """Works until cancelled; with `has_work` only when that has been set, and when a sweep is due."""
        rung = bell.waiter() if has_work is None else has_work
        due = {sweep: time.monotonic() + sweep.first for sweep in self.sweeps}
        has_rung = False
        try:
            while True:
                works = self.work is not None and (has_rung or has_work is None)
                if works or any(at <= time.monotonic() for at in due.values()):
                    async with bell.turn(has_rung=has_rung):
                        await self._turn(due, works=works)
                has_rung = await wait(rung, LOOKS_AGAIN)
        finally:
            if self.close is not None:
                await self.close()

    async def _turn(self, due: dict[Sweep, float], *, works: bool) -> None:
        if works and self.work is not None:
            await self._attempt(self.work, again=True)
        for sweep in self.sweeps:
            if time.monotonic() >= due[sweep]:
                every = sweep.every.total_seconds()
                is_done = await self._attempt(sweep.work)
                due[sweep] = time.monotonic() + (every if is_done else min(every, _SWEEPS_AGAIN))

    async def _attempt(self, work: Work, *, again: bool = False) -> bool:
        """Whether it went well; `again` for as long as more may wait."""
        try:
            while await work() and again:
                pass
        except DatabaseAway:
            log.warning("a job waits for the database", job=self.name)
        except Unavailable as error:
            log.warning("a job waits for what it needs", job=self.name, why=str(error))
            await asyncio.sleep(_RESTS)
        except Exception:
            log.exception("a job failed", job=self.name)
            await asyncio.sleep(_RESTS)
        else:
            return True
        return False


class Lookout:
    """Looks what waits, for all jobs in one statement: at each ring of the bell, which each post rings, and each second."""

    def __init__(self, database: Database, every: Sequence[Job]) -> None:
        self._database = database
        self._has_work = {job: asyncio.Event() for job in every if job.waits is not None}
        self._look = Query(select(*(job.waits for job in self._has_work if job.waits is not None)))

    def has_work(self, job: Job) -> asyncio.Event | None:
        """Set where something waits for this job; None for one that looks by itself."""
        return self._has_work.get(job)

    async def run(self, bell: Bell) -> None:
        """Looks until cancelled."""
        rung = bell.waiter()
        has_rung = False
        while True:
            try:
                async with bell.turn(has_rung=has_rung):
                    await self.look()
            except DatabaseAway:
                log.warning("jobs wait for the database")
            except Exception:
                log.exception("looking for work failed")
            has_rung = await wait(rung, LOOKS_AGAIN)

    async def look(self) -> None:
        async with self._database.reading() as db:
            row = await db.row(self._look, now=clock.now())
        assert row is not None, "a select without a table has a row"
        for event, waits in zip(self._has_work.values(), row, strict=True):
            if waits:
                event.set()


Taken = TypeVar("Taken")


class Sending(Generic[Taken]):
    """What waits is handed to programs of others, many at once: a slow one holds nobody else up."""

    def __init__(
        self,
        claim: Callable[[], Awaitable[Taken | None]],
        deliver: Callable[[Taken], Awaitable[None]],
        close: Work,
    ) -> None:
        self._claim = claim
        self._deliver = deliver
        self._close = close
        self._sending: set[asyncio.Task[None]] = set()

    async def begin(self) -> bool:
        """One more, as soon as there is room for it; false where none waits."""
        if len(self._sending) >= _MOST_AT_ONCE:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
        claimed = await self._claim()
        if claimed is None:
            return False
        task = asyncio.ensure_future(self._deliver(claimed))
        self._sending.add(task)
        task.add_done_callback(self._ended)
        return True

    async def close(self) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._close()

    def _ended(self, task: "asyncio.Future[None]") -> None:
        self._sending.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("sending failed", why=type(error).__name__)
