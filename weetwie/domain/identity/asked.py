"""Somebody who cannot sign in asks for an email. Whether there is anybody of that name is never told."""

import hashlib
import hmac
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, case, func, insert, select

from weetwie.access.enums import Standing
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import sign_in
from weetwie.domain.identity.keys import key
from weetwie.errors import TooMany
from weetwie.runtime import clock
from weetwie.security.client_address import place_of
from weetwie.tables.identity import Address, SignInAttempt
from weetwie.tables.people import Person

MOST_FOR_ONE: Final = 3
"""Emails in an hour to one person: each of them reaches its owner, so nobody is kept out by somebody who asks for them."""
MOST_FROM_ONE_PLACE: Final = 30
_HOUR: Final = timedelta(hours=1)

_ABOUT = SignInAttempt.about == param("about", LargeBinary)
_COUNT = Query(select(func.count()).where(_ABOUT, SignInAttempt.at > param("since", DateTime(timezone=True))))
_NOTE = Query(
    insert(SignInAttempt).values(about=param("about", LargeBinary), at=param("at", DateTime(timezone=True)))
)
# The mailbox at work is dead, or somebody else's, once one has left: then one's own goes first.
_VERIFIED = Query(
    select(Address.address)
    .join(Person, Person.id == Address.person_id)
    .where(
        Address.person_id == param("person_id", BigInteger),
        Address.is_verified,
        Address.unreachable_at.is_(None),
        Address.address.is_not(None),
    )
    .order_by(
        case(
            (Person.standing == int(Standing.alumnus), Address.is_personal.is_(False)),
            else_=Address.is_personal,
        ),
        Address.id,
    )
    .limit(1)
)


class Asker(msgspec.Struct, frozen=True):
    person_id: int
    address: str


async def asked(db: Db, name: str, client_address: str) -> Asker | None:
    """Who it is and where an email reaches them. Raises TooMany for a place that asks again and again."""
    await check_place(db, client_address)
    person_id = await sign_in.named(db, name)
    if person_id is None or await _count(db, f"ask for {person_id}") > MOST_FOR_ONE:
        return None
    address = await reached_at(db, person_id)
    return Asker(person_id, address) if address else None


async def check_place(db: Db, client_address: str) -> None:
    """Counts this time too. Raises TooMany for a place that asks again and again."""
    if await _count(db, f"ask from {place_of(client_address)}") > MOST_FROM_ONE_PLACE:
        raise TooMany(retry_after=int(_HOUR.total_seconds()))


async def reached_at(db: Db, person_id: int) -> str | None:
    """An address of which they have shown that it is theirs: while they are here at work, afterwards their own."""
    address: str | None = await db.value(_VERIFIED, person_id=person_id)
    return address


async def _count(db: Db, about: str) -> int:
    """How often it was asked within the hour, this time too."""
    digest = hmac.digest(await key(db, "sign-in"), about.encode(), hashlib.sha256)
    now = clock.now()
    await db.run(_NOTE, about=digest, at=now)
    return int(await db.value(_COUNT, about=digest, since=now - _HOUR))
