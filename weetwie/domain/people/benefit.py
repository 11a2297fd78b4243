"""Whether somebody wants it worked out what Weetwie brought them, and whether they have taken the tour."""

from sqlalchemy import BigInteger, Boolean, update

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.tables.people import Person


async def choose_benefit(db: Db, viewer: Viewer, *, sees: bool) -> None:
    await db.run(_CHOOSE, id=viewer.person_id, sees=sees)


async def end_tour(db: Db, viewer: Viewer) -> None:
    """It is not offered again."""
    await db.run(_TOURED, id=viewer.person_id)


_ID = param("id", BigInteger)
_CHOOSE = Query(
    update(Person)
    .where(Person.id == _ID)
    .values(sees_benefit=param("sees", Boolean), version=Person.version + 1)
)
_TOURED = Query(
    update(Person)
    .where(Person.id == _ID, ~Person.has_toured)
    .values(has_toured=True, version=Person.version + 1)
)
