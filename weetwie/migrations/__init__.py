"""The history of the schema, and how an installation is brought up to date."""

import asyncio
from pathlib import Path

import asyncpg

from weetwie.database.connect import connect

_VERSIONS = Path(__file__).parent / "versions"

HEAD = max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*.py"))
"""The revision that this program works with."""

_LOCK = 7_305_193
"""An advisory lock: several programs that start at once migrate one after the other."""


async def is_current(dsn: str) -> bool:
    """Whether the database is at the revision of this program (cheap: one small query)."""
    connection = await connect(dsn)
    try:
        return bool(await connection.fetchval("select version_num from alembic_version") == HEAD)
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()


def knows(revision: str) -> bool:
    """Whether a database at this revision can be brought up to date by this program."""
    return any(_VERSIONS.glob(f"{revision}_*.py"))


def statements(name: str) -> list[str]:
    """What a file of SQL beside the migrations holds, statement by statement; a line of `;;` ends each."""
    return (_VERSIONS / name).read_text("utf-8").split("\n;;\n")


async def upgrade(dsn: str) -> None:
    """Brings the database up to date. Safe to call from several programs at once."""
    await asyncio.to_thread(asyncio.run, _upgrade(dsn))


async def _upgrade(dsn: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(dsn))
    async with engine.begin() as connection:
        await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_run)
    await engine.dispose()


def _run(connection: object) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
