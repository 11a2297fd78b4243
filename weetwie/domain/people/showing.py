"""That a profile shows other topics now: who keeps it in memory learns it by the version."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, func, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import TopicsChanged
from weetwie.tables.people import Person

_CHANGED = Query(
    update(Person)
    .where(Person.id == func.any(param("ids", ARRAY(BigInteger))))
    .values(version=Person.version + 1)
)


async def changed(db: Db, viewer: Viewer, facts: Sequence[TopicsChanged]) -> None:
    await db.run(_CHANGED, ids=[fact.person_id for fact in facts])
