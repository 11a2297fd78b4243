"""One process: answers requests, reacts to what has happened, hands out news, all in one loop."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from weetwie import __version__, app, reactions, worker
from weetwie.context import Site
from weetwie.database.job import Lookout
from weetwie.database.pool import Database, write_frequent
from weetwie.database.wake import Bell
from weetwie.domain.identity.keys import key
from weetwie.domain.notifications.push import SEED
from weetwie.domain.people import assistant
from weetwie.domain.timelines.live import Live
from weetwie.domain.timelines.warm import warm_up
from weetwie.http.fetch import Fetcher, is_public
from weetwie.http.send import WebhookSender
from weetwie.http.webpush import Sender
from weetwie.jobs import jobs
from weetwie.media.blob import Store
from weetwie.runtime.log import logger
from weetwie.runtime.memory import give_back
from weetwie.serve import doctor, store, web
from weetwie.serve.drain import Drain
from weetwie.serve.metrics import Metrics
from weetwie.serve.signals import told_to_end
from weetwie.serve.site import site_of
from weetwie.settings import Settings

if TYPE_CHECKING:
    from weetwie.smtp.client import SmtpClient

log = logger(__name__)

_CLOSING_SECONDS = 1.0
_GARBAGE = 10_000, 5, 5
"""After so many more objects garbage is looked for among the newest; how many times that, and how many times that again, until it is
looked for among older ones."""

Ready = Callable[[Database], Awaitable[None]]
"""Called when requests are answered."""


@dataclass
class Parts:
    """What runs in this process."""

    database: Database
    site: Site
    bell: Bell
    live: Live
    worker: worker.Worker
    store: Store
    sender: Sender


async def serve(settings: Settings, dsn: str, sockets: Sequence[socket.socket], ready: Ready) -> None:
    """Until a signal says that it is over. Requests that have begun are answered."""
    async with _opened(settings, dsn) as parts:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        shared_counts = settings.data / "rate-limits" if settings.workers > 1 else None
        gate = app.gate_for(settings, parts.site)
        application = app.build(
            settings,
            parts.database,
            parts.site,
            shared_counts,
            parts.live,
            look_over=partial(doctor.safely, settings, os.environ),
            gate=gate,
        )
        metrics = Metrics(parts.database, parts.live)
        drain = Drain(application)
        gate.on_refusal = metrics.refused
        server = web.server(metrics.counting(drain), gate)
        async with parts.database.reading() as db:
            await warm_up(db, parts.site.memory)
        settle()
        with told_to_end(_ending(settings.drain, drain, parts.live, server)):
            async with _running(
                parts.bell.run(),
                parts.live.run(parts.bell),
                parts.database.rest(),
                *_work(parts, settings),
                metrics.run(settings.metrics),
            ):
                serving = asyncio.create_task(server.serve(list(sockets)))
                serving.add_done_callback(lambda _ended: server.is_open.set())
                await server.is_open.wait()
                await ready(parts.database)
                await asyncio.to_thread(write_frequent)
                settle()
                await serving


def settle() -> None:
    """What is here now stays, and is not looked through again and again. What was needed only to get here goes first: statements
    are made of parts that hold one another, and frozen they would stay for ever. Collected once more, so that the collector counts
    from here: it looks at all there is only when a quarter has come to what it found the last time. And it looks often, for pages leave a
    thousand objects each that hold one another, where a command (`cli`) ends before garbage matters."""
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.set_threshold(*_GARBAGE)
    gc.enable()
    give_back()


async def work(settings: Settings, dsn: str, ready: Callable[[], None]) -> None:
    """The worker alone."""
    told = asyncio.Event()
    async with _opened(settings, dsn) as parts:
        with told_to_end(told.set):
            async with _running(
                parts.bell.run(),
                parts.database.rest(),
                *_work(parts, settings),
            ):
                settle()
                ready()
                await told.wait()


def _work(parts: Parts, settings: Settings) -> list[Coroutine[None, None, None]]:
    """What is done beside answering requests, each in a task of its own."""
    every = jobs(
        parts.database,
        parts.site,
        parts.store,
        _fetcher(settings),
        parts.sender,
        _webhooks(settings),
        _post(settings),
    )
    lookout = Lookout(parts.database, every)
    return [
        parts.worker.run(parts.bell),
        lookout.run(parts.bell),
        *(job.run(parts.bell, lookout.has_work(job)) for job in every),
    ]


def _post(settings: Settings) -> "SmtpClient | None":
    if settings.smtp_url is None:
        return None
    from weetwie.smtp.client import SmtpClient

    sender = settings.mail_from or f"weetwie@{urlsplit(settings.base_url).hostname}"
    return SmtpClient(settings.smtp_url, sender, host=urlsplit(settings.base_url).hostname or "")


def _sender(settings: Settings, seed: bytes, contact: str) -> Sender:
    return Sender(
        seed,
        f"mailto:{contact or f'weetwie@{urlsplit(settings.base_url).hostname}'}",
        f"Weetwie/{__version__} (+{settings.base_url})",
        allows=(lambda _address: True) if settings.pushes_inside else is_public,
        only_https=settings.base_url.startswith("https:"),
    )


def _webhooks(settings: Settings) -> WebhookSender:
    allows = (lambda _address: True) if settings.webhooks_inside else is_public
    return WebhookSender(f"Weetwie/{__version__} (+{settings.base_url})", allows)


def _fetcher(settings: Settings) -> Fetcher:
    return Fetcher(f"Weetwie/{__version__} (+{settings.base_url})")


@asynccontextmanager
async def _opened(settings: Settings, dsn: str) -> AsyncIterator[Parts]:
    database = await Database.open(dsn, size=settings.pool_size, readers=_readers(settings))
    reactions.attach(database)
    reactions.load()
    site, bell = site_of(settings), Bell(dsn)
    database.on_commit = bell.ring
    async with database.transaction() as db:
        policy = await site.memory.policy(db)
        await assistant.stand_ready(db, policy)
        sender = _sender(settings, await key(db, SEED), policy.contact_email)
    try:
        yield Parts(
            database,
            site,
            bell,
            Live(database, site.memory),
            worker.Worker(database, site),
            store.chosen(settings),
            sender,
        )
    finally:
        try:
            await asyncio.wait_for(database.close(), _CLOSING_SECONDS)
        except TimeoutError:
            database.pool.terminate()


def _readers(settings: Settings) -> int:
    """As many as there are processors for each process, where the database is on this machine too."""
    if settings.database_url:
        return settings.pool_size
    return min(settings.pool_size, max(2, (os.cpu_count() or 2) // settings.workers))


def _ending(seconds: int, drain: Drain, live: Live, server: web.WebServer) -> Callable[[], None]:
    """Told once, it ends after the seconds in which a proxy sees that it goes; told again, at once."""

    def end() -> None:
        # Streams would hold the server open; apps connect again and read what they missed.
        live.close_all()
        server.should_exit = True

    def told() -> None:
        if drain.is_ending or not seconds:
            end()
        else:
            asyncio.get_running_loop().call_later(seconds, end)
        drain.is_ending = True

    return told


@asynccontextmanager
async def _running(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """What runs beside the block, and ends with it."""
    tasks = [asyncio.create_task(one) for one in work]
    for task in tasks:
        task.add_done_callback(_tell_death)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=_CLOSING_SECONDS)


def _tell_death(task: "asyncio.Task[None]") -> None:
    """A program that lacks a part is worse than one that is started anew."""
    if not task.cancelled() and (error := task.exception()):
        signal.raise_signal(signal.SIGTERM)
        log.error("a part of the program has died", part=task.get_coro().__qualname__, exc_info=error)  # type: ignore[union-attr]
