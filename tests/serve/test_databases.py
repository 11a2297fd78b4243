"""A database that fails in other ways than by being gone: frozen, broken off in the middle of an answer, slow, asked by many at once."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.patience import PATIENCE
from tests.serve.running import Installation, at_work, free_port, post, serving
from tests.serve.test_outages import again, updates
from weetwie.database import postgres
from weetwie.database.pool import Database
from weetwie.database.unavailable import DatabaseAway, is_away

LONGER_THAN_PROMISED = 12.0
"""Seconds: twice of what is promised, for a machine that does other things too; without a bound it would be half a minute."""


@pytest.fixture
async def outside(made: Path, tmp_path: Path) -> AsyncIterator[postgres.ServerKeeper]:
    shutil.copytree(made / "database", tmp_path / "outside", ignore=shutil.ignore_patterns("socket", "lock"))
    shutil.copy(made / "secret-key", tmp_path / "secret-key")
    async with postgres.running(tmp_path / "outside") as keeper:
        yield keeper


@contextmanager
def frozen(cluster: Path) -> Iterator[None]:
    """All processes of its server stand still, as on a machine that hangs."""
    standing: set[int] = set()
    while new := set(at_work(os.path.realpath(cluster))) - standing:
        for pid in new:
            os.kill(pid, signal.SIGSTOP)
        standing |= new
    try:
        yield
    finally:
        for pid in at_work(os.path.realpath(cluster)):
            os.kill(pid, signal.SIGCONT)


async def test_while_the_database_is_frozen_all_is_unavailable_soon_and_then_goes_on(
    outside: postgres.ServerKeeper, tmp_path: Path
) -> None:
    installation = Installation(
        tmp_path / "data",
        WEETWIE_DATABASE_URL=outside.dsn,
        WEETWIE_SECRET_KEY_FILE=str(tmp_path / "secret-key"),
    )
    async with serving(installation) as run:
        ada = await installation.somebody("ada")
        async with (
            installation.client(ada) as here,
            here.stream("GET", "/api/v1/streaming/user", timeout=PATIENCE) as stream,
        ):
            lines = stream.aiter_lines()
            assert await anext(lines) == ":)"
            with frozen(tmp_path / "outside" / "cluster"):
                for _twice in range(2):
                    answers = await asyncio.gather(*(_asked(here, path) for path in _DOORS * 2))
                    assert {answer.status_code for answer in answers} == {503}
                    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
            kept = await again(here)
            async with asyncio.timeout(PATIENCE):
                assert kept in {status["id"] async for status in updates(lines, kept)}
        assert run.process.poll() is None
        assert "Traceback" not in run.said


_DOORS = ("/health", "/api/v1/timelines/home", "/auth/sign_in", "/scim/v2/Users", "/@ada")


async def _asked(site: httpx.AsyncClient, path: str) -> httpx.Response:
    return await site.get(path, timeout=LONGER_THAN_PROMISED)


class Line:
    """Between the program and its database: breaks off in the middle of an answer, and garbles its end."""

    def __init__(self, sockets: Path) -> None:
        self._target = str(sockets / ".s.PGSQL.5432")
        self.breaks_after: int | None = None
        """Bytes of answers."""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._target)
        await asyncio.gather(self._asks(reader, back), self._answers(there, writer), return_exceptions=True)

    async def _asks(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            back.write(data)
        back.close()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await there.read(65_536):
            if self.breaks_after is not None and len(data) > self.breaks_after:
                writer.write(data[: self.breaks_after] + b"T\x00\x00\x00\x08\xff\xff\xff\xff")
                break
            if self.breaks_after is not None:
                self.breaks_after -= len(data)
            writer.write(data)
        writer.close()


@asynccontextmanager
async def line_to(keeper: postgres.ServerKeeper, folder: Path) -> AsyncIterator[tuple[Line, str]]:
    line, port = Line(folder / "socket"), free_port()
    async with await asyncio.start_server(line.carry, "127.0.0.1", port):
        yield line, f"postgresql://weetwie@127.0.0.1:{port}/weetwie"


async def test_a_database_that_breaks_off_in_the_middle_of_an_answer_ends_no_part_of_the_program(
    outside: postgres.ServerKeeper, tmp_path: Path
) -> None:
    async with line_to(outside, tmp_path / "outside") as (line, url):
        installation = Installation(
            tmp_path / "data", WEETWIE_DATABASE_URL=url, WEETWIE_SECRET_KEY_FILE=str(tmp_path / "secret-key")
        )
        async with serving(installation) as run:
            ada = await installation.somebody("ada")
            async with (
                installation.client(ada) as here,
                here.stream("GET", "/api/v1/streaming/user", timeout=PATIENCE) as stream,
            ):
                lines = stream.aiter_lines()
                assert await anext(lines) == ":)"
                statuses: set[int] = set()
                for length in (1, 7, 40, 300, 2000):
                    line.breaks_after = length
                    answers = await asyncio.gather(*(_asked(here, path) for path in _DOORS * 2))
                    statuses |= {answer.status_code for answer in answers}
                line.breaks_after = None
                assert 503 in statuses
                assert 500 not in statuses
                kept = await again(here)
                async with asyncio.timeout(PATIENCE):
                    assert kept in {status["id"] async for status in updates(lines, kept)}
            assert run.process.poll() is None
            assert "has died" not in run.said


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CannotConnectNowError("the database system is in recovery mode"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
    ],
)
def test_whatever_the_driver_says_of_it_the_database_is_away(error: Exception) -> None:
    assert is_away(error)


@pytest.mark.parametrize("error", [asyncpg.DataError("no"), asyncpg.UniqueViolationError("no"), OSError(2, "no file"), KeyError("x")])  # fmt: skip
def test_a_fault_of_ours_is_no_absence_of_the_database(error: Exception) -> None:
    assert not is_away(error)


async def test_a_statement_that_takes_long_is_waited_for_while_the_database_lives(dsn: str) -> None:
    database = await Database.open(dsn, size=1)
    try:
        async with database.reading() as db:
            assert await db.connection.fetchval("select 7 from pg_sleep(4)") == 7
    finally:
        await database.close()


async def test_a_connection_that_is_cut_says_that_the_database_is_away(dsn: str) -> None:
    database = await Database.open(dsn, size=1)
    try:
        with pytest.raises(DatabaseAway):
            async with database.transaction() as db:
                await db.connection.fetch("select pg_terminate_backend(pg_backend_pid())")
        async with database.reading() as db:
            assert await db.connection.fetchval("select 1") == 1
    finally:
        await database.close()


async def test_programs_that_start_at_once_on_an_empty_database_all_serve(
    server_dsn: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(server_dsn)
    await connection.execute("drop database if exists started_at_once with (force)")
    await connection.execute("create database started_at_once")
    url = server_dsn.replace("/weetwie?", "/started_at_once?")
    key = await Installation(tmp_path / "none").command("key", "make")
    hosts = [
        Installation(tmp_path / name, WEETWIE_DATABASE_URL=url, WEETWIE_SECRET_KEY=key[1]) for name in "abc"
    ]
    try:
        runs = [host.start("--workers", "2") for host in hosts]
        try:
            await asyncio.gather(*(run.ready() for run in runs))
            assert not any("ended by itself" in run.said or "Traceback" in run.said for run in runs)
            await asyncio.gather(*(run.told_to_end() for run in runs))
        finally:
            for run in runs:
                run.over()
        there = await asyncpg.connect(url)
        assert [row[0] for row in await there.fetch("select handle from people")] == ["weetwie"]
        await there.close()
    finally:
        await connection.execute("drop database started_at_once with (force)")
        await connection.close()


async def test_a_start_right_after_the_parent_was_killed_succeeds(installation: Installation) -> None:
    run = installation.start("--workers", "2")
    try:
        await run.ready()
        token = await installation.somebody()
        async with installation.client(token) as site, site.stream("GET", "/api/v1/streaming/user") as stream:
            assert await anext(stream.aiter_lines()) == ":)"
            os.kill(run.process.pid, signal.SIGKILL)
            async with serving(installation, "--workers", "2"), installation.client(token) as later:
                await post(later)
    finally:
        run.over()
