"""A pooler between the program and its database: PgBouncer."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import pytest

from tests import machine
from tests.serve.running import Installation, free_port, post, serving, until
from weetwie.database.postgres import binaries, runner

pytestmark = pytest.mark.needs("pgbouncer")

_SETTINGS = """
[databases]
weetwie = host={sockets} dbname={database} user=weetwie
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 30
max_client_conn = 200
"""


@asynccontextmanager
async def pgbouncer(dsn: str, mode: str) -> AsyncIterator[str]:
    """Its address."""
    port, database = free_port(), urlsplit(dsn).path.strip("/")
    sockets = Path(dict(parse_qsl(urlsplit(dsn).query))["host"])
    told = sockets / f"{database}.ini"
    told.write_text(_SETTINGS.format(sockets=sockets, database=database, port=port, mode=mode))
    told.chmod(0o644)
    root = machine.pgbouncer() or "/"
    # It must not be root either, and reach the socket of the database.
    who = runner.choose(sockets, binaries.find()["postgres"])
    process = subprocess.Popen(
        who.command(f"{root}/usr/sbin/pgbouncer", "--quiet", str(told)),
        env=machine.unpacked(root),
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql://weetwie@127.0.0.1:{port}/weetwie"

    async def answers() -> bool:
        try:
            await (await asyncpg.connect(url, statement_cache_size=0)).close()
        except OSError:
            return False
        return True

    try:
        await until(answers)
        yield url
    finally:
        process.terminate()
        process.wait()
        told.unlink()


async def installed(tmp_path: Path, url: str) -> Installation:
    _code, key, _err = await Installation(tmp_path / "none").command("key", "make")
    return Installation(tmp_path / "data", WEETWIE_DATABASE_URL=url, WEETWIE_SECRET_KEY=key)


async def test_a_pooler_that_changes_connections_between_transactions_is_refused_and_says_why(
    dsn: str, tmp_path: Path
) -> None:
    async with pgbouncer(dsn, "transaction") as url:
        installation = await installed(tmp_path, url)
        code, _out, err = await installation.command("serve", "--port", str(installation.port))
        assert code == 6
        assert "pool_mode = session" in err


async def test_behind_a_pooler_that_leaves_a_connection_to_its_session_all_is_as_without(
    dsn: str, tmp_path: Path
) -> None:
    async with pgbouncer(dsn, "session") as url:
        installation = await installed(tmp_path, url)
        async with serving(installation):
            ada, bo = await installation.somebody("ada"), await installation.somebody("bo")
            async with installation.client(ada) as here, installation.client(bo) as there:
                bos = (await there.get("/api/v1/accounts/verify_credentials")).json()["id"]
                await here.post(f"/api/v1/accounts/{bos}/follow")
                kept = await post(there)

                async def has_come() -> bool:
                    home = (await here.get("/api/v1/timelines/home")).json()
                    return kept in {status["id"] for status in home}

                await until(has_come)
