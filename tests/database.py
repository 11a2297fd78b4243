"""The database under test: one server for all test processes, one template with the schema, a copy of it for each."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

import asyncpg

from weetwie.database import postgres

TEMPLATE = "template_of_tests"

_FAST = {
    # Tests are over when the machine goes down, so nothing needs to reach the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "autovacuum": "off",
}

_COPY = f"create database {{}} template {TEMPLATE} strategy file_copy"
_DROP = "drop database if exists {} with (force)"
_END_OTHERS = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""
_TABLES = "select quote_ident(tablename) from pg_tables where schemaname = 'public'"
_CATALOGUES = ("pg_class", "pg_proc", "pg_trigger", "pg_statistic")
_MOST_USES = 100
"""What was rolled back takes room all the same."""


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
    # Those that the first migration makes are sealed at the start of an installation; here they are made anew.
    await run(dsn, "delete from secrets")


class Copies:
    """The databases of one test process. One that a test leaves as it found it is given to the next: to make one takes
    longer than most tests do."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._name = ""
        self._uses = 0
        self._born = 0

    @asynccontextmanager
    async def one(self, server_dsn: str, prefix: str) -> AsyncIterator[str]:
        if not self._name:
            self._name, self._uses = f"{prefix}{next(self._numbers)}", 0
            await run(server_dsn, _DROP.format(self._name))
            await run(server_dsn, _COPY.format(self._name))
            self._born = await _next_transaction(server_dsn)
        self._uses += 1
        dsn = address(server_dsn, self._name)
        try:
            yield dsn
        finally:
            if self._uses >= _MOST_USES or not await _is_as_it_was(dsn, self._born):
                await run(server_dsn, _DROP.format(self._name))
                self._name = ""


async def _next_transaction(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval("select pg_snapshot_xmax(pg_current_snapshot())::text"))
    finally:
        await connection.close()


async def _is_as_it_was(dsn: str, born: int) -> bool:
    """Whether there is no row, nor anything that the schema is made of, that a later transaction wrote."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_END_OTHERS)
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        rows = " union all ".join(f"select xmin from {table}" for table in [*tables, *_CATALOGUES])
        return not await connection.fetchval(
            f"select exists (select from ({rows}) as written where xmin::text::bigint >= $1)",
            born,
        )
    finally:
        await connection.close()


@asynccontextmanager
async def copy(server_dsn: str, name: str) -> AsyncIterator[str]:
    """The DSN of a fresh database with the schema, dropped afterwards."""
    await run(server_dsn, _DROP.format(name))
    await run(server_dsn, _COPY.format(name))
    try:
        yield address(server_dsn, name)
    finally:
        await run(server_dsn, _DROP.format(name))


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
