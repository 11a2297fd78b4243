"""When the database is away: dead, stopping, starting, out of reach or frozen. Said in one way, whatever the driver says of it."""

import asyncio
import errno
from collections.abc import Iterator
from typing import Final

import asyncpg

from weetwie.database.connect import DatabaseConnection, connect
from weetwie.errors import NoSpace, Unavailable

DOUBT_SECONDS: Final = 1.5
"""After so long without an answer it is asked whether the database lives."""
_ANSWER_SECONDS: Final = 2.8
"""On a busy machine a living database may take a while; with the doubt before it this stays below five seconds."""
_BELIEVED_SECONDS: Final = 1.0

# By SQLSTATE: what passes though the database is there: deadlock or serialization; out of memory; cancelled; a lock not had; a
# replica that takes no writes (the primary has moved).
_PASSING: Final = ("08", "40", "53", "57P", "57014", "25006", "55P03")
# Connection lost; too many connections; stopping, crashed, starting.
_AWAY: Final = ("08", "53300", "57P01", "57P02", "57P03")


class DatabaseAway(ConnectionError):
    """It cannot be asked now; that will pass."""


def is_away(error: BaseException) -> bool:
    """Whether what the driver says means that; nothing for a bug of ours, nor for what befalls a file."""
    match error:
        case DatabaseAway():
            return True
        case asyncpg.PostgresError():
            return str(error.sqlstate or "").startswith(_AWAY)
        case asyncpg.InterfaceError():
            # What it says of a wrong value is both an InterfaceError and a ValueError, and a bug of ours.
            return not isinstance(error, ValueError)
        case asyncpg.InternalClientError():
            return True  # the connection broke in the middle of an answer
        case OSError():
            return _is_raised_in("asyncpg", error)
        case _:
            return False


def outage(error: BaseException) -> Unavailable | None:
    """The refusal for a database or a disk that fails us; nothing for a bug of ours."""
    for cause in _causes(error):
        if isinstance(cause, asyncpg.DiskFullError):
            return NoSpace(retry_after=60)
        if isinstance(cause, asyncpg.PostgresError):
            return Unavailable() if str(cause.sqlstate or "").startswith(_PASSING) else None
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return NoSpace(retry_after=60)
        if is_away(cause):
            return Unavailable()
        if isinstance(cause, OSError | asyncpg.InterfaceError):
            return None
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it; layers over the driver keep that as `orig`."""
    seen = 0
    cause: BaseException | None = error
    while cause is not None and seen < 10:
        yield cause
        cause = cause.__cause__ or getattr(cause, "orig", None)
        seen += 1


def _is_raised_in(package: str, error: BaseException) -> bool:
    trace = error.__traceback__
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0] == package:
            return True
        trace = trace.tb_next
    return False


class Doubt:
    """What begins where a connection is in use for long."""

    __slots__ = ("_asking", "_connection", "_pulse", "_timer")

    def __init__(self, pulse: "Pulse", connection: DatabaseConnection) -> None:
        self._pulse = pulse
        self._connection = connection
        self._asking: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(DOUBT_SECONDS, self._begin)

    def _begin(self) -> None:
        self._asking = asyncio.create_task(self._pulse.doubt(self._connection))

    def end(self) -> None:
        self._timer.cancel()
        if self._asking is not None:
            self._asking.cancel()


class Pulse:
    """Tells a slow statement from a database that answers nobody: where one takes long, another connection asks. A connection
    whose database does not answer is given up, which ends the statement."""

    def __init__(self) -> None:
        self._asking: dict[str, asyncio.Task[bool]] = {}
        """By server."""
        self._silent_until = 0.0

    def check(self) -> None:
        """Raises DatabaseAway where it was silent a moment ago, so that nobody waits for what others have waited for."""
        if asyncio.get_running_loop().time() < self._silent_until:
            raise DatabaseAway("the database does not answer")

    def watch(self, connection: DatabaseConnection) -> "Doubt":
        """Until it is ended, asks now and then whether the database of a connection lives."""
        return Doubt(self, connection)

    async def doubt(self, connection: DatabaseConnection) -> None:
        while True:
            if not await self._answers(connection.server):
                connection.terminate()
                return
            await asyncio.sleep(DOUBT_SECONDS)

    async def _answers(self, server: str) -> bool:
        """One question for all who doubt at once."""
        asking = self._asking.get(server)
        if asking is None or asking.done():
            asking = self._asking[server] = asyncio.create_task(self._ask(server))
        return await asyncio.shield(asking)

    async def _ask(self, server: str) -> bool:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                connection = await connect(server, statement_cache_size=0)
                try:
                    await connection.execute("select 1")
                finally:
                    connection.terminate()
        except asyncpg.PostgresError:
            return True  # a no is an answer
        except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            self._silent_until = asyncio.get_running_loop().time() + _BELIEVED_SECONDS
            return False
        return True
