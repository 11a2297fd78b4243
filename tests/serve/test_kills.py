"""Whatever is killed, at any moment: no post that was acknowledged is lost, and all goes on by itself.

Six kills by default; `TEST_KILLS=50` makes it fifty.
"""

import asyncio
import os
import random
import signal
import time
from contextlib import suppress

import asyncpg
import httpx

from tests.patience import PATIENCE
from tests.serve.running import Installation, Run, post, servers
from weetwie.database.postgres.folder import Folder, dsn

KILLS = int(os.environ.get("TEST_KILLS", "6"))


async def test_nothing_acknowledged_is_lost(installation: Installation) -> None:
    choice = random.Random(KILLS)
    run = installation.start()
    await run.ready()
    token = await installation.somebody()
    kept: list[str] = []
    posting = [asyncio.create_task(_keep_posting(installation, token, kept)) for _ in range(3)]
    try:
        for number in range(KILLS):
            await asyncio.sleep(choice.uniform(0.05, 0.6))
            run = await _kill(("program", "server", "backend")[number % 3], installation, run, choice)
            await _until_more(kept, len(kept) + 5, run)
    finally:
        for task in posting:
            task.cancel()
        await asyncio.gather(*posting, return_exceptions=True)
    try:
        await _all_there(installation, kept)
    finally:
        await run.told_to_end()
        run.over()
    assert servers(installation.data) == []


async def _keep_posting(installation: Installation, token: str, kept: list[str]) -> None:
    async with installation.client(token) as site:
        while True:
            with suppress(httpx.HTTPError):
                kept.append(await post(site))
            await asyncio.sleep(0.01)


async def _kill(what: str, installation: Installation, run: Run, choice: random.Random) -> Run:
    if what == "program":
        run.over()
        return installation.start()
    while len(working := servers(installation.data)) < 2:
        await asyncio.sleep(0.01)
    with suppress(ProcessLookupError):
        os.kill(working[0] if what == "server" else choice.choice(working[1:]), signal.SIGKILL)
    return run


async def _until_more(kept: list[str], wanted: int, run: Run) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(kept) < wanted:
        assert run.process.poll() is None, run.said
        assert time.monotonic() < deadline, run.said
        await asyncio.sleep(0.05)


async def _all_there(installation: Installation, kept: list[str]) -> None:
    """Each post is there once more, and stands in home; nothing waits that nobody reacts to."""
    connection = await asyncpg.connect(dsn(Folder(installation.data / "database").sockets()))
    try:
        wanted = set(map(int, kept))
        assert wanted <= set(await _ids(connection, "select id from posts"))
        assert len(wanted) == len(kept)
        assert wanted <= set(await _ids(connection, "select post_id from home_entries"))
        deadline = time.monotonic() + PATIENCE
        while await connection.fetchval("select count(*) from events where finished_at is null"):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


async def _ids(connection: asyncpg.Connection, statement: str) -> list[int]:
    return [row[0] for row in await connection.fetch(statement)]
