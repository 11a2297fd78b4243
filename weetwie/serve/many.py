"""Several processes that share the port: started, watched, started anew when they die, ended together."""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress

import structlog

from weetwie.database.pool import Database
from weetwie.serve.child import Task
from weetwie.serve.greeting import greet
from weetwie.serve.signals import told_to_end
from weetwie.serve.sockets import Socket
from weetwie.settings import Settings

log = structlog.get_logger(__name__)

_LAST_SECONDS = 4.3
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0


async def serve(
    settings: Settings, dsn: str, listening: list[list[Socket]], say: Callable[[str], None]
) -> None:
    """Until a signal says that it is over."""
    children = [
        Child(settings, dsn, number, [one.fileno() for one in own]) for number, own in enumerate(listening)
    ]
    told = asyncio.Event()
    with told_to_end(told.set):
        keeping = [asyncio.create_task(child.keep()) for child in children]
        greeting = asyncio.create_task(_greet(children, dsn, settings.base_url, say))
        await told.wait()
    greeting.cancel()
    for task in keeping:
        task.cancel()
    # From here on nobody waits in a queue that nobody serves.
    for one in (one for own in listening for one in own):
        one.close()
    await asyncio.gather(*(child.end(settings.drain + _LAST_SECONDS) for child in children))


async def _greet(children: list["Child"], dsn: str, base_url: str, say: Callable[[str], None]) -> None:
    for child in children:
        await child.is_ready.wait()
    database = await Database.open(dsn, size=1)
    await greet(database, base_url, say)
    await database.close()


class Child:
    """One of the processes. Its sockets are kept here, so that who waits in them waits for the next one."""

    def __init__(self, settings: Settings, dsn: str, number: int, files: list[int]) -> None:
        self._task = Task(settings, dsn, number, files, os.getpid())
        self._process: Process | None = None
        self.is_ready = asyncio.Event()

    async def keep(self) -> None:
        """Runs it, and another one when it ends, until cancelled."""
        pause = _SHORTEST_PAUSE
        while True:
            code = await self._run()
            pause = _SHORTEST_PAUSE if self.is_ready.is_set() else min(pause * 2, _LONGEST_PAUSE)
            log.error(
                "a process has ended by itself and is started again", number=self._task.number, code=code
            )
            await asyncio.sleep(pause)

    async def _run(self) -> int:
        self.is_ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "weetwie.serve.child",
            stdin=PIPE, stdout=PIPE, pass_fds=self._task.files, start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin and self._process.stdout
        with suppress(ConnectionError):
            self._process.stdin.write(pickle.dumps(self._task))
            await self._process.stdin.drain()
            self._process.stdin.close()
        if await self._process.stdout.readline():
            self.is_ready.set()
        return await self._process.wait()

    async def end(self, within: float) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), within)
        except TimeoutError:
            process.kill()
