"""Makes a backup while people write: whole, or not there. The key that its secrets are sealed with is not in it."""

import asyncio
import errno
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from weetwie.errors import Invalid, NoSpace
from weetwie.flows import erasures
from weetwie.migrations import HEAD
from weetwie.serve import database, keys, packed, programs
from weetwie.serve.packed import Manifest, Packing
from weetwie.settings import Settings

_CANNOT_WRITE: Final = "{file} cannot be written: {why}."
_CANNOT_READ: Final = "{file} cannot be read: {why}."


async def make(settings: Settings, file: Path) -> Manifest:
    """Writes the file whole or not at all; only its owner may read it."""
    made_at = datetime.now(UTC)
    try:
        with _beside(file) as folder:
            async with database.running(settings) as dsn:
                await database.bring_up_to_date(dsn)
                await keys.seal_once(settings, dsn)
                await _dump(dsn, folder / packed.DATABASE)
            return await asyncio.to_thread(_pack, settings.data, folder, made_at, file)
    except OSError as error:
        raise about(error, _CANNOT_WRITE, file) from error


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder on the disk that the file is to be on."""
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.absolute().parent) as folder:
        yield Path(folder)


async def _dump(dsn: str, to: Path) -> None:
    to.touch(mode=0o600)
    await programs.run(dsn, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}")


def _pack(data: Path, folder: Path, made_at: datetime, file: Path) -> Manifest:
    beside = folder / "packed"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        # What is in it is compressed already.
        with tarfile.open(fileobj=target, mode="w") as tar:
            packing = Packing(tar)
            packing.add(folder / packed.DATABASE, packed.DATABASE)
            packing.add(data / erasures.NAME, erasures.NAME)
            for path in sorted((data / "media").rglob("*")):
                # One that is just being written bears a # in its name.
                if "#" not in path.name and path.is_file():
                    packing.add(path, str(path.relative_to(data)))
            manifest = packing.finish(HEAD, made_at)
        target.flush()
        os.fsync(target.fileno())
    beside.rename(file)
    return manifest


class VerifiedBackup(msgspec.Struct, frozen=True):
    manifest: Manifest
    damaged: list[str]
    """Names of what is in it."""


def verify(file: Path) -> VerifiedBackup:
    """Reads all of it; changes nothing. Raises Invalid where it is no backup at all."""
    try:
        with packed.opened(file) as tar:
            manifest = packed.manifest_of(tar, file)
            return VerifiedBackup(manifest, packed.damaged(tar, manifest))
    except OSError as error:
        raise about(error, _CANNOT_READ, file) from error


def about(error: OSError, sentence: str, file: Path) -> Exception:
    kind: Callable[..., Exception] = NoSpace if error.errno in (errno.ENOSPC, errno.EDQUOT) else Invalid
    return kind(sentence, file=error.filename or file, why=error.strerror or error)
