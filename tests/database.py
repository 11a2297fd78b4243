"""The database under test: one server for all test processes, one template with the schema, a copy of it for each."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from weetwie.kit import postgres

TEMPLATE = "template_of_tests"

_FAST = {
    # Tests are over when the machine goes down, so nothing needs to reach the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "autovacuum": "off",
}


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[str]:
    """The DSN of a server that all test processes of one run share: the first starts it, the others join.

    Who started it also ends it, so it waits until the last of the others has gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _presence(folder / "present") as wait_for_the_others:
        async with postgres.running(folder / "database", settings=_FAST, is_durable=False) as running:
            with _exclusive(folder / "template"):
                await _make_template(running.dsn)
            yield running.dsn
            if running.is_holder:
                await asyncio.to_thread(wait_for_the_others)


async def create_schema(dsn: str) -> None:
    """The schema as the migrations make it: what is tested is what an installation has."""
    from weetwie import migrations

    await migrations.upgrade(dsn)


@asynccontextmanager
async def copy(server_dsn: str, name: str) -> AsyncIterator[str]:
    """The DSN of a fresh database with the schema, dropped afterwards."""
    await run(server_dsn, f"drop database if exists {name} with (force)")
    await run(server_dsn, f"create database {name} template {TEMPLATE} strategy file_copy")
    try:
        yield address(server_dsn, name)
    finally:
        await run(server_dsn, f"drop database {name} with (force)")


def address(server_dsn: str, name: str) -> str:
    return server_dsn.replace("/weetwie?", f"/{name}?")


async def run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _make_template(server_dsn: str) -> None:
    connection = await asyncpg.connect(server_dsn)
    try:
        if await connection.fetchval("select 1 from pg_database where datname = $1", TEMPLATE):
            return
        await connection.execute("create database unfinished_template")
        await create_schema(address(server_dsn, "unfinished_template"))
        await connection.execute(f"alter database unfinished_template rename to {TEMPLATE}")
    finally:
        await connection.close()


@contextmanager
def _presence(path: Path) -> Iterator[Callable[[], None]]:
    """Says that we are here, as a shared lock; what it yields waits until nobody else is."""
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield lambda: fcntl.flock(file, fcntl.LOCK_EX)
    finally:
        os.close(file)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
