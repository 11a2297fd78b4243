"""That somebody's filters are others now: who is remembered as viewer learns it by the version."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, case, literal, select, update

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import FiltersChanged
from weetwie.tables.filters import Filter
from weetwie.tables.people import Person

_CHANGED = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger))
    .values(
        version=Person.version + 1,
        filters_version=case(
            (select(literal(1)).where(Filter.owner_id == Person.id).exists(), Person.version + 1), else_=0
        ),
    )
)


async def changed(db: Db, viewer: Viewer, facts: Sequence[FiltersChanged]) -> None:
    for fact in facts:
        await db.run(_CHANGED, id=fact.person_id)
