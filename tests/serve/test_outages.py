"""What is not there for a while: the database, room on the disk."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.patience import PATIENCE
from tests.serve.running import Installation, post, serving
from weetwie.database import postgres


@pytest.fixture
async def outside(made: Path, tmp_path: Path) -> AsyncIterator[postgres.ServerKeeper]:
    """A PostgreSQL that is not the program's, with the schema in it."""
    shutil.copytree(made / "database", tmp_path / "outside", ignore=shutil.ignore_patterns("socket", "lock"))
    for name in ("data", "one", "two"):  # hosts share the key
        (tmp_path / name).mkdir()
        shutil.copy(made / "secret-key", tmp_path / name)
    async with postgres.running(tmp_path / "outside") as keeper:
        yield keeper


async def test_while_the_database_is_gone_all_is_unavailable_and_then_goes_on(
    outside: postgres.ServerKeeper, tmp_path: Path
) -> None:
    installation = Installation(tmp_path / "data", WEETWIE_DATABASE_URL=outside.dsn)
    async with serving(installation) as run:
        ada, bo = await installation.somebody("ada"), await installation.somebody("bo")
        async with installation.client(ada) as here, installation.client(bo) as there:
            bos = (await there.get("/api/v1/accounts/verify_credentials")).json()["id"]
            followed = await here.post(f"/api/v1/accounts/{bos}/follow")
            assert followed.status_code == 200, followed.text
            await post(there)
            async with here.stream("GET", "/api/v1/streaming/user", timeout=PATIENCE) as stream:
                lines = stream.aiter_lines()
                assert await anext(lines) == ":)"
                await outside.stop()
                for _ in range(3):
                    for method, path in (
                        ("GET", "/api/v1/timelines/home"),
                        ("POST", "/api/v1/statuses"),
                        ("GET", "/auth/sign_in"),
                    ):
                        answer = await here.request(
                            method, path, json={"status": "lost"} if method == "POST" else None
                        )
                        assert answer.status_code == 503, (path, answer.text)
                        assert int(answer.headers["retry-after"]) > 0
                    await asyncio.sleep(1)
                await outside.start()
                kept = await again(there)
                # The worker, the bell and the streams have found back by themselves.
                async with asyncio.timeout(PATIENCE):
                    assert kept in {status["id"] async for status in updates(lines, kept)}
            home = (await here.get("/api/v1/timelines/home")).json()
            assert kept in {status["id"] for status in home}
            assert "lost" not in {status["content"] for status in home}
        assert "Traceback" not in run.said


async def again(site: httpx.AsyncClient) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await post(site)
        except httpx.HTTPStatusError as error:
            assert error.response.status_code == 503
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)


async def updates(lines: AsyncIterator[str], until: str) -> AsyncIterator[dict[str, object]]:
    async for line in lines:
        if line.startswith("data: {"):
            status = json.loads(line[6:])
            yield status
            if status["id"] == until:
                return


async def test_several_hosts_work_on_one_database(outside: postgres.ServerKeeper, tmp_path: Path) -> None:
    one = Installation(tmp_path / "one", WEETWIE_DATABASE_URL=outside.dsn)
    two = Installation(tmp_path / "two", WEETWIE_DATABASE_URL=outside.dsn)
    async with serving(one), serving(two):
        ada, bo = await one.somebody("ada"), await two.somebody("bo")
        async with one.client(ada) as here, two.client(bo) as there:
            bos = (await there.get("/api/v1/accounts/verify_credentials")).json()["id"]
            await here.post(f"/api/v1/accounts/{bos}/follow")
            async with here.stream("GET", "/api/v1/streaming/user", timeout=PATIENCE) as stream:
                lines = stream.aiter_lines()
                assert await anext(lines) == ":)"
                await asyncio.sleep(0.2)
                kept = await post(there)
                async with asyncio.timeout(PATIENCE):
                    assert kept in {status["id"] async for status in updates(lines, kept)}
    code, out, err = await one.command("migrate")
    assert (code, out) == (0, "The database was already up to date."), err


async def test_a_database_that_cannot_be_reached_is_told_at_start(tmp_path: Path) -> None:
    installation = Installation(
        tmp_path / "data", WEETWIE_DATABASE_URL="postgresql://weetwie:secret@127.0.0.1:1/none"
    )
    code, _out, err = await installation.command("serve", "--port", str(installation.port))
    assert code == 6
    assert "WEETWIE_DATABASE_URL" in err
    assert "secret" not in err


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=140m,mode=0700", "none", place], check=False, capture_output=True
    )
    if mounting.returncode:
        pytest.skip("a small disk can only be made by root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


async def test_a_full_disk_is_told_and_nothing_is_half_written(made: Path, small_disk: Path) -> None:
    shutil.copytree(made, small_disk / "data", ignore=shutil.ignore_patterns("socket", "lock"))
    installation = Installation(small_disk / "data")
    installation.log = small_disk.parent / "log"
    async with serving(installation):
        token = await installation.somebody()
        async with installation.client(token) as site:
            kept = [await post(site)]
            filler = small_disk / "filler"
            _fill(filler)
            refused = 0
            for number in range(400):
                answer = await site.post("/api/v1/statuses", json={"status": f"{number} {'words ' * 150}"})
                if answer.status_code == 200:
                    kept.append(answer.json()["id"])
                    continue
                assert answer.status_code in (503, 507), answer.text
                assert answer.json()["error"]
                assert "retry-after" in answer.headers
                refused += 1
                if refused > 20:
                    break
            assert refused
            filler.unlink()
            kept.append(await again(site))
            for one in kept:
                assert (await site.get(f"/api/v1/statuses/{one}")).status_code == 200
            mine = (await site.get("/api/v1/accounts/verify_credentials")).json()
            assert mine["statuses_count"] == len(kept)


def _fill(filler: Path) -> None:
    """All but a little of the disk."""
    free = shutil.disk_usage(filler.parent).free
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - 600_000, 1))
