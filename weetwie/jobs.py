"""What is done beside answering requests and reacting to facts: files, mail, pushes, links, exports, questions, retention. All of it on one page.

What waits lies in rows of its own domain, each claimed by one process at a time. One look for all jobs says which of them have
something to do; each works in a task of its own, so that a slow mail server or a large film holds nothing else up.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from sqlalchemy import or_, select

from weetwie.context import Site, of_system
from weetwie.database.pool import Database, Query
from weetwie.database.sql import BoolSql
from weetwie.database.unavailable import DatabaseAway
from weetwie.database.wake import Bell, wait
from weetwie.domain.cards import fetch as cards
from weetwie.domain.exports import exports
from weetwie.domain.imports import requests
from weetwie.domain.mail import emails
from weetwie.domain.mail.emails import WrittenLater
from weetwie.domain.media import process, remove
from weetwie.domain.notifications import push_out
from weetwie.domain.people import verify
from weetwie.domain.questions import steps, telling
from weetwie.domain.webhooks import deliveries
from weetwie.domain.webhooks.deliveries import ClaimedDelivery
from weetwie.errors import Unavailable
from weetwie.flows import asking, deliver, mail_in, read_feeds, retain, unread_mail, week
from weetwie.flows.exports.make import make_next
from weetwie.flows.imports import requested
from weetwie.http.fetch import Fetcher
from weetwie.http.send import WebhookSender
from weetwie.http.webpush import Sender
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.runtime.log import logger

if TYPE_CHECKING:
    from weetwie.smtp.client import SmtpClient

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


def jobs(
    database: Database,
    site: Site,
    store: Store,
    fetcher: Fetcher,
    sender: Sender,
    webhook_sender: WebhookSender,
    post: "SmtpClient | None",
) -> list[Job]:
    """`post` is the mail server, if there is one."""
    reading_directory = [] if site.directory is None else [_reading_directory(database, site)]
    pushes = sending_pushes(database, site, sender)
    webhooks = sending_webhooks(database, site, webhook_sender)
    return [
        Job(
            "media",
            lambda: media_once(database, store),
            (
                Sweep(HOUR, lambda: remove.sweep(database, store)),
                Sweep(DAY, lambda: remove.sweep_strays(database, store)),
            ),
            waits=or_(remove.WAITS, process.WAITS),
        ),
        Job(
            "links",
            lambda: links_once(database, store, fetcher, site.base_url),
            (Sweep(DAY, lambda: cards.sweep(database, store)),),
            waits=or_(cards.WAITS, verify.WAITS),
        ),
        _sending_mail(database, site, post),
        Job("feeds", sweeps=(Sweep(MINUTE, lambda: read_feeds.read_due(database, site, fetcher)),)),
        Job("pushes", pushes.begin, close=pushes.close, waits=push_out.WAITS),
        Job("webhooks", webhooks.begin, close=webhooks.close, waits=deliveries.WAITS),
        Job(
            "exports",
            lambda: make_next(database, site, store),
            (Sweep(HOUR, lambda: exports.sweep(database, store)),),
            waits=exports.WAITS,
        ),
        Job(
            "imports",
            lambda: requested.work(database, site, store),
            (Sweep(HOUR, lambda: requests.sweep(database, store)),),
            waits=requests.WAITS,
        ),
        Job("questions", lambda: asking.work(database, site), waits=or_(steps.WAITS, telling.WAITS)),
        *reading_directory,
        *_taking_mail(database, site),
        Job("retention", sweeps=(Sweep(HOUR, lambda: let_go(database, site), first=0.0),)),
    ]


def _sending_mail(database: Database, site: Site, post: "SmtpClient | None") -> Job:
    returns = mail_in.returns(site)
    later = {
        emails.WEEKLY: WrittenLater(week.writer(database, site)),
        emails.UNREAD: unread_mail.written_later(database, site),
    }
    if post is None:
        return Job("mail")
    return Job("mail", lambda: emails.work(database, post, later, returns), waits=emails.WAITS)


def _reading_directory(database: Database, site: Site) -> Job:
    """Loaded where there is one to be read."""
    from weetwie.flows import directory_sync

    return Job(
        "directory", sweeps=(Sweep(MINUTE, lambda: directory_sync.keep_up(database, site), first=10.0),)
    )


def _taking_mail(database: Database, site: Site) -> list[Job]:
    """Loaded where there is somewhere that it comes from."""
    if site.mail_in is None:
        return []
    from weetwie.mail_in.lmtp import Listening
    from weetwie.mail_in.mailbox import fetch

    listening = Listening(database, site)
    found = []
    if site.mail_in.lmtp:
        found.append(Job("mail by LMTP", listening.begin, close=listening.close))
    if site.mail_in.imap:
        work = Sweep(MINUTE, lambda: fetch(database, site), first=10.0)
        found.append(Job("mail by IMAP", sweeps=(work,)))
    return found


async def media_once(database: Database, store: Store) -> None:
    """Removes the files of what is gone, and makes ready what was uploaded."""
    await remove.clear(database, store)
    while await process.work(database, store):
        pass


async def links_once(database: Database, store: Store, fetcher: Fetcher, base_url: str) -> None:
    """Fetches the pages that posts and profiles link to, where the organisation wants that."""
    while await cards.work(database, store, fetcher):
        pass
    while await verify.work(database, fetcher, base_url):
        pass


async def let_go(database: Database, site: Site) -> None:
    """What has been kept long enough goes, a part in each transaction."""
    for let in (retain.let_go, retain.let_passages_go):
        after = -1
        while after:
            async with database.transaction() as db:
                after = await let(await of_system(db, site), max(after, 0))


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


def sending_pushes(database: Database, site: Site, sender: Sender) -> Sending[push_out.Claimed]:
    return Sending(
        lambda: push_out.claim(database, site.memory, sender, site.base_url),
        lambda claimed: push_out.deliver(database, sender, claimed),
        sender.close,
    )


def sending_webhooks(
    database: Database, site: Site, sender: WebhookSender
) -> Sending[tuple[ClaimedDelivery, bytes]]:
    return Sending(
        partial(deliver.claim, database, site), partial(deliver.deliver, database, site, sender), sender.close
    )
