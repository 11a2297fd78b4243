"""Each person says whether they stand in who-knows-what, and whether it looks at who is near to them."""

from sqlalchemy import BigInteger, Boolean, select, update

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import RankingChosen, record
from weetwie.tables.people import Person


async def choose_ranking(db: Db, viewer: Viewer, *, may_rank: bool) -> None:
    """Out: from the next question on nobody finds them, and nothing they wrote counts."""
    allowed.check(viewer, permissions.act)
    if await db.run(_CHOOSE, id=viewer.person_id, may_rank=may_rank):
        await record(db, viewer, RankingChosen(viewer.person_id))


async def choose_near(db: Db, viewer: Viewer, *, finds_near: bool) -> None:
    """Whether who answered them before, or found good what they wrote, comes first when they ask."""
    allowed.check(viewer, permissions.act)
    await db.run(_CHOOSE_NEAR, id=viewer.person_id, finds_near=finds_near)


async def finds_near(db: Db, viewer: Viewer) -> bool:
    return bool(await db.value(_FINDS_NEAR, id=viewer.person_id))


async def is_ranked(db: Db, viewer: Viewer) -> bool:
    return bool(await db.value(_IS_RANKED, id=viewer.person_id))


_ID = param("id", BigInteger)
_CHOOSE = Query(
    update(Person)
    .where(Person.id == _ID, Person.may_rank != param("may_rank", Boolean))
    .values(may_rank=param("may_rank", Boolean), version=Person.version + 1)
)
_IS_RANKED = Query(select(Person.may_rank).where(Person.id == _ID))
_CHOOSE_NEAR = Query(update(Person).where(Person.id == _ID).values(finds_near=param("finds_near", Boolean)))
_FINDS_NEAR = Query(select(Person.finds_near).where(Person.id == _ID))
