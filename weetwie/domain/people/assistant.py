"""The account of the installation itself: there from the first start, a bot, in no list, found for nothing."""

from sqlalchemy import BigInteger, SmallInteger, Text, exists, func, insert, select, update

from weetwie.access.enums import Ring, Standing
from weetwie.access.policy import Policy
from weetwie.database.pool import Db, Query, param
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person


async def stand_ready(db: Db, policy: Policy) -> int | None:
    """Makes it, or gives it the name that was chosen; None where the organisation wants none or the name is somebody's."""
    known = await person_id(db)
    if not policy.assistant or await db.value(_IS_TAKEN, handle=policy.assistant):
        return known
    if known is None:
        # Processes that start at once on an empty database make it once.
        await db.value(_ALONE)
        known = await person_id(db)
    if known is not None:
        await db.run(_RENAME, id=known, handle=policy.assistant)
        return known
    made: int = await db.value(_MAKE, handle=policy.assistant, name=policy.name, ring=int(Ring.network))
    return made


async def person_id(db: Db) -> int | None:
    found: int | None = await db.value(_SERVICE)
    return found


_ALONE = Query(select(func.pg_advisory_xact_lock(7_305_195)))
_HANDLE = param("handle", Text)
_SERVICE = Query(select(Person.id).where(Person.is_service).order_by(Person.id).limit(1))
_other = aliased(Person)
_IS_TAKEN = Query(
    select(exists().where(func.folded(_other.handle) == func.folded(_HANDLE), ~_other.is_service))
)
_RENAME = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger), Person.handle != _HANDLE)
    .values(handle=_HANDLE, version=Person.version + 1)
)
_MAKE = Query(
    insert(Person)
    .values(
        handle=_HANDLE,
        name=param("name", Text),
        standing=int(Standing.member),
        profile_ring=param("ring", SmallInteger),
        is_service=True,
        is_bot=True,
        may_rank=False,
        has_joined=False,
        is_discoverable=False,
    )
    .returning(Person.id)
)
