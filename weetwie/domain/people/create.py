"""A person comes: from then on they can sign in and write, with nothing left to confirm."""

from msgspec.structs import replace
from sqlalchemy import BigInteger, Boolean, DateTime, SmallInteger, Text, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.people import rules
from weetwie.domain.people.rules import Newcomer
from weetwie.errors import Conflict, Forbidden, Invalid, _
from weetwie.events import PersonJoined, audit, record
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.text.signs import visible

_IS_MEMBER = Query(
    select(Person.id).where(
        Person.id == param("id", BigInteger),
        Person.standing == int(Standing.member),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
)

_CREATE = Query(
    insert(Person)
    .values(
        handle=param("handle", Text),
        name=param("name", Text),
        standing=param("standing", SmallInteger),
        sponsor_id=param("sponsor_id", BigInteger),
        until=param("until", DateTime(timezone=True)),
        is_admin=param("is_admin", Boolean),
        profile_ring=param("profile_ring", SmallInteger),
    )
    .on_conflict_do_nothing()
    .returning(Person.id)
)


async def create(db: Db, viewer: Viewer, newcomer: Newcomer) -> int:
    """Returns the id of the new person. Raises Conflict when the handle is taken."""
    newcomer = replace(newcomer, handle=visible(newcomer.handle))
    await check(db, viewer, newcomer)
    person_id = await db.value(
        _CREATE,
        handle=newcomer.handle,
        name=newcomer.name,
        standing=int(newcomer.standing),
        sponsor_id=newcomer.sponsor_id,
        until=newcomer.until,
        is_admin=newcomer.is_admin,
        profile_ring=int(viewer.policy.default_profile_ring),
    )
    if person_id is None:
        raise Conflict(_("The username {handle} is taken."), handle=newcomer.handle)
    await record(db, viewer, PersonJoined(person_id))
    await audit(db, viewer, "person.create", person_id)
    return int(person_id)


async def check(db: Db, viewer: Viewer, newcomer: Newcomer) -> None:
    """Whether a person may come so. Raises Forbidden or Invalid."""
    if not permissions.look_after_people(viewer, clock.now()):
        raise Forbidden(_("Only administrators can add people."))
    if newcomer.is_admin and not permissions.administer(viewer, clock.now()):
        raise Forbidden(_("Only an administrator can make someone an administrator."))
    rules.check_newcomer(newcomer, viewer.policy, clock.now())
    if newcomer.sponsor_id is not None and await db.value(_IS_MEMBER, id=newcomer.sponsor_id) is None:
        raise Invalid(_("A guest's host must be a colleague."), field="sponsor")
