"""Passwords: hashed with argon2id in threads of their own, so that nothing else waits for them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, DateTime, Text, delete, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import account, rules
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.identity import Password

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Two at a time, so that a rush of sign-ins takes 38 MiB at most.
_THREADS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")


@dataclass(frozen=True)
class Cost:
    """What it takes to make a hash, and to try one."""

    rounds: int
    kibibytes: int


# OWASP's first setting for argon2id that fits 19 MiB.
STRONG: Final = Cost(rounds=2, kibibytes=19_456)
cost = STRONG
"""Tests set a lower one: thousands of them sign in."""

_SET = insert(Password).values(
    person_id=param("person_id", BigInteger),
    hash=param("hash", Text),
    changed_at=param("at", DateTime(timezone=True)),
)
_SET_QUERY = Query(
    _SET.on_conflict_do_update(
        index_elements=[Password.person_id],
        set_={"hash": _SET.excluded.hash, "changed_at": _SET.excluded.changed_at},
    )
)
_HASH = Query(select(Password.hash).where(Password.person_id == param("person_id", BigInteger)))
_CHANGED_AT = Query(select(Password.changed_at).where(Password.person_id == param("person_id", BigInteger)))
_FORGET = Query(delete(Password).where(Password.person_id == param("person_id", BigInteger)))


async def hashed(password: str) -> str:
    """The hash of a new password. Slow on purpose: call it outside of a transaction. Raises Invalid for a bad one."""
    rules.check_password(password)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _hashed, password)


async def fits(hash: str | None, password: str) -> bool:
    """Whether it is the password. Takes as long for None, where there is none."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _fits, hash or nobodys(), password)


async def put(db: Db, viewer: Viewer, person_id: int, hash: str, *, notifies: bool = True) -> None:
    """Gives a person a new password, hashed before. Nobody needs a notice of the password that they choose when they join, nor of
    that of the sample company."""
    await db.run(_SET_QUERY, person_id=person_id, hash=hash, at=clock.now())
    if notifies:
        await account.changed(db, viewer, "password.set", person_id)
    else:
        await audit(db, viewer, "password.set", person_id)


async def hash_of(db: Db, person_id: int) -> str | None:
    hash: str | None = await db.value(_HASH, person_id=person_id)
    return hash


async def changed_at(db: Db, person_id: int) -> datetime | None:
    at: datetime | None = await db.value(_CHANGED_AT, person_id=person_id)
    return at


async def forget(db: Db, person_id: int) -> None:
    await db.run(_FORGET, person_id=person_id)


def nobodys() -> str:
    """A hash that no password fits. It is tried where there is nobody, so that an unknown name takes as long as a known one."""
    return f"$argon2id$v=19$m={cost.kibibytes},t={cost.rounds},p=1$c29tZSBzYWx0IHRvIHRhc3Rl${43 * 'A'}"


@cache
def _hasher(cost: Cost) -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=cost.rounds, memory_cost=cost.kibibytes, parallelism=1)


def _hashed(password: str) -> str:
    return _hasher(cost).hash(_bytes(password))


def _fits(hash: str, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError

    if len(password) > rules.LONGEST_PASSWORD:
        password = ""
    try:
        return _hasher(cost).verify(hash, _bytes(password))
    except (Argon2Error, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
