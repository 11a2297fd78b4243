"""The database that the program runs on: one of its own in the data folder, or the one that is named; up to date."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from weetwie.database import postgres
from weetwie.database.connect import DatabaseConnection, connect, one_that_writes
from weetwie.errors import Unavailable
from weetwie.migrations import is_current
from weetwie.runtime.log import logger
from weetwie.settings import Settings

log = logger(__name__)

_OLDEST = 140_000
_TOO_OLD = "The database is PostgreSQL {version}. Weetwie needs 14 or newer."
_NOT_REACHED = "The database that WEETWIE_DATABASE_URL names cannot be reached: {why}."
_CHANGES_SERVERS = (
    "WEETWIE_DATABASE_URL leads through a pooler in transaction mode (PgBouncer: pool_mode = transaction), which gives every "
    "transaction another connection. Weetwie keeps the plans of its statements on a connection and hears of news by it. Name "
    "PostgreSQL itself, or set pool_mode = session."
)
_NOT_UPDATED = "The database could not be brought up to date. What went wrong stands above."


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[str]:
    """Its address, for as long as the block lasts. Raises Unavailable with what is wrong and what to do."""
    if settings.database_url:
        dsn = one_that_writes(settings.database_url)
        await _look_at(dsn)
        yield dsn
        return
    try:
        async with postgres.running(
            settings.data / "database", shared_buffers=settings.shared_buffers, settings=_room_for(settings)
        ) as keeper:
            if not keeper.is_holder:
                log.info("joins the database of another process on this data folder", data=str(settings.data))
            yield keeper.dsn
    except postgres.NoDatabase as error:
        raise Unavailable(str(error)) from error


def _room_for(settings: Settings) -> dict[str, str]:
    """Every process keeps a pool and one connection to listen on; some are left for the command line."""
    wanted = settings.workers * (settings.pool_size + 1) + 20
    return {"max_connections": str(max(wanted, 40))}


async def _look_at(url: str) -> None:
    try:
        connection = await connect(url, timeout=10, statement_cache_size=0)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise Unavailable(_NOT_REACHED, why=str(error) or type(error).__name__) from error
    try:
        version = connection.get_server_version()
        if await _changes_servers(url, connection):
            raise Unavailable(_CHANGES_SERVERS)
        if int(await connection.fetchval("show server_version_num")) < _OLDEST:
            raise Unavailable(_TOO_OLD, version=f"{version.major}.{version.minor}")
    finally:
        await connection.close()


async def _changes_servers(url: str, connection: DatabaseConnection) -> bool:
    """Whether the process of the database behind a connection is one that another connection has, or becomes another while that
    one is busy. (Asked thrice, for a pooler may hand its connections out in turn.)"""
    before = await connection.fetchval(_PROCESS)
    other = await connect(url, timeout=10, statement_cache_size=0)
    try:
        for _round in range(3):
            async with other.transaction():
                theirs = await other.fetchval(_PROCESS)
                ours = await connection.fetchval(_PROCESS)
            if ours != before or theirs == before:
                return True
        return False
    finally:
        await other.close()


_PROCESS = "select pg_backend_pid()"


async def has_tables(dsn: str) -> bool:
    connection = await connect(dsn)
    try:
        return await connection.fetchval("select to_regclass('public.alembic_version')") is not None
    finally:
        await connection.close()


async def made_ready(settings: Settings, dsn: str) -> bool:
    """Up to date and sealed; from now on this process opens what is sealed. Whether it was brought up to date just now."""
    from weetwie.serve import keys

    was_behind = await bring_up_to_date(dsn)
    await keys.ready(settings, dsn)
    return was_behind


async def bring_up_to_date(dsn: str) -> bool:
    """Whether there was something to do. The tools of it take memory, so they run in a process that ends."""
    if await is_current(dsn):
        return False
    migrating = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "weetwie.migrations", env={**os.environ, "WEETWIE_DATABASE_URL": dsn}
    )
    try:
        if await migrating.wait() != 0:
            raise Unavailable(_NOT_UPDATED)
    except asyncio.CancelledError:
        migrating.terminate()
        await migrating.wait()
        raise
    return True
