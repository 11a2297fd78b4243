"""A person is suspended: nobody sees what they wrote and they see what strangers see, until it is lifted."""

from sqlalchemy import BigInteger, DateTime, select, update

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Record, param
from weetwie.domain.people import roles
from weetwie.errors import Conflict, Forbidden, _, or_not_found
from weetwie.events import PersonSuspended, PersonUnsuspended, audit, record
from weetwie.runtime import clock
from weetwie.tables.people import Person

_SUSPENDED_AT = Query(
    select(Person.suspended_at)
    .where(Person.id == param("id", BigInteger), Person.erased_at.is_(None))
    .with_for_update(key_share=True)
)

_SET = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger))
    .values(suspended_at=param("suspended_at", DateTime(timezone=True)), version=Person.version + 1)
)


async def suspend(db: Db, viewer: Viewer, person_id: int) -> None:
    row = await _locked(db, viewer, person_id)
    if row["suspended_at"] is not None:
        raise Conflict(_("This person is already suspended."))
    await db.run(_SET, id=person_id, suspended_at=clock.now())
    await record(db, viewer, PersonSuspended(person_id))
    await audit(db, viewer, "person.suspend", person_id)


async def make_sure(db: Db, viewer: Viewer, person_id: int) -> None:
    """Suspends, unless they are suspended already."""
    row = await _locked(db, viewer, person_id)
    if row["suspended_at"] is None:
        await suspend(db, viewer, person_id)


async def unsuspend(db: Db, viewer: Viewer, person_id: int) -> None:
    row = await _locked(db, viewer, person_id)
    if row["suspended_at"] is None:
        raise Conflict(_("This person isn't suspended."))
    await db.run(_SET, id=person_id, suspended_at=None)
    await record(db, viewer, PersonUnsuspended(person_id))
    await audit(db, viewer, "person.unsuspend", person_id)


async def _locked(db: Db, viewer: Viewer, person_id: int) -> Record:
    if not (permissions.moderate(viewer, clock.now()) or permissions.look_after_people(viewer, clock.now())):
        raise Forbidden
    if viewer.person_id == person_id:
        raise Forbidden(_("You can't suspend yourself."))
    await roles.check_over(db, viewer, person_id)
    return or_not_found(await db.row(_SUSPENDED_AT, id=person_id))
