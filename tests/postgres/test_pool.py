"""Connections after a busy time."""

import asyncio

from weetwie.database.pool import Database

_PROCESS = "select pg_backend_pid()"


async def test_after_a_busy_time_the_last_connection_begins_anew_and_then_stays(dsn: str) -> None:
    database = await Database.open(dsn, size=3)
    resting = asyncio.create_task(database.rest(look=0.01))
    try:
        first = await _process(database)
        async with database.reading(), database.reading() as other:
            await _until_seen(database, 2)
            other.connection.terminate()  # as one that is unused for long
        async with asyncio.timeout(20):
            while (second := await _process(database)) == first:
                await asyncio.sleep(0.01)
        for _ in range(20):
            await asyncio.sleep(0.01)
            assert await _process(database) == second
    finally:
        resting.cancel()
        await database.close()


async def _process(database: Database) -> int:
    async with database.reading() as db:
        process: int = await db.connection.fetchval(_PROCESS)
        return process


async def _until_seen(database: Database, count: int) -> None:
    """So many connections are open for some of its looks."""
    for _ in range(20):
        assert database.pool.get_size() == count
        await asyncio.sleep(0.01)
