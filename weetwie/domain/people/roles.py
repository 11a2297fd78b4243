"""Who administers."""

from sqlalchemy import BigInteger, Boolean, update

from weetwie.access import may
from weetwie.access.viewer import Viewer
from weetwie.access.words import Standing
from weetwie.errors import Forbidden
from weetwie.events import audit
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.people import Person

_CHANGE = Query(
    update(Person)
    .where(
        Person.id == param("id", BigInteger),
        Person.is_admin != param("is_admin", Boolean),
        Person.standing != int(Standing.guest),
        Person.erased_at.is_(None),
    )
    .values(is_admin=param("is_admin", Boolean), version=Person.version + 1)
)


async def administer(db: Db, viewer: Viewer, person_id: int, *, is_admin: bool) -> None:
    """Makes somebody an administrator, or no longer one; never a guest. Raises Forbidden."""
    if not may.administer(viewer, clock.now()):
        raise Forbidden
    if await db.run(_CHANGE, id=person_id, is_admin=is_admin):
        await audit(db, viewer, "person.make_admin" if is_admin else "person.unmake_admin", person_id)
