"""What is done beside answering requests and reacting to facts: files, mail, pushes, links, exports, questions, retention. All of it on one page.

What waits lies in rows of its own domain, each claimed by one process at a time. One loop serves them all, in a task for each job,
so that a slow mail server or a large film holds nothing else up.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from weetwie.context import Site, of_system
from weetwie.database.pool import Database
from weetwie.database.unavailable import DatabaseAway
from weetwie.database.wake import Bell, wait
from weetwie.domain.bots import feeds as bot_feeds
from weetwie.domain.cards import fetch as cards
from weetwie.domain.exports import exports
from weetwie.domain.imports import requests
from weetwie.domain.mail import emails
from weetwie.domain.media import process, remove
from weetwie.domain.notifications import push_out
from weetwie.domain.people import verify
from weetwie.errors import Refusal, Unavailable, _
from weetwie.flows import asking, retain
from weetwie.flows import bots as flow_bots
from weetwie.flows.exports.make import make_next
from weetwie.flows.imports import requested
from weetwie.http.fetch import Fetcher, FetchFailed, NotChanged
from weetwie.http.webpush import Sender
from weetwie.media.blob import Store
from weetwie.smtp.client import SmtpClient

log = structlog.get_logger(__name__)

LOOKS_AGAIN: Final = 1.0
"""Seconds after which what waits is looked for without being woken."""
_RESTS: Final = 10.0
"""Seconds after something outside has failed."""
_FIRST_SWEEP: Final = 120.0
_SWEEPS_AGAIN: Final = 60.0
"""Seconds after a sweep that failed."""
_MOST_PUSHES: Final = 32
_LARGEST_FEED: Final = 512 * 1024

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Sweep:
    every: timedelta
    work: Work
    first: float = _FIRST_SWEEP
    """Seconds after the start."""


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Job:
    name: str
    work: Work | None = None
    """Does what waits now, a part of it; true where more may wait."""
    sweeps: tuple[Sweep, ...] = ()
    close: Work | None = None

    async def run(self, bell: Bell) -> None:
        """Works until cancelled."""
        rung = bell.waiter()
        due = {sweep: time.monotonic() + sweep.first for sweep in self.sweeps}
        try:
            while True:
                await self._turn(due)
                await wait(rung, LOOKS_AGAIN)
        finally:
            if self.close is not None:
                await self.close()

    async def _turn(self, due: dict[Sweep, float]) -> None:
        if self.work is not None:
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


def jobs(
    database: Database, site: Site, store: Store, fetcher: Fetcher, sender: Sender, post: SmtpClient | None
) -> list[Job]:
    """`post` is the mail server, if there is one."""
    pushes = Pushes(database, site, sender)
    return [
        Job(
            "media",
            lambda: media_once(database, store),
            (
                Sweep(HOUR, lambda: remove.sweep(database, store)),
                Sweep(DAY, lambda: remove.sweep_strays(database, store)),
            ),
        ),
        Job(
            "links",
            lambda: links_once(database, store, fetcher, site.base_url),
            (Sweep(DAY, lambda: cards.sweep(database, store)),),
        ),
        Job("mail", None if post is None else lambda: emails.work(database, post)),
        Job("feeds", sweeps=(Sweep(MINUTE, lambda: feeds_once(database, site, fetcher)),)),
        Job("pushes", pushes.begin, close=pushes.close),
        Job(
            "exports",
            lambda: make_next(database, site, store),
            (Sweep(HOUR, lambda: exports.sweep(database, store)),),
        ),
        Job(
            "imports",
            lambda: requested.work(database, site, store),
            (Sweep(HOUR, lambda: requests.sweep(database, store)),),
        ),
        Job("questions", lambda: asking.work(database, site)),
        Job("retention", sweeps=(Sweep(HOUR, lambda: let_go(database, site), first=0.0),)),
    ]


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


async def feeds_once(database: Database, site: Site, fetcher: Fetcher) -> None:
    """Reads the feeds that are due, one after the other, and has their bots post what is new."""
    while True:
        async with database.transaction() as db:
            policy = await site.memory.policy(db)
            due = await bot_feeds.claim(db) if "bots" in policy.connections else None
        if due is None:
            return
        found, why = await _read_feed(fetcher, due)
        try:
            async with database.transaction() as db:
                if found is not None:
                    await flow_bots.post_entries(await of_system(db, site), due, found)
        except Refusal as refusal:
            why = str(refusal)
        if why:
            async with database.transaction() as db:
                await bot_feeds.failed(db, due, why)


async def _read_feed(fetcher: Fetcher, due: bot_feeds.DueFeed) -> tuple[bot_feeds.FoundEntries | None, str]:
    """What stands in it, or why it cannot be read."""
    from weetwie.imports import feeds as reader

    try:
        fetched = await fetcher.fetch(due.url, "", _LARGEST_FEED, etag=due.etag, modified=due.modified)
        entries = await asyncio.to_thread(reader.read, fetched.content, fetched.content_type)
    except NotChanged:
        return bot_feeds.FoundEntries(None, due.etag, due.modified), ""
    except FetchFailed as failed:
        return None, str(failed)
    except reader.UnreadableFeed:
        return None, _("it is no feed")
    return bot_feeds.FoundEntries(entries, fetched.etag, fetched.modified), ""


async def let_go(database: Database, site: Site) -> None:
    """What has been kept long enough goes, a part in each transaction."""
    after = 0
    while True:
        async with database.transaction() as db:
            after = await retain.let_go(await of_system(db, site), after)
        if not after:
            return


class Pushes:
    """Notifications handed to push services, many at once: a slow one holds nobody else up."""

    def __init__(self, database: Database, site: Site, sender: Sender) -> None:
        self._database = database
        self._site = site
        self._sender = sender
        self._sending: set[asyncio.Task[None]] = set()

    async def begin(self) -> bool:
        """One more, as soon as there is room for it; false where none waits."""
        if len(self._sending) >= _MOST_PUSHES:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
        claimed = await push_out.claim(self._database, self._site.memory, self._sender, self._site.base_url)
        if claimed is None:
            return False
        task = asyncio.create_task(push_out.deliver(self._database, self._sender, claimed))
        self._sending.add(task)
        task.add_done_callback(self._ended)
        return True

    async def close(self) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._sender.close()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._sending.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("a push failed", why=type(error).__name__)
