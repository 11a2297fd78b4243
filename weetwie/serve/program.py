"""The whole program from its start to its end: the port, the database, the schema, and then the processes."""

import asyncio
import gc
import importlib
import os
import signal
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, TypeVar

import uvloop

from weetwie.runtime.log import logger
from weetwie.serve import database, sockets
from weetwie.settings import ADDRESS_FILE, Settings

if TYPE_CHECKING:
    from weetwie.serve.many import Workers

log = logger(__name__)

Say = Callable[[str], None]
T = TypeVar("T")


def serve(settings: Settings, say: Say, *, with_sample: bool = False) -> None:
    """`say` is given what whoever started the program wants to read."""
    gc.disable()  # until all is loaded (`process.settle`), for what is loaded stays
    listening = sockets.bind(settings.host, settings.port, shares=settings.workers)
    if settings.workers > 1:
        from weetwie.serve.many import Workers

        workers = Workers(settings, listening)  # before there is a loop
        try:
            _run(_serve_many(settings, workers, say, with_sample=with_sample))
        finally:
            workers.kill()
    else:
        _run(_serve(settings, listening[0], say, with_sample=with_sample))


async def _serve_many(settings: Settings, workers: "Workers", say: Say, *, with_sample: bool) -> None:
    async with database.running(settings) as dsn:
        await _bring_up(settings, dsn, say, with_sample=with_sample)
        await workers.serve(dsn, say)


def _tell_address(settings: Settings) -> None:
    """To commands that are run beside it or later, and that are not told the address by the settings."""
    place = settings.data / ADDRESS_FILE
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = place.with_name(f".{place.name}.{os.getpid()}")
        beside.write_text(f"{settings.base_url}\n", "utf-8")
        beside.replace(place)
    except OSError as error:
        log.warning("the address cannot be written down for other commands", why=error.strerror)


async def _serve(settings: Settings, listening: list[sockets.Socket], say: Say, *, with_sample: bool) -> None:
    # While the database starts, this process reads its own program.
    loading = asyncio.create_task(_load())
    async with database.running(settings) as dsn:
        await _bring_up(settings, dsn, say, with_sample=with_sample)
        await loading
        from weetwie.serve import process
        from weetwie.serve.greeting import greet

        await process.serve(settings, dsn, listening, lambda opened: greet(opened, settings.base_url, say))


async def _bring_up(settings: Settings, dsn: str, say: Say, *, with_sample: bool) -> None:
    await database.made_ready(settings, dsn)
    _tell_address(settings)
    if with_sample:
        from weetwie.serve import sample

        say(sample.told(await sample.put_up_at(settings, dsn)))


async def _load() -> None:
    def load() -> None:
        importlib.import_module("weetwie.serve.process").reactions.load()

    await asyncio.to_thread(load)


def work(settings: Settings, say: Say) -> None:
    """The worker alone, on the database that other processes serve from."""
    gc.disable()
    _run(_work(settings, say))


async def _work(settings: Settings, say: Say) -> None:
    async with database.running(settings) as dsn:
        await database.made_ready(settings, dsn)
        from weetwie.serve import process

        await process.work(settings, dsn, lambda: say("The worker is running."))


def migrate(settings: Settings) -> bool:
    """Whether there was something to do."""

    async def run() -> bool:
        async with database.running(settings) as dsn:
            return await database.made_ready(settings, dsn)

    return bool(_run(run()))


def _run(program: Coroutine[None, None, T]) -> T | None:
    """Until it ends; a signal that comes before it serves ends it as well."""

    async def main() -> T | None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        try:
            return await program
        except asyncio.CancelledError:
            log.info("ended before it served")
            return None

    return uvloop.run(main())
