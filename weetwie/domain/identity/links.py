"""Links that are good for once: to make the first administrator, to set a password, to sign in, to stay in touch, to show that an
address is one's own."""

import secrets
from datetime import timedelta
from typing import Final, Literal

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, insert, select, update

from weetwie.access.authenticate import credential_hash
from weetwie.database.pool import Db, Query, Record, param
from weetwie.errors import NotFound, _
from weetwie.runtime import clock
from weetwie.tables.identity import SignInLink

Purpose = Literal[
    "first-admin", "set-password", "farewell", "sign-in", "address", "own-address", "stay", "appeal"
]

LASTS: Final[dict[Purpose, timedelta]] = {
    "first-admin": timedelta(days=1),
    "set-password": timedelta(days=3),
    "farewell": timedelta(days=60),
    "sign-in": timedelta(minutes=15),
    "address": timedelta(days=3),
    "own-address": timedelta(days=3),
    "stay": timedelta(days=60),
    "appeal": timedelta(days=60),
}

_GONE = _("This link has been used or has expired. Ask for a new one.")

_MAKE = Query(
    insert(SignInLink).values(
        token_hash=param("hash", LargeBinary),
        purpose=param("purpose", Text),
        person_id=param("person_id", BigInteger),
        address=param("address", Text),
        created_at=param("at", DateTime(timezone=True)),
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
)
_OTHERS = (
    SignInLink.purpose == param("purpose", Text),
    SignInLink.person_id.is_not_distinct_from(param("person_id", BigInteger)),
)
_DROP = Query(delete(SignInLink).where(*_OTHERS))
_GOOD = (
    SignInLink.token_hash == param("hash", LargeBinary),
    SignInLink.purpose == param("purpose", Text),
    SignInLink.used_at.is_(None),
    SignInLink.expires_at > param("at", DateTime(timezone=True)),
)
_LOOK = Query(select(SignInLink.purpose, SignInLink.person_id, SignInLink.address).where(*_GOOD))
_USE = Query(
    update(SignInLink)
    .where(*_GOOD)
    .values(used_at=param("at", DateTime(timezone=True)))
    .returning(SignInLink.purpose, SignInLink.person_id, SignInLink.address)
)
_SWEEP = Query(delete(SignInLink).where(SignInLink.expires_at < param("at", DateTime(timezone=True))))


class OneTimeLink(msgspec.Struct, frozen=True):
    purpose: Purpose
    person_id: int | None
    address: str | None


async def make(
    db: Db,
    purpose: Purpose,
    person_id: int | None = None,
    *,
    lasts: timedelta | None = None,
    address: str | None = None,
) -> str:
    """The token that stands in the link; an older link of the same kind for the same person is no longer good."""
    token = secrets.token_urlsafe(32)
    at = clock.now()
    await db.run(_DROP, purpose=purpose, person_id=person_id)
    await db.run(
        _MAKE,
        hash=credential_hash(token),
        purpose=purpose,
        person_id=person_id,
        address=address,
        at=at,
        expires_at=at + (lasts or LASTS[purpose]),
    )
    return token


async def look(db: Db, purpose: Purpose, token: str) -> OneTimeLink:
    """What a link is good for, without using it. Raises NotFound."""
    return _link(await db.row(_LOOK, hash=credential_hash(token), purpose=purpose, at=clock.now()))


async def use(db: Db, purpose: Purpose, token: str) -> OneTimeLink:
    """Raises NotFound for one that is not, or no longer, good."""
    return _link(await db.row(_USE, hash=credential_hash(token), purpose=purpose, at=clock.now()))


async def sweep(db: Db) -> int:
    """For the schedule."""
    return await db.run(_SWEEP, at=clock.now())


def _link(row: Record | None) -> OneTimeLink:
    if row is None:
        raise NotFound(_GONE)
    return OneTimeLink(*row)
