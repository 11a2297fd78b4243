"""Addresses of people who came with an import, kept for some days because somebody wants to invite them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, case, column, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
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
_KEPT = Query(
    select(Address.person_id, Address.address)
    .join(Person, Person.id == Address.person_id)
    .where(
        Address.kept_until > param("now", DateTime(timezone=True)),
        Address.address.is_not(None),
        Person.has_joined.is_(False),
        Person.erased_at.is_(None),
        Address.person_id == func.any(param("people", ARRAY(BigInteger))),
    )
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


async def kept(db: Db, people: list[int]) -> dict[int, str]:
    """Of those of them who have not joined."""
    rows = await db.rows(_KEPT, people=people, now=clock.now())
    return {row["person_id"]: row["address"] for row in rows}


async def sweep(db: Db) -> None:
    """By the clock."""
    await db.run(_SWEEP, now=clock.now())
