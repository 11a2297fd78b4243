"""A step from one standing to another: the row is locked, the rule decides, the row changes."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, DateTime, SmallInteger, case, select, update

from weetwie.access import allowed, permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.people import roles, rules
from weetwie.domain.people.rules import Verb
from weetwie.errors import or_not_found
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.people import Person

_STANDING = Query(
    select(Person.standing, Person.is_dormant, Person.left_at)
    .where(Person.id == param("id", BigInteger), Person.erased_at.is_(None))
    .with_for_update(key_share=True)
)

_STEP = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger))
    .values(
        standing=param("standing", SmallInteger),
        is_dormant=param("is_dormant", Boolean),
        left_at=param("left_at", DateTime(timezone=True)),
        # An end that was set is reached or void; only guests always have one.
        until=case((param("standing", SmallInteger) == int(Standing.guest), Person.until)),
        # Whoever leaves hands in the keys, and does not find them again when they wake or come back.
        is_admin=Person.is_admin & param("keeps_roles", Boolean),
        is_people_admin=Person.is_people_admin & param("keeps_roles", Boolean),
        is_moderator=Person.is_moderator & param("keeps_roles", Boolean),
        is_compliance=Person.is_compliance & param("keeps_roles", Boolean),
        version=Person.version + 1,
    )
)


async def take(db: Db, viewer: Viewer, person_id: int, verb: Verb) -> None:
    """Raises Conflict where the verb leads nowhere from where the person stands."""
    allowed.check(viewer, permissions.look_after_people)
    await roles.check_over(db, viewer, person_id)
    row = or_not_found(await db.row(_STANDING, id=person_id))
    standing, is_dormant = rules.step(Standing(row["standing"]), row["is_dormant"], verb)
    await db.run(
        _STEP,
        id=person_id,
        standing=int(standing),
        is_dormant=is_dormant,
        left_at=_left_at(verb, row["left_at"]),
        keeps_roles=verb != "leave",
    )
    await audit(db, viewer, f"person.{verb}", person_id)


def _left_at(verb: Verb, before: datetime | None) -> datetime | None:
    if verb == "leave":
        return clock.now()
    return before if verb in ("wake", "sleep") else None
