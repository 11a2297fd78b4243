"""Brings a backup back into an installation that nobody is in. Nothing is changed before all of it was found to be whole."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from weetwie import reactions
from weetwie.access.authenticate import Memory
from weetwie.access.viewer import system
from weetwie.database.connect import connect
from weetwie.database.pool import Database
from weetwie.domain.people import anybody
from weetwie.errors import Conflict
from weetwie.flows import erasures
from weetwie.serve import database, keys, lost_keys, packed, programs
from weetwie.serve.backup import about
from weetwie.serve.packed import Manifest
from weetwie.settings import Settings

_NOT_EMPTY: Final = (
    "This installation already has people. Restore into an empty one: choose an empty data folder (--data)."
)
_CANNOT_READ: Final = "{file} cannot be read: {why}."
_DAMAGED: Final = "{file} is damaged, so nothing was restored. Damaged: {names}.{what_then}"
_WITHOUT: Final = " Use --without-damaged to restore the rest."


class RestoreReport(msgspec.Struct, frozen=True):
    manifest: Manifest
    erased_again: int
    left_out: list[str]
    """What was damaged."""
    lost: lost_keys.LostKeys | None
    """Where the key was not here that the secrets were sealed with."""


async def restore(
    settings: Settings,
    file: Path,
    more_erasures: list[Path],
    key_file: Path | None = None,
    *,
    without_damaged: bool = False,
) -> RestoreReport:
    """Who was erased after the backup is erased again. `key_file` holds the key of where the backup was made."""
    try:
        with tempfile.TemporaryDirectory() as place, packed.opened(file) as tar:
            folder = Path(place)
            manifest = packed.manifest_of(tar, file)
            damaged = await asyncio.to_thread(packed.damaged, tar, manifest)
            _check(file, damaged, without_damaged=without_damaged)
            given = keys.read_file(key_file) if key_file else []
            packed.unpack(tar, packed.DATABASE, folder, but=damaged)
            async with database.running(settings) as dsn:
                await _empty(dsn)
                await programs.bring_back(dsn, folder / packed.DATABASE)
                await database.bring_up_to_date(dsn)
                lost = await lost_keys.take_over(settings, dsn, given)
                packed.unpack(tar, erasures.NAME, folder, but=damaged)
                settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
                packed.unpack(tar, "media", settings.data, but=damaged)
                if (settings.data / "media").exists():
                    (settings.data / "media").chmod(0o700)
                logs = [folder / erasures.NAME, *more_erasures]
                count = await _erase_again(dsn, settings.data, logs)
    except OSError as error:
        raise about(error, _CANNOT_READ, file) from error
    return RestoreReport(manifest, count, damaged, lost)


def _check(file: Path, damaged: list[str], *, without_damaged: bool) -> None:
    if damaged and (packed.DATABASE in damaged or not without_damaged):
        what_then = "" if packed.DATABASE in damaged else _WITHOUT
        raise Conflict(_DAMAGED, file=file, names=", ".join(damaged), what_then=what_then)


async def _empty(dsn: str) -> None:
    """Makes room for what comes, where there is nobody; raises Conflict where somebody is."""
    if await database.has_tables(dsn):
        await database.bring_up_to_date(dsn)
        async with _opened(dsn) as opened, opened.reading() as db:
            if await anybody.ever_was_here(db):
                raise Conflict(_NOT_EMPTY)
        connection = await connect(dsn)
        try:
            await connection.execute("drop schema public cascade; create schema public")
        finally:
            await connection.close()


async def _erase_again(dsn: str, data: Path, logs: list[Path]) -> int:
    own = data / erasures.NAME
    known = erasures.read(own.read_bytes()) if own.exists() else []
    found = [one for log in logs if log.exists() for one in erasures.read(log.read_bytes())]
    erasures.append(own, [one for one in dict.fromkeys(found) if one not in set(known)])
    async with _opened(dsn) as opened, opened.transaction() as db:
        viewer = system(await Memory().policy(db))
        return await erasures.replay(db, viewer, dict.fromkeys([*known, *found]))


@asynccontextmanager
async def _opened(dsn: str) -> AsyncIterator[Database]:
    opened = reactions.attach(await Database.open(dsn, size=2))
    try:
        yield opened
    finally:
        await opened.close()
