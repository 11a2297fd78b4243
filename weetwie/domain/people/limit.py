"""A person is limited: what they write reaches their followers and those whom they write to, nobody else, until it is lifted."""

from sqlalchemy import BigInteger, Boolean, update

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.people import roles
from weetwie.errors import or_not_found
from weetwie.events import PersonChanged, audit, record
from weetwie.tables.people import Person

_SET = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger), Person.erased_at.is_(None))
    .values(is_limited=param("is_limited", Boolean), version=Person.version + 1)
    .returning(Person.id)
)


async def limit(db: Db, viewer: Viewer, person_id: int, *, is_limited: bool = True) -> None:
    """Raises Forbidden and NotFound."""
    allowed.check(viewer, permissions.moderate)
    await roles.check_over(db, viewer, person_id)
    or_not_found(await db.value(_SET, id=person_id, is_limited=is_limited))
    await record(db, viewer, PersonChanged(person_id))
    await audit(db, viewer, "person.limit" if is_limited else "person.unlimit", person_id)
