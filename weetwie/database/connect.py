"""A connection to the database: where several servers are named, to the one that takes writes.

The driver tries them one after the other, and one that is silent (a machine that has lost its power) takes all the time that there is.
So all are asked at once, and the first that fits is taken.
"""

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg

CONNECT_SECONDS = 5.0


class DatabaseConnection(asyncpg.Connection):  # type: ignore[misc]
    server = ""
    """The address of the one that it leads to."""


async def connect(dsn: str, *, timeout: float = CONNECT_SECONDS, **more: Any) -> DatabaseConnection:  # noqa: ASYNC109  the driver's
    """Raises what the driver says; of several servers what the last of them says."""
    asking = {
        asyncio.create_task(
            _connect(one, {"connection_class": DatabaseConnection, "timeout": timeout, **more})
        )
        for one in each(dsn)
    }
    try:
        return await _first(asking)
    finally:
        for task in asking:
            task.cancel()
            task.add_done_callback(_end_unused)


async def _connect(server: str, more: dict[str, Any]) -> DatabaseConnection:
    connection: DatabaseConnection = await asyncpg.connect(server, **more)
    connection.server = server
    return connection


async def _first(asking: "set[asyncio.Task[DatabaseConnection]]") -> DatabaseConnection:
    """Takes the one that is given out of the set."""
    last: BaseException | None = None
    while asking:
        done, _waiting = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            asking.remove(task)
            last = task.exception()
            if last is None:
                return task.result()
    assert last is not None
    raise last


def _end_unused(task: "asyncio.Task[DatabaseConnection]") -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().terminate()


def one_that_writes(dsn: str) -> str:
    """The address, which of several servers means the one that takes writes, where it says nothing else."""
    if len(each(dsn)) == 1 or "target_session_attrs=" in dsn:
        return dsn
    return f"{dsn}{'&' if '?' in dsn else '?'}target_session_attrs=read-write"


def each(dsn: str) -> list[str]:
    """An address for each of the servers that an address names."""
    parts = urlsplit(dsn)
    account, at, places = parts.netloc.rpartition("@")
    if "," in places:
        return [dsn.replace(parts.netloc, f"{account}{at}{place}", 1) for place in places.split(",")]
    asked = dict(parse_qsl(parts.query))
    hosts, ports = asked.get("host", "").split(","), asked.get("port", "").split(",")
    if len(hosts) == 1:
        return [dsn]
    if len(ports) == 1:
        ports *= len(hosts)
    return [
        f"{dsn.partition('?')[0]}?{urlencode(asked | {'host': host} | ({'port': port} if port else {}))}"
        for host, port in zip(hosts, ports, strict=True)
    ]
