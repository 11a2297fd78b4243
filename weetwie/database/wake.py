"""Wakes those who wait for facts: in this process at once, in others over the database, batched and after the commit.

A NOTIFY inside a durable transaction costs most of the throughput, so it is sent from a connection of its own. A ring that
is lost does no harm: whoever waits also looks by itself now and then.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from weetwie.database.connect import DatabaseConnection, connect
from weetwie.database.unavailable import is_away
from weetwie.runtime.log import logger

log = logger(__name__)

CHANNEL = "weetwie"
RETRY_SECONDS = 2.0
_QUIET_SECONDS, _ANSWER_SECONDS = 30.0, 5.0
_PATIENCE_RUNG, _PATIENCE = 0.02, 0.5


class Bell:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiting: set[asyncio.Event] = set()
        self._rung = asyncio.Event()
        self._turn = asyncio.Lock()

    def waiter(self) -> asyncio.Event:
        """An event that each ring sets; clear it before looking for what there is to do."""
        event = asyncio.Event()
        self._waiting.add(event)
        return event

    @asynccontextmanager
    async def turn(self, *, has_rung: bool, waits: bool = True) -> AsyncIterator[None]:
        """For those who look whether there is something to do: one after the other, so that a server at rest needs one
        connection for all of them, and the others, with all that they remember, are closed. Whoever has waited for a moment looks
        beside the one who takes so long; where something has happened the moment is short, or there is none (`waits`)."""
        patience = _PATIENCE if not has_rung else _PATIENCE_RUNG if waits else 0.0
        has_turn = False
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                has_turn = await self._turn.acquire()
        try:
            yield
        finally:
            if has_turn:
                self._turn.release()

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
            try:
                await self._serve()
            except Exception as error:
                if not is_away(error):
                    log.exception("the bell failed")
            await asyncio.sleep(RETRY_SECONDS)

    async def _serve(self) -> None:
        connection = await connect(self._dsn, timeout=_ANSWER_SECONDS)
        own = connection.get_server_pid()
        try:
            await connection.execute("set synchronous_commit = off")
            await connection.add_listener(CHANNEL, lambda *heard: self._hear(own, *heard))
            self._wake()
            while not connection.is_closed():
                self._rung.clear()
                rings = await _is_set(self._rung, _QUIET_SECONDS)
                # Where nobody rings, it is seen that the other side is still there.
                await connection.execute(
                    f"notify {CHANNEL}" if rings else "select 1", timeout=_ANSWER_SECONDS
                )
        finally:
            connection.terminate()

    def _hear(self, own: int, _connection: DatabaseConnection, pid: int, *_rest: str) -> None:
        if pid != own:
            self._wake()


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Until the bell rings, or the time is over. Whether it has rung."""
    has_rung = await _is_set(event, seconds)
    event.clear()
    return has_rung


async def _is_set(event: asyncio.Event, within: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), within)
    return event.is_set()
