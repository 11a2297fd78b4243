"""Addresses of people who came with an import, kept for some days because somebody wants to invite them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, case, column, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.domain.identity.addresses import hash_key, hashed
from weetwie.runtime import clock
from weetwie.tables.identity import Address
from weetwie.tables.people import Person

DAYS: Final = 30
_given = (
    func.unnest(
        param("hashes", ARRAY(LargeBinary)),
        param("people", ARRAY(BigInteger)),
        param("addresses", ARRAY(Text)),
    )
    .table_valued(column("hash", LargeBinary), column("person_id", BigInteger), column("address", Text))
    .render_derived()
)
_KEEP = Query(
    update(Address)
    .where(
        Address.address_hash == _given.c.hash,
        Address.person_id == _given.c.person_id,
        Address.is_verified.is_(False),
    )
    .values(address=_given.c.address, kept_until=param("until", DateTime(timezone=True)))
)
_to_invite = (
    Address.kept_until > param("now", DateTime(timezone=True)),
    Address.address.is_not(None),
    Person.has_joined.is_(False),
    Person.suspended_at.is_(None),
    Person.erased_at.is_(None),
)
_COUNT = Query(
    select(
        Person.unit,
        func.count().filter(Address.invited_at.is_(None)).label("waiting"),
        func.count(Address.invited_at).label("invited"),
    )
    .join(Address, Address.person_id == Person.id)
    .where(*_to_invite)
    .group_by(Person.unit)
    .order_by(Person.unit)
)
_NEXT = Query(
    select(Address.id, Address.person_id, Address.address)
    .join(Person, Person.id == Address.person_id)
    .where(*_to_invite, Address.invited_at.is_(None), Person.unit == func.any(param("units", ARRAY(Text))))
    .order_by(Person.id)
    .limit(param("limit", BigInteger))
    .with_for_update(of=Address, skip_locked=True)
)
_INVITED = Query(
    update(Address)
    .where(Address.id == func.any(param("ids", ARRAY(BigInteger))))
    .values(invited_at=param("now", DateTime(timezone=True)))
)
_SWEEP = Query(
    update(Address)
    .where(Address.kept_until <= param("now", DateTime(timezone=True)))
    .values(address=case((Address.is_verified, Address.address)), kept_until=None)
)


async def keep(db: Db, _: Viewer, known: Mapping[int, str]) -> None:
    """Beside their hashes, where these are here."""
    key, until = await hash_key(db), clock.now() + timedelta(days=DAYS)
    await db.run(
        _KEEP,
        hashes=[hashed(key, address) for address in known.values()],
        people=list(known),
        addresses=list(known.values()),
        until=until,
    )


class UnitToInvite(msgspec.Struct, frozen=True):
    """How many of a unit came with an import, have not joined, and left an address."""

    unit: str
    """Empty for those of whom none is known."""
    waiting: int
    invited: int


class KeptAddress(msgspec.Struct, frozen=True):
    id: int
    person_id: int
    address: str


async def units(db: Db, viewer: Viewer) -> list[UnitToInvite]:
    """Raises Forbidden."""
    allowed.check(viewer, permissions.look_after_people)
    return structs(UnitToInvite, await db.rows(_COUNT, now=clock.now()))


async def take(db: Db, viewer: Viewer, units: Sequence[str], limit: int) -> list[KeptAddress]:
    """Some of these units who have not been invited; they count as invited from now on. Raises Forbidden."""
    allowed.check(viewer, permissions.look_after_people)
    now = clock.now()
    found = structs(KeptAddress, await db.rows(_NEXT, units=list(units), limit=limit, now=now))
    await db.run(_INVITED, ids=[one.id for one in found], now=now)
    return found


async def sweep(db: Db) -> None:
    """By the clock."""
    await db.run(_SWEEP, now=clock.now())
