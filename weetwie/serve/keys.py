"""The key of the installation, which its secrets are sealed with: where it is, made at the first start, changed, lost.

It is in the settings or in a file in the data folder, never in the database and in no backup. A row among the secrets, sealed
like all others, says that everything is sealed, and with which key.
"""

import base64
import binascii
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from weetwie.database.connect import DatabaseConnection, connect
from weetwie.errors import Invalid, Unavailable
from weetwie.runtime.log import logger
from weetwie.security import sealing
from weetwie.security.sealing import CannotOpen, Keys, RowKey
from weetwie.settings import Settings

log = logger(__name__)

FILE: Final = "secret-key"
SEALED: Final = (
    ("secrets", "value", "name"),
    ("one_time", "secret", "person_id"),
    ("sessions", "id_token", "token_hash"),
    ("sign_ons", "verifier", "state_hash"),
    ("push_subscriptions", "auth", "token_id"),
    ("audit_keys", "key", "day"),
    ("letters", "text", "address"),
    ("letters", "html", "address"),
    ("webhooks", "secret", "id"),
    ("webhooks", "old_secret", "id"),
    ("chats", "secrets", "id"),
    ("chats", "bot_token", "id"),
)
"""Table, column, and what the row is known by."""

_CHECK: Final = "key check"
_CHECK_PLACE: Final = "secrets.value"
_LOCK: Final = 7_305_194
_MISSING: Final = (
    "The secrets in this database are sealed with a key that is not here. Copy the file {name} from the data folder of the "
    "installation that has it to {file} (or set WEETWIE_SECRET_KEY). If it is lost for good: weetwie key lost."
)
_OTHER: Final = (
    "The secrets in this database are sealed with another key than the one {place}. Put the right one there. "
    "If it is lost for good: weetwie key lost."
)
_NO_KEYS: Final = (
    "{file} holds no keys: each line must be 32 bytes in base64, as `weetwie key make` prints them."
)
_CANNOT_READ: Final = "{file} cannot be read: {why}."


def place(settings: Settings) -> Path:
    return settings.secret_key_file or settings.data / FILE


def read(settings: Settings) -> list[bytes]:
    """The first seals, the others open. Empty where there is none yet. Raises Invalid."""
    return list(settings.secret_key) or read_file(place(settings))


def read_file(file: Path) -> list[bytes]:
    try:
        lines = file.read_text("ascii").split()
        found = [base64.urlsafe_b64decode(line) for line in lines]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Invalid(_CANNOT_READ, file=file, why=error.strerror) from error
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Invalid(_NO_KEYS, file=file) from error
    if not found or any(len(key) != sealing.LENGTH for key in found):
        raise Invalid(_NO_KEYS, file=file)
    return found


def new() -> bytes:
    return secrets.token_bytes(sealing.LENGTH)


def write(file: Path, keys: list[bytes]) -> None:
    """Whole or not at all, and readable for its owner alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(b"".join(base64.urlsafe_b64encode(key) + b"\n" for key in keys))
        target.flush()
        os.fsync(target.fileno())
    beside.rename(file)


async def seal_once(settings: Settings, dsn: str) -> None:
    """What an older release left in clear is sealed; at the very first start the key is made."""
    async with connected(dsn) as connection:
        await _seal_once(settings, connection)


async def _seal_once(settings: Settings, connection: DatabaseConnection) -> bytes | None:
    """What is there to check keys by."""
    if await check_of(connection) is None:
        async with alone(connection):
            if await check_of(connection) is None:
                await _begin(settings, connection)
    return await check_of(connection)


async def ready(settings: Settings, dsn: str) -> None:
    """From now on this process seals and opens. Raises Unavailable where the key is not here."""
    async with connected(dsn) as connection:
        check = await _seal_once(settings, connection)
    found = read(settings)
    if not found:
        raise Unavailable(_MISSING, name=FILE, file=place(settings))
    keys = Keys(found, lambda: read(settings) or found)
    if not opens(keys, check or b""):
        raise Unavailable(_OTHER, place=_where(settings))
    sealing.hold(keys)


async def change(settings: Settings, dsn: str) -> int:
    """Seals everything with the first of the keys; how many values it was. What no key opens stays as it is."""
    await ready(settings, dsn)
    keys = Keys(read(settings))
    async with connected(dsn) as connection, alone(connection):
        return await seal_all(connection, keys, keys.open)


async def look(settings: Settings, dsn: str) -> None:
    """Raises Unavailable or Invalid with what is wrong; changes nothing."""
    async with connected(dsn) as connection:
        check = await check_of(connection)
    found = read(settings)
    if check is not None and not found:
        raise Unavailable(_MISSING, name=FILE, file=place(settings))
    if check is not None and not opens(Keys(found), check):
        raise Unavailable(_OTHER, place=_where(settings))


async def _begin(settings: Settings, connection: DatabaseConnection) -> None:
    found = read(settings)
    if not found:
        write(place(settings), found := [new()])
        log.info("made the key of this installation; keep a copy of it elsewhere", file=str(place(settings)))
    keys = Keys(found)
    await seal_all(connection, keys, lambda _place, _row, value: value)
    await put_check(connection, keys)


async def seal_all(
    connection: DatabaseConnection, keys: Keys, opened: Callable[[str, RowKey, bytes], bytes]
) -> int:
    count = 0
    for table, column, known_by in SEALED:
        name = f"{table}.{column}"
        rows = await connection.fetch(
            f"select ctid, {known_by} as row, {column} as value from {table} for update"
        )
        for row in rows:
            value = bytes(row["value"])
            try:
                sealed = keys.seal(name, row["row"], opened(name, row["row"], value))
            except CannotOpen:
                continue
            await connection.execute(
                f"update {table} set {column} = $1 where ctid = $2",
                sealed,
                row["ctid"],
            )
            count += 1
    return count


async def put_check(connection: DatabaseConnection, keys: Keys) -> None:
    sealed = keys.seal(_CHECK_PLACE, _CHECK, datetime.now(UTC).isoformat().encode())
    await connection.execute("insert into secrets (name, value) values ($1, $2)", _CHECK, sealed)


async def check_of(connection: DatabaseConnection) -> bytes | None:
    if await connection.fetchval("select to_regclass('public.secrets')") is None:
        return None
    found: bytes | None = await connection.fetchval("select value from secrets where name = $1", _CHECK)
    return found


def opens(keys: Keys, check: bytes) -> bool:
    try:
        keys.open(_CHECK_PLACE, _CHECK, check)
    except CannotOpen:
        return False
    return True


def _where(settings: Settings) -> str:
    return "in WEETWIE_SECRET_KEY" if settings.secret_key else f"in {place(settings)}"


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[DatabaseConnection]:
    connection = await connect(dsn, statement_cache_size=0)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def alone(connection: DatabaseConnection) -> AsyncIterator[None]:
    """In one transaction that no other program of this installation enters meanwhile."""
    async with connection.transaction():
        await connection.execute(f"select pg_advisory_xact_lock({_LOCK})")
        yield
