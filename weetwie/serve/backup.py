"""A backup: one file with the database, the media and what is needed to read it again; made while people write.

manifest.json   what made it, and when
database        what pg_dump writes (its custom format): people, posts, keys, all as of one moment
erasures.log    who had been erased by then
media/          as it lies in the data folder
"""

import asyncio
import errno
import os
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import asyncpg
import msgspec

from weetwie import __version__, reactions
from weetwie.access.recognise import Memory
from weetwie.access.viewer import system
from weetwie.domain.people import anybody
from weetwie.errors import Conflict, Invalid, NoSpace, Unavailable
from weetwie.kit import postgres
from weetwie.kit.db import Database
from weetwie.migrations import HEAD, knows
from weetwie.serve import database, erasures
from weetwie.settings import Settings

_FAILED = "{program} has failed: {why}"
_NO_BACKUP = "{file} is no backup of Weetwie."
_TOO_NEW = (
    "{file} was made by Weetwie {version}, which is newer than this one ({own}). Install that one first."
)
_NOT_EMPTY = "There are people in this installation already. A backup is restored into an empty one: choose an empty data folder (--data)."
_CANNOT_WRITE = "{file} cannot be written: {why}."
_CANNOT_READ = "{file} cannot be read: {why}."


class Manifest(msgspec.Struct, frozen=True):
    weetwie: str
    revision: str
    """Of the schema (see `migrations/`)."""
    made_at: datetime


class Restored(msgspec.Struct, frozen=True):
    manifest: Manifest
    erased_again: int


async def make(settings: Settings, file: Path) -> Manifest:
    """Writes the file whole or not at all; only its owner may read it."""
    manifest = Manifest(__version__, HEAD, datetime.now(UTC))
    try:
        with _beside(file) as folder:
            async with database.running(settings) as dsn:
                await database.bring_up_to_date(dsn)
                await _dump(dsn, folder / "database")
            await asyncio.to_thread(_pack, settings.data, folder, manifest, file)
    except OSError as error:
        raise _about(error, _CANNOT_WRITE, file) from error
    return manifest


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder on the disk that the file is to be on."""
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.absolute().parent) as folder:
        yield Path(folder)


async def _dump(dsn: str, to: Path) -> None:
    to.touch(mode=0o600)
    await _run(dsn, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}")


def _pack(data: Path, folder: Path, manifest: Manifest, file: Path) -> None:
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    packed = folder / "packed"
    with os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        # What is in it is compressed already.
        with tarfile.open(fileobj=target, mode="w") as tar:
            for name in ("manifest.json", "database"):
                tar.add(folder / name, name)
            if (data / erasures.NAME).exists():
                tar.add(data / erasures.NAME, erasures.NAME)
            for path in sorted((data / "media").rglob("*")):
                _add_file(tar, path, str(path.relative_to(data)))
        target.flush()
        os.fsync(target.fileno())
    packed.rename(file)


def _add_file(tar: tarfile.TarFile, path: Path, name: str) -> None:
    """Files come and go while this runs; one that is just being written bears a # in its name."""
    if "#" not in path.name and path.is_file():
        with suppress(FileNotFoundError):
            tar.add(path, name)


async def restore(settings: Settings, file: Path, more_erasures: list[Path]) -> Restored:
    """Into an installation that nobody is in. Who was erased after the backup is erased again."""
    try:
        with tempfile.TemporaryDirectory() as place, tarfile.open(file) as tar:
            manifest = _manifest(tar, file)
            folder = Path(place)
            _unpack(tar, "database", folder)
            async with database.running(settings) as dsn:
                await _empty(dsn)
                await _run(
                    dsn, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
                    str(folder / "database"),
                )  # fmt: skip
                await database.bring_up_to_date(dsn)
                for name in ("media", erasures.NAME):
                    _unpack(tar, name, folder)
                _put_media(folder, settings.data)
                count = await _erase_again(dsn, settings.data, [folder / erasures.NAME, *more_erasures])
    except tarfile.TarError as error:
        raise Invalid(_NO_BACKUP, file=file) from error
    except OSError as error:
        raise _about(error, _CANNOT_READ, file) from error
    return Restored(manifest, count)


def _manifest(tar: tarfile.TarFile, file: Path) -> Manifest:
    try:
        found = tar.extractfile("manifest.json")
        manifest = msgspec.json.decode(found.read() if found else b"", type=Manifest)
    except (KeyError, msgspec.DecodeError) as error:
        raise Invalid(_NO_BACKUP, file=file) from error
    if not knows(manifest.revision):
        raise Conflict(_TOO_NEW, file=file, version=manifest.weetwie, own=__version__)
    return manifest


def _unpack(tar: tarfile.TarFile, name: str, to: Path) -> None:
    members = [one for one in tar.getmembers() if one.name == name or one.name.startswith(f"{name}/")]
    tar.extractall(to, members, filter="data")


async def _empty(dsn: str) -> None:
    """Makes room for what comes, where there is nobody; raises Conflict where somebody is."""
    if await database.has_tables(dsn):
        await database.bring_up_to_date(dsn)
        async with _opened(dsn) as opened, opened.reading() as db:
            if await anybody.ever_was_here(db):
                raise Conflict(_NOT_EMPTY)
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute("drop schema public cascade; create schema public")
        finally:
            await connection.close()


def _put_media(folder: Path, data: Path) -> None:
    if (folder / "media").is_dir():
        shutil.copytree(folder / "media", data / "media", dirs_exist_ok=True)


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


async def _run(dsn: str, program: str, *words: str) -> None:
    """A program of PostgreSQL on the database."""
    address, environment = _without_password(dsn)
    try:
        binaries = await asyncio.to_thread(postgres.find)
    except postgres.NoDatabase as error:
        raise Unavailable(str(error)) from error
    running = await asyncio.create_subprocess_exec(
        binaries[program], f"--dbname={address}", *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env=os.environ | environment,
    )  # fmt: skip
    said = (await running.communicate())[1].decode(errors="replace").strip()
    if running.returncode:
        kind = NoSpace if "No space left" in said else Unavailable
        raise kind(_FAILED, program=program, why=said.splitlines()[0] if said else running.returncode)


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """What stands on a command line is seen by all on the machine, so a password goes another way."""
    parts = urlsplit(dsn)
    asked = dict(parse_qsl(parts.query))
    password = parts.password or asked.pop("password", None)
    account, at, place = parts.netloc.rpartition("@")
    bare = f"{parts.scheme}://{account.partition(':')[0]}{at}{place}{parts.path}?{urlencode(asked)}"
    return bare, {"PGPASSWORD": unquote(password)} if password else {}


def _about(error: OSError, sentence: str, file: Path) -> Exception:
    kind: Callable[..., Exception] = NoSpace if error.errno in (errno.ENOSPC, errno.EDQUOT) else Invalid
    return kind(sentence, file=error.filename or file, why=error.strerror or error)
