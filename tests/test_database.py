"""The databases that tests are given: each is as new, whatever the test before it did."""

import asyncpg
import pytest

from tests import database
from tests.world import World

_TABLES = "select tablename from pg_tables where schemaname = 'public' order by 1"
_OTHERS = [
    "select policy::text from policy",
    "select sequencename, last_value from pg_sequences order by 1",
    "select proname from pg_proc where oid >= 16384 order by 1",
    "select tgname from pg_trigger where not tgisinternal order by 1",
]


async def _content(dsn: str) -> list[list[tuple[object, ...]]]:
    connection = await asyncpg.connect(dsn)
    try:
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        counts = " union all ".join(f"select '{table}', count(*) from {table}" for table in tables)
        return [[tuple(row) for row in await connection.fetch(one)] for one in (counts, *_OTHERS)]
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "update policy set version = version + 1",
        "delete from policy",
        "delete from alembic_version",
        "select nextval('running_number')",
        "create table another (id bigint)",
        "create function another() returns int language sql return 1",
        "drop trigger audit_is_kept on audit",
    ],
)
async def test_what_a_test_leaves_the_next_does_not_find(
    server_dsn: str, worker_id: str, statement: str
) -> None:
    copies = database.Copies()
    try:
        async with copies.one(server_dsn, f"emptied_{worker_id}_") as dsn:
            before = await _content(dsn)
            world = await World.open(dsn, is_kept=True)
            ada = await world.member("ada")
            await world.post(ada, "Pumps")
            await world.close()
            await database.run(dsn, statement)
            assert await _content(dsn) != before
        async with copies.one(server_dsn, f"emptied_{worker_id}_") as dsn:
            assert await _content(dsn) == before
    finally:
        await copies.drop(server_dsn)
