"""The database under test: one server for all test processes, one template with the schema, a copy of it for each."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
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

_COPY = "create database {} template {} strategy file_copy"
_DROP = "drop database if exists {} with (force)"
_END_OTHERS = """
    select pg_terminate_backend(pid, 60000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""
_TOUCHED = """
    select quote_ident(relname) from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
        and (pg_stat_file(pg_relation_filepath(oid))).size > 0
"""
"""Tables that something was written to, if only in a transaction that was rolled back. To ask for the size of a table is much
faster than to open it, and most tests touch few of them."""
_MADE_OF = " union all ".join(
    f"select '{catalogue}', count(*), sum(xmin::text::bigint) from {catalogue} where {key} >= 16384"
    for catalogue, key in {
        "pg_class": "oid",
        "pg_proc": "oid",
        "pg_trigger": "oid",
        "pg_constraint": "oid",
        "pg_statistic": "starelid",
    }.items()
)
"""What is other after any change of what the schema is made of."""
_RESET_NUMBERS = """
    select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) from pg_sequences
    where schemaname = 'public' and last_value is not null
"""
_MOST_USES = 100
"""What was rolled back or deleted takes room all the same."""


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
    """The databases of one test process. One is emptied after a test and given to the next, for to make one takes longer than most
    tests do; where a test changed what the schema is made of, it is made anew."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._name = ""
        self._uses = 0
        self._made_of: list[asyncpg.Record] = []
        self._rows: dict[str, str] = {}

    @asynccontextmanager
    async def one(self, server_dsn: str, prefix: str) -> AsyncIterator[str]:
        if not self._name:
            await self._make(server_dsn, f"{prefix}{next(self._numbers)}")
        self._uses += 1
        dsn = address(server_dsn, self._name)
        try:
            yield dsn
        finally:
            if self._uses >= _MOST_USES or not await self._is_empty_again(dsn):
                await self.drop(server_dsn)

    async def drop(self, server_dsn: str) -> None:
        await run(server_dsn, _DROP.format(self._name))
        self._name = ""

    async def _make(self, server_dsn: str, name: str) -> None:
        await run(server_dsn, _DROP.format(name))
        await run(server_dsn, _COPY.format(name, TEMPLATE))
        self._name, self._uses = name, 0
        connection = await asyncpg.connect(address(server_dsn, name))
        try:
            self._made_of = await connection.fetch(_MADE_OF)
            touched = [row[0] for row in await connection.fetch(_TOUCHED)]
            self._rows = await _rows(connection, await _filled(connection, touched))
        finally:
            await connection.close()

    async def _is_empty_again(self, dsn: str) -> bool:
        """Deletes what the test left; whether the database is then as it was made."""
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(_END_OTHERS)
            if await connection.fetch(_MADE_OF) != self._made_of:
                return False
            touched = [row[0] for row in await connection.fetch(_TOUCHED)]
            left = await _filled(connection, [table for table in touched if table not in self._rows])
            now = await _rows(connection, self._rows)
            left += [table for table, rows in self._rows.items() if now[table] != rows]
            if left:
                await self._put_back(connection, left)
            return True
        finally:
            await connection.close()

    async def _put_back(self, connection: asyncpg.Connection, tables: list[str]) -> None:
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")  # without triggers
            for table in tables:
                await connection.execute(f"delete from {table}")
                if table in self._rows:
                    again = f"insert into {table} select * from jsonb_populate_recordset(null::{table}, $1)"
                    await connection.execute(again, self._rows[table])
            await connection.execute(_RESET_NUMBERS)


async def _filled(connection: asyncpg.Connection, tables: Iterable[str]) -> list[str]:
    parts = [f"select '{table}' where exists (select from {table})" for table in tables]
    return [row[0] for row in await connection.fetch(" union all ".join(parts))] if parts else []


async def _rows(connection: asyncpg.Connection, tables: Iterable[str]) -> dict[str, str]:
    """What is in tables that have few rows."""
    parts = [f"select '{table}', (select jsonb_agg(t)::text from {table} t)" for table in tables]
    rows = await connection.fetch(" union all ".join(parts))
    return dict(map(tuple, rows))


@asynccontextmanager
async def copy(server_dsn: str, name: str, of: str = TEMPLATE) -> AsyncIterator[str]:
    """The DSN of a fresh database with the schema, or of a copy of one that nobody is connected to; dropped afterwards."""
    await run(server_dsn, _DROP.format(name))
    await run(server_dsn, _COPY.format(name, of))
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
