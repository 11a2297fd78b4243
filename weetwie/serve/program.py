"""The whole program from its start to its end: the port, the database, the schema, and then one process."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
import uvloop

from weetwie.domain.identity import links
from weetwie.domain.people import anybody
from weetwie.kit.db import Database
from weetwie.serve import database, process, sockets
from weetwie.settings import Settings

log = structlog.get_logger(__name__)

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> None:
    """`say` is given what whoever started the program wants to read."""
    listening = sockets.bind(settings.host, settings.port)
    _run(_serve(settings, listening, say))


async def _serve(settings: Settings, listening: list[list[sockets.Socket]], say: Say) -> None:
    async with database.running(settings) as dsn:
        await database.bring_up_to_date(dsn)

        async def ready(opened: Database) -> None:
            say(f"Weetwie is open at {settings.base_url}")
            async with opened.transaction() as db:
                if await anybody.is_here(db):
                    return
                token = await links.make(db, "first-admin")
            say(
                "Nobody is here yet. This link makes the first administrator; it is good for once, and for a day:\n"
                f"{settings.base_url}/welcome/{token}"
            )

        await process.serve(settings, dsn, listening[0], ready)


def work(settings: Settings, say: Say) -> None:
    """The worker alone, on the database that other processes serve from."""
    _run(_work(settings, say))


async def _work(settings: Settings, say: Say) -> None:
    async with database.running(settings) as dsn:
        await database.bring_up_to_date(dsn)

        async def ready(_opened: Database) -> None:
            say("The worker works.")

        await process.work(settings, dsn, ready)


def migrate(settings: Settings) -> bool:
    async def run() -> bool:
        async with database.running(settings) as dsn:
            return await database.bring_up_to_date(dsn)

    return bool(_run(run()))


def _run(program: Coroutine[Any, Any, Any]) -> Any:
    """Until it ends; a signal before it serves ends it as well."""

    async def main() -> Any:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        try:
            return await program
        except asyncio.CancelledError:
            log.info("ended before it began")
            return None

    return uvloop.run(main())
