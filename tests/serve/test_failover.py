"""A primary that is lost, with a standby that has all that was acknowledged; and a database that takes no writes for a while."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx

from tests.serve.running import Installation, post, serving, until
from tests.serve.test_databases import frozen
from weetwie.database import postgres
from weetwie.database.connect import each, one_that_writes

_REPLICATED = {"wal_level": "replica", "max_wal_senders": "5", "wal_keep_size": "64MB"}


@asynccontextmanager
async def primary_and_standby(made: Path, folder: Path) -> AsyncIterator[tuple[str, str]]:
    """The addresses of both; nothing is acknowledged by the one before the other has it."""
    shutil.copytree(made / "database", folder / "one", ignore=shutil.ignore_patterns("socket", "lock"))
    async with postgres.running(folder / "one", settings=_REPLICATED):
        pass  # what the log holds from now on is enough for a standby
    shutil.copytree(folder / "one", folder / "two", ignore=shutil.ignore_patterns("socket", "lock"))
    (folder / "two/cluster/standby.signal").touch()
    owner = (folder / "two/cluster").stat()
    os.chown(folder / "two/cluster/standby.signal", owner.st_uid, owner.st_gid)
    synchronous = _REPLICATED | {"synchronous_standby_names": "*"}
    async with postgres.running(folder / "one", settings=synchronous) as one:
        follows = {"primary_conninfo": f"host={folder}/one/socket user=weetwie"}
        async with postgres.running(folder / "two", settings=_REPLICATED | follows) as two:
            yield one.dsn, two.dsn


async def test_a_primary_that_hangs_is_left_for_its_standby_and_no_acknowledged_post_is_lost(
    made: Path, tmp_path: Path
) -> None:
    async with primary_and_standby(made, tmp_path) as (_one, two):
        installation = Installation(
            tmp_path / "data",
            WEETWIE_DATABASE_URL=f"postgresql:///weetwie?host={tmp_path}/one/socket,{tmp_path}/two/socket&user=weetwie",
            WEETWIE_SECRET_KEY_FILE=str(made / "secret-key"),
        )
        async with serving(installation) as run:
            ada = await installation.somebody("ada")
            async with installation.client(ada) as site:
                kept: list[str] = []
                writing = [asyncio.create_task(_write_on(site, kept)) for _writer in range(3)]
                await until(lambda: _are(len(kept) > 20))
                beside = Installation(tmp_path / "beside", WEETWIE_DATABASE_URL=two)
                assert (await beside.asked("backup", str(tmp_path / "from-the-standby.tar")))["bytes"]
                with frozen(tmp_path / "one" / "cluster"):
                    standby = await asyncpg.connect(two)
                    assert await standby.fetchval("select pg_promote()")
                    # The new primary has no standby yet.
                    before = len(kept)
                    await until(lambda: _are(len(kept) > before + 20))
                    for task in writing:
                        task.cancel()
                    await asyncio.wait(writing)
                    assert all(task.cancelled() for task in writing), writing
                    there = await standby.fetch("select id::text from posts")
                    assert set(kept) <= {row[0] for row in there}
                    await standby.close()
                    assert (await site.get("/api/v1/timelines/home")).status_code == 200
                    assert run.process.poll() is None
                    await run.told_to_end()
            assert "Traceback" not in run.said


async def _are(answer: bool) -> bool:
    return answer


async def _write_on(site: httpx.AsyncClient, kept: list[str]) -> None:
    while True:
        answer = await site.post("/api/v1/statuses", json={"status": f"post {len(kept)}"})
        if answer.status_code == 200:
            kept.append(answer.json()["id"])
            continue
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0
        await asyncio.sleep(0.1)


async def test_a_database_that_takes_no_writes_is_read_and_taken_as_it_is_once_it_does(
    dsn: str, tmp_path: Path
) -> None:
    _code, key, _err = await Installation(tmp_path / "none").command("key", "make")
    installation = Installation(tmp_path / "data", WEETWIE_DATABASE_URL=dsn, WEETWIE_SECRET_KEY=key)
    async with serving(installation) as run:
        ada = await installation.somebody("ada")
        async with installation.client(ada) as site:
            kept = await post(site)
            await _become(dsn, "set default_transaction_read_only = on")

            async def refuses() -> bool:
                return (await site.post("/api/v1/statuses", json={"status": "x"})).status_code == 503

            await until(refuses)
            for method, path, body in (
                ("POST", f"/api/v1/statuses/{kept}/favourite", None),
                ("DELETE", f"/api/v1/statuses/{kept}", None),
                ("POST", "/oauth/token", {"grant_type": "client_credentials"}),
                ("PUT", f"/api/v1/statuses/{kept}", {"status": "other"}),
                ("POST", "/api/v1/markers", {"home": {"last_read_id": kept}}),
            ):
                answer = await site.request(method, path, json=body)
                assert answer.status_code in (503, 401), (path, answer.text)
            for path in (f"/api/v1/statuses/{kept}", "/api/v1/timelines/home", "/auth/sign_in", "/health"):
                assert (await site.get(path)).status_code == 200, path
            await _become(dsn, "reset default_transaction_read_only", cuts=False)

            async def takes_writes() -> bool:
                return not await refuses()

            await until(takes_writes)
        assert "Traceback" not in run.said


async def _become(dsn: str, how: str, *, cuts: bool = True) -> None:
    """For sessions that begin from now on."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("set default_transaction_read_only = off")
    database = await connection.fetchval("select current_database()")
    await connection.execute(f"alter database {database} {how}")
    if cuts:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    await connection.close()


def test_several_servers_are_each_asked_and_the_one_that_takes_writes_is_meant() -> None:
    several = "postgresql://weetwie:pass@db1:5432,db2:5433/weetwie?sslmode=require"
    assert each(several) == [
        "postgresql://weetwie:pass@db1:5432/weetwie?sslmode=require",
        "postgresql://weetwie:pass@db2:5433/weetwie?sslmode=require",
    ]
    assert one_that_writes(several) == f"{several}&target_session_attrs=read-write"
    assert one_that_writes("postgresql://weetwie@db1/weetwie") == "postgresql://weetwie@db1/weetwie"
    sockets = each("postgresql:///weetwie?host=/a,/b&user=weetwie")
    assert sockets == [
        "postgresql:///weetwie?host=%2Fa&user=weetwie",
        "postgresql:///weetwie?host=%2Fb&user=weetwie",
    ]
