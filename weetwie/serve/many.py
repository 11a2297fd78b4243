"""Several processes that share the port: forked, started anew when they die, ended together.

They are forked from one process that has read the whole program and does nothing else, so that they share the memory of it. That
one is forked from ours before there is a loop or a thread, which a fork would cut off in the middle of what they do.
"""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing import connection
from multiprocessing.context import ForkProcess
from typing import Final, NamedTuple

import uvloop

from weetwie import reactions
from weetwie.database.pool import Database, write_frequent
from weetwie.database.postgres.launch import end_with
from weetwie.errors import Unavailable
from weetwie.runtime.log import logger
from weetwie.serve import keys, process
from weetwie.serve.greeting import greet
from weetwie.serve.signals import ENDING, told_to_end
from weetwie.serve.sockets import Socket
from weetwie.settings import Settings

log = logger(__name__)

_FORK: Final = multiprocessing.get_context("fork")
_LAST_SECONDS: Final = 4.3
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_GONE: Final = "The processes that answer requests have ended by themselves. What went wrong stands above."


class Workers:
    """All of them, as the process that keeps the database sees them."""

    def __init__(self, settings: Settings, listening: list[list[Socket]]) -> None:
        """Forks the first one, which waits for the address of the database."""
        reactions.load()
        write_frequent()
        process.settle()
        self._settings, self._waiting = settings, set(range(len(listening)))
        self._are_ready, self._are_gone = asyncio.Event(), asyncio.Event()
        given, self._dsn = _FORK.Pipe(duplex=False)
        self._heard, told = _FORK.Pipe(duplex=False)
        self._first = _FORK.Process(
            target=_first, args=(os.getpid(), settings, listening, given, told, (self._dsn, self._heard))
        )
        self._first.start()
        assert self._first.pid
        self._pid = self._first.pid
        for socket in (one for own in listening for one in own):
            socket.close()
        given.close()
        told.close()

    async def serve(self, dsn: str, say: Callable[[str], None]) -> None:
        """Until a signal says that it is over. Raises Unavailable where they have ended by themselves."""
        told = asyncio.Event()
        with told_to_end(told.set):
            asyncio.get_running_loop().add_reader(self._heard.fileno(), self._hear, told)
            with suppress(BrokenPipeError):  # then they are gone, which is heard
                self._dsn.send(dsn)
            greeting = asyncio.create_task(self._greet(dsn, say))
            await told.wait()
            greeting.cancel()
            if self._are_gone.is_set():
                raise Unavailable(_GONE)
            self._first.terminate()
            try:
                await asyncio.wait_for(self._are_gone.wait(), self._settings.drain + _LAST_SECONDS)
            except TimeoutError:
                self.kill()

    def kill(self) -> None:
        """Whatever they are doing; nothing where they have ended."""
        if self._first.exitcode is not None:
            return
        for kill in (os.killpg, os.kill):  # it may not have a group of its own yet
            with suppress(ProcessLookupError):
                kill(self._pid, signal.SIGKILL)
        self._first.join()

    def _hear(self, told: asyncio.Event) -> None:
        """Each says its number when it is ready; when all have ended there is nobody to say anything."""
        try:
            self._waiting.discard(self._heard.recv())
        except EOFError:
            asyncio.get_running_loop().remove_reader(self._heard.fileno())
            self._are_gone.set()
            told.set()
        if not self._waiting:
            self._are_ready.set()

    async def _greet(self, dsn: str, say: Callable[[str], None]) -> None:
        await self._are_ready.wait()
        database = await Database.open(dsn, size=1)
        await greet(database, self._settings.base_url, say)
        await database.close()


class _Parts(NamedTuple):
    """What one of them needs."""

    settings: Settings
    dsn: str
    listening: list[list[Socket]]
    told: "connection.Connection[int, int]"


def _first(
    parent: int,
    settings: Settings,
    listening: list[list[Socket]],
    given: "connection.Connection[str, str]",
    told: "connection.Connection[int, int]",
    of_parent: tuple["connection.Connection[str, str]", "connection.Connection[int, int]"],
) -> None:
    """Waits until the database has started; then forks the others, and keeps them running until it is told to end."""
    os.setsid()  # Ctrl-C is for our parent alone
    for one in of_parent:
        one.close()
    end_with(parent)
    with suppress(EOFError):
        _Keeper(_Parts(settings, given.recv(), listening, told)).run()


class _Keeper:
    """Its copies of the sockets stay open, so that who waits in them waits for the next process."""

    def __init__(self, parts: _Parts) -> None:
        self._parts = parts
        self._running: dict[int, _Running] = {}
        self._is_ending = False

    def run(self) -> None:
        for ending in ENDING:
            signal.signal(ending, self._end)
        for number in range(len(self._parts.listening)):
            self._start(number, 0.0)
        while self._running:
            for sentinel in connection.wait(list(self._running)):
                assert isinstance(sentinel, int)
                self._look_at(self._running.pop(sentinel))

    def _start(self, number: int, pause: float) -> None:
        """A signal that comes while one is forked is heard afterwards, by each as it is meant for it."""
        one = _FORK.Process(target=_serve_one, args=(self._parts, number, pause, os.getpid()))
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        if not self._is_ending:
            one.start()
            self._running[one.sentinel] = _Running(one, number, pause, time.monotonic())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def _look_at(self, ended: "_Running") -> None:
        ended.process.join()
        if self._is_ending:
            return
        log.error(
            "a process has ended by itself and is started again",
            number=ended.number,
            code=ended.process.exitcode,
        )
        self._start(ended.number, ended.next_pause())

    def _end(self, _signal: int, _frame: object) -> None:
        if self._is_ending:
            return
        self._is_ending = True
        # From here on nobody waits in a queue that nobody serves.
        for one in (one for own in self._parts.listening for one in own):
            one.close()
        for running in self._running.values():
            running.process.terminate()


class _Running(NamedTuple):
    process: ForkProcess
    number: int
    pause: float
    since: float

    def next_pause(self) -> float:
        """Longer and longer where it does not come to serve."""
        lived = time.monotonic() - self.since - self.pause
        if lived > _LONGEST_PAUSE:
            return _SHORTEST_PAUSE
        return min(max(self.pause * 2, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def _serve_one(parts: _Parts, number: int, pause: float, parent: int) -> None:
    for ending in ENDING:
        signal.signal(ending, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    end_with(parent)
    time.sleep(pause)
    for one in (one for other, own in enumerate(parts.listening) if other != number for one in own):
        one.close()
    uvloop.run(_served(parts, number))


async def _served(parts: _Parts, number: int) -> None:
    async def ready(_opened: object) -> None:
        parts.told.send(number)

    settings = parts.settings
    if settings.metrics is not None:
        settings = replace(settings, metrics=settings.metrics._replace(port=settings.metrics.port + number))
    await keys.ready(settings, parts.dsn)
    await process.serve(settings, parts.dsn, parts.listening[number], ready)
