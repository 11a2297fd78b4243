"""Who has this handle."""

from collections.abc import Iterable

from sqlalchemy import Text, any_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import NotFound
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.text.signs import visible
from weetwie.views import people as seen_people

# Asked about all the same, so that a handle that nobody has costs the statements of one whom the viewer does not see.
_NOBODY = 0
_BY_HANDLE = Query(select(Person.id).where(func.folded(Person.handle) == func.folded(param("handle", Text))))


_BY_HANDLES = Query(
    select(Person.id, func.folded(Person.handle).label("handle")).where(
        func.folded(Person.handle) == any_(param("handles", ARRAY(Text)))
    )
)


async def lookup(db: Db, viewer: Viewer, handle: str) -> int:
    """The id. Raises NotFound for nobody and for whom the viewer does not see."""
    person_id = await db.value(_BY_HANDLE, handle=visible(handle))
    if viewer.is_system:
        if person_id is None:
            raise NotFound
        return int(person_id)
    if viewers.ring(viewer, clock.now()) is Ring.world:
        # Strangers cannot find out by trying names who writes here: only an open profile answers to its handle.
        if not await seen_people.people(db, viewer, [person_id or _NOBODY]):
            raise NotFound
    else:
        await seen_people.person(db, viewer, person_id or _NOBODY)
    assert person_id is not None, "nobody is not seen"
    return int(person_id)


async def lookup_all(db: Db, viewer: Viewer, handles: Iterable[str]) -> dict[str, int]:
    """Those of them whom the viewer sees, be it only their card; by handle in lower case."""
    asked = sorted({handle.lower() for handle in handles})
    found = {row["id"]: row["handle"] for row in await db.rows(_BY_HANDLES, handles=asked)}
    seen = await seen_people.cards(db, viewer, found)
    return {found[person.id]: person.id for person in seen}
