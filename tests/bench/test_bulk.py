"""Rows by the million."""

import asyncpg

from tests.bench.bulk import in_bulk

_INDEXES = "select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1"


async def test_after_rows_were_written_in_bulk_every_index_and_reference_is_there_again(dsn: str) -> None:
    db = await asyncpg.connect(dsn)
    before = await db.fetch(_INDEXES)
    async with in_bulk(db, "posts", "follows"):
        assert len(await db.fetch(_INDEXES)) < len(before)
        assert await db.fetchval("show session_replication_role") == "replica"
    assert await db.fetch(_INDEXES) == before
    assert await db.fetchval("show session_replication_role") == "origin"
    await db.close()
