"""The migrations make the schema that the tables describe, and can be told apart in time."""

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

from tests import database
from weetwie.migrations import HEAD, knows
from weetwie.tables import whole

_SCHEMA = (
    """
    select table_name, column_name, data_type, udt_name, character_maximum_length, is_nullable, column_default,
        is_generated, generation_expression
    from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version'
    """,
    "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' and tablename <> 'alembic_version'",
    """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace and conrelid <> 'alembic_version'::regclass
    """,
)


async def _schema(dsn: str) -> set[tuple[object, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return {tuple(row) for question in _SCHEMA for row in await connection.fetch(question)}
    finally:
        await connection.close()


async def test_the_migrations_make_what_the_tables_describe(server_dsn: str, worker_id: str) -> None:
    async with database.copy(server_dsn, f"history_{worker_id}") as dsn:
        migrated = await _schema(dsn)
        engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn))
        async with engine.begin() as connection:
            await connection.run_sync(whole().drop_all)
            await connection.run_sync(whole().create_all)
        await engine.dispose()
        described = await _schema(dsn)
    assert len(described) > 500
    assert migrated - described == set(), "in the migrations alone"
    assert described - migrated == set(), "in the tables alone"


def test_only_revisions_of_this_program_are_known() -> None:
    assert knows(HEAD) and knows("0001")
    assert not knows("9999")
