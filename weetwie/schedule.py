"""By the clock: who acts when."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from weetwie.domain.identity import grants, links, sessions, sign_in
from weetwie.domain.polls import polls
from weetwie.domain.posts import forget as posts
from weetwie.domain.timelines import home
from weetwie.events import forget_old as forget_old_events
from weetwie.kit.db import Database, Db

log = structlog.get_logger(__name__)

Act = Callable[[Db], Awaitable[object]]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

SCHEDULE: list[tuple[timedelta, Act]] = [
    (MINUTE, polls.end_due),
    (HOUR, home.trim),
    (HOUR, posts.forget_keys),
    (HOUR, grants.sweep),
    (HOUR, links.sweep),
    (HOUR, sign_in.sweep),
    (HOUR, sessions.end_old),
    (DAY, posts.sweep_tombstones),
    (DAY, forget_old_events),
]
"""Each may run in several processes at once, and more often than it says: they only tidy up."""


class Clockwork:
    def __init__(self, database: Database) -> None:
        self._database = database
        started = time.monotonic()
        self._due = [started + 60 for _ in SCHEDULE]

    async def turn(self) -> None:
        """Does what is due."""
        now = time.monotonic()
        for place, (every, act) in enumerate(SCHEDULE):
            if self._due[place] <= now:
                self._due[place] = now + every.total_seconds()
                async with self._database.transaction() as db:
                    await act(db)
                await asyncio.sleep(0)
