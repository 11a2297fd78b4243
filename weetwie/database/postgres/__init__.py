"""The embedded PostgreSQL: a server of our own in the data folder, for as long as the program runs.

    async with postgres.running(data / "database") as server:
        await asyncpg.connect(server.dsn)

It needs no installed server, no account and no port. Where the folder is held by another program, that one's server is used.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from weetwie.database.postgres.binaries import Binaries, find
from weetwie.database.postgres.keeper import ServerKeeper
from weetwie.database.postgres.problem import NoDatabase

__all__ = ["Binaries", "NoDatabase", "ServerKeeper", "find", "running"]


@asynccontextmanager
async def running(
    folder: Path,
    *,
    shared_buffers: str = "32MB",
    settings: Mapping[str, str] | None = None,
    patience: float = 60.0,
    is_durable: bool = True,
) -> AsyncIterator[ServerKeeper]:
    """The server of the folder while the block lasts. Raises NoDatabase with what is wrong and what to do.

    `settings` overrides the server's own, `patience` is how many seconds to wait for another program's server.
    """
    keeper = ServerKeeper(
        folder.absolute(),
        {"shared_buffers": shared_buffers, **(settings or {})},
        patience=patience,
        is_durable=is_durable,
    )
    await keeper.start()
    try:
        yield keeper
    finally:
        await keeper.stop()
