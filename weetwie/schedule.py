"""By the clock: who acts when."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import msgspec
import structlog

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import Memory
from weetwie.database.pool import Database, Db
from weetwie.domain.audit import chain, trail
from weetwie.domain.identity import attempts, grants, links, passkeys, sessions, sign_on
from weetwie.domain.invitations import invite
from weetwie.domain.knowledge import known_words, questions, seal
from weetwie.domain.mail import emails
from weetwie.domain.moderation import decisions, reports
from weetwie.domain.people import leave
from weetwie.domain.polls import polls
from weetwie.domain.polls.rules import Ballot
from weetwie.domain.posts import forget as posts
from weetwie.domain.posts import publish, remove
from weetwie.domain.posts.rules import Draft
from weetwie.domain.scheduled import scheduled
from weetwie.domain.timelines import home
from weetwie.errors import Forbidden, Refusal
from weetwie.events import forget_old as forget_old_events

log = structlog.get_logger(__name__)

Act = Callable[[Db], Awaitable[object]]

SOON, MINUTE, HOUR, DAY = timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_MOST_AT_ONCE = 20
_memory = Memory(0)


async def publish_due(db: Db) -> None:
    """Posts whose time has come, with all that is asked of a post then; one that is refused stays with its author."""
    for author_id, post in await scheduled.due(db, _MOST_AT_ONCE):
        author = await _memory.person(db, author_id)
        try:
            if author is None:
                raise Forbidden
            async with db.savepoint():
                draft = msgspec.convert(post.written["draft"], Draft, strict=False)
                post_id = await publish.publish(db, author, draft)
                if ballot := post.written.get("ballot"):
                    await polls.put(db, author, post_id, msgspec.convert(ballot, Ballot), has_media=False)
        except Refusal as refusal:
            await scheduled.refused(db, post.id, str(refusal))
        else:
            await scheduled.done(db, post.id)


async def let_go_due(db: Db) -> None:
    """Members whose last day is over."""
    system = viewers.system(await _memory.policy(db))
    for person_id in await leave.due(db):
        await leave.leave(db, system, person_id, "end-date")


async def forget_questions(db: Db) -> None:
    """What the service account was asked and answered has its time."""
    if old := await questions.outlived(db):
        await remove.bury(db, viewers.system(await _memory.policy(db)), old)


SCHEDULE: list[tuple[timedelta, Act]] = [
    (SOON, chain.seal),
    (MINUTE, polls.end_due),
    (MINUTE, publish_due),
    (MINUTE, let_go_due),
    (MINUTE, seal.seal_full),
    (HOUR, home.trim),
    (HOUR, posts.forget_keys),
    (HOUR, grants.sweep),
    (HOUR, links.sweep),
    (HOUR, attempts.sweep),
    (HOUR, passkeys.sweep),
    (HOUR, sign_on.sweep),
    (HOUR, sessions.end_old),
    (DAY, trail.forget_addresses),
    (DAY, emails.sweep),
    (DAY, invite.sweep),
    (HOUR, forget_questions),
    (DAY, known_words.forget_unused),
    (DAY, posts.sweep_tombstones),
    (DAY, reports.sweep),
    (DAY, decisions.sweep),
    (DAY, forget_old_events),
]
"""Each may run in several processes at once, and more often than it says: they only tidy up."""


class Clockwork:
    def __init__(self, database: Database, also: Sequence[tuple[timedelta, Act]] = ()) -> None:
        self._database = database
        self._schedule = [*SCHEDULE, *also]
        self._due = [time.monotonic() + 60] * len(self._schedule)

    async def turn(self) -> None:
        """Does what is due."""
        now = time.monotonic()
        for place, (every, act) in enumerate(self._schedule):
            if self._due[place] <= now:
                self._due[place] = now + every.total_seconds()
                async with self._database.transaction() as db:
                    await act(db)
                await asyncio.sleep(0)
