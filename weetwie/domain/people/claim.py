"""Somebody who came with an import joins, by an address that has been shown to be theirs."""

from msgspec.structs import replace
from sqlalchemy import BigInteger, Boolean, DateTime, LargeBinary, SmallInteger, Text, func, select, update

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import there_is
from weetwie.domain.people import create
from weetwie.domain.people.rules import Newcomer
from weetwie.errors import Conflict, _, or_not_found
from weetwie.events import PersonJoined, audit, record
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.identity import Address
from weetwie.tables.people import Person
from weetwie.text.signs import visible

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

_HANDLE = param("handle", Text)
_other = aliased(Person)
_IS_TAKEN = Query(
    select(
        there_is(
            _other, func.folded(_other.handle) == func.folded(_HANDLE), _other.id != param("id", BigInteger)
        )
    )
)
_CLAIM = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger), Person.has_joined.is_(False), Person.erased_at.is_(None))
    .values(
        has_joined=True,
        may_rank=True,
        is_bot=False,
        handle=_HANDLE,
        name=func.coalesce(func.nullif(param("name", Text), ""), Person.name),
        standing=param("standing", SmallInteger),
        sponsor_id=param("sponsor_id", BigInteger),
        until=param("until", DateTime(timezone=True)),
        is_admin=param("is_admin", Boolean),
        joined_at=param("now", DateTime(timezone=True)),
        version=Person.version + 1,
    )
    .returning(Person.id)
)


async def claimable(db: Db, address_hash: bytes) -> int | None:
    """The person who has not joined and whose address this is (its keyed hash)."""
    person_id: int | None = await db.value(_CLAIMABLE, address_hash=address_hash)
    return person_id


async def claim(db: Db, viewer: Viewer, person_id: int, newcomer: Newcomer) -> int:
    """They have joined from now on, as the newcomer says, with all that was brought in as theirs. The address must have
    been verified.

    Raises NotFound when there is nobody to claim (any more), Conflict when the handle is somebody else's.
    """
    newcomer = replace(newcomer, handle=visible(newcomer.handle))
    await create.check(db, viewer, newcomer)
    if await db.value(_IS_TAKEN, handle=newcomer.handle, id=person_id):
        raise Conflict(_("The username {handle} is taken."), handle=newcomer.handle)
    or_not_found(
        await db.value(
            _CLAIM,
            id=person_id,
            handle=newcomer.handle,
            name=newcomer.name,
            standing=int(newcomer.standing),
            sponsor_id=newcomer.sponsor_id,
            until=newcomer.until,
            is_admin=newcomer.is_admin,
            now=clock.now(),
        )
    )
    await record(db, viewer, PersonJoined(person_id))
    await audit(db, viewer, "person.claim", person_id)
    return person_id
