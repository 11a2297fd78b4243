"""Somebody who came with an import signs in for the first time, by an address that they have shown to be theirs."""

from sqlalchemy import BigInteger, DateTime, LargeBinary, select, update

from weetwie.access import may
from weetwie.access.viewer import Viewer
from weetwie.errors import Forbidden, NotFound
from weetwie.events import PersonJoined, audit, record
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.identity import Address
from weetwie.tables.people import Person

_CLAIMABLE = Query(
    select(Person.id)
    .join(Address, Address.person_id == Person.id)
    .where(
        Address.address_hash == param("address_hash", LargeBinary),
        Person.has_joined.is_(False),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
)

_CLAIM = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger), Person.has_joined.is_(False), Person.erased_at.is_(None))
    .values(
        has_joined=True,
        may_rank=True,
        joined_at=param("now", DateTime(timezone=True)),
        version=Person.version + 1,
    )
    .returning(Person.id)
)


async def claimable(db: Db, address_hash: bytes) -> int | None:
    """The person who has not joined and whose address this is (its keyed hash)."""
    person_id: int | None = await db.value(_CLAIMABLE, address_hash=address_hash)
    return person_id


async def claim(db: Db, viewer: Viewer, person_id: int) -> int:
    """They have joined from now on, with all that was brought in as theirs. The address must have been verified.

    Raises NotFound when there is nobody to claim (any more).
    """
    if not may.administer(viewer, clock.now()):
        raise Forbidden
    claimed = await db.value(_CLAIM, id=person_id, now=clock.now())
    if claimed is None:
        raise NotFound
    await record(db, viewer, PersonJoined(person_id))
    await audit(db, viewer, "person.claim", person_id)
    return person_id
