"""Wakes those who wait for facts: in this process at once, in others over the database, batched and after the commit.

A NOTIFY inside a durable transaction costs most of the throughput, so it is sent from a connection of its own. A ring that
is lost does no harm: whoever waits also looks by itself now and then.
"""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg

CHANNEL = "weetwie"
RETRY_SECONDS = 2.0


class Bell:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiting: set[asyncio.Event] = set()
        self._rung = asyncio.Event()

    def waiter(self) -> asyncio.Event:
        """An event that each ring sets; clear it before looking for what there is to do."""
        event = asyncio.Event()
        self._waiting.add(event)
        return event

    def ring(self) -> None:
        """After a commit."""
        self._wake()
        self._rung.set()

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()

    async def run(self) -> None:
        """Rings for other processes and hears theirs, until cancelled; a lost connection is made anew."""
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._serve()
            await asyncio.sleep(RETRY_SECONDS)

    async def _serve(self) -> None:
        connection = await asyncpg.connect(self._dsn, server_settings={"synchronous_commit": "off"})
        own = connection.get_server_pid()
        try:
            await connection.add_listener(CHANNEL, lambda *heard: self._hear(own, *heard))
            self._wake()
            while not connection.is_closed():
                self._rung.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._rung.wait(), timeout=30)
                    await connection.execute(f"notify {CHANNEL}")
        finally:
            connection.terminate()

    def _hear(self, own: int, _connection: Any, pid: int, *_rest: Any) -> None:
        if pid != own:
            self._wake()


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Until the bell rings, or the time is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    event.clear()
