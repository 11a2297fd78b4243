"""Rows by the million: written without what PostgreSQL would look after at each of them, and that made afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

HOURS = 4 * 3600
"""Longer than any of it takes; a bench that hangs is ended by who looks at it."""

_INDEXES = """
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made_by from pg_index
    where indrelid = any($1::text[]::regclass[]) and not indisunique
"""


@asynccontextmanager
async def in_bulk(db: asyncpg.Connection, *tables: str) -> AsyncIterator[None]:
    """While rows are written: no trigger and no reference is looked at, and no index but those that tell one row from another.

    What is written has to be right by itself.
    """
    await db.execute(
        "set synchronous_commit = off; set session_replication_role = replica; set work_mem = '256MB'; set maintenance_work_mem = '1GB'"
    )
    indexes = await db.fetch(_INDEXES, list(tables))
    for index in indexes:
        await db.execute(f"drop index {index['name']}")
    yield
    for index in indexes:
        await db.execute(index["made_by"], timeout=HOURS)
    await db.execute("reset session_replication_role; reset work_mem; reset maintenance_work_mem")
    await db.execute(f"vacuum analyze {', '.join(tables)}", timeout=HOURS)
