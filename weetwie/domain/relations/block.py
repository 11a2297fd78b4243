"""Block and unblock: two people who no longer see what the other writes."""

from sqlalchemy import BigInteger, delete, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.domain.relations import follow, pair
from weetwie.events import PersonBlocked, record
from weetwie.tables.people import Person
from weetwie.tables.relations import Block
from weetwie.views.numbered import Numbered, NumberedList

_BLOCK = Query(
    insert(Block)
    .values(blocker_id=param("blocker_id", BigInteger), blocked_id=param("blocked_id", BigInteger))
    .on_conflict_do_nothing()
)

_UNBLOCK = Query(
    delete(Block).where(
        Block.blocker_id == param("blocker_id", BigInteger),
        Block.blocked_id == param("blocked_id", BigInteger),
    )
)

_BLOCKS = NumberedList(
    lambda viewer_sql: (
        select(Block.number, Block.blocked_id.label("id"))
        .join(Person, Person.id == Block.blocked_id)
        .where(Block.blocker_id == viewer_sql.id, visibility.person(viewer_sql))
    )
)


async def block(db: Db, viewer: Viewer, person_id: int) -> None:
    """Ends all follows and requests between the two."""
    await pair.hold(db, viewer, person_id)
    if await db.run(_BLOCK, blocker_id=viewer.person_id, blocked_id=person_id):
        await follow.part(db, viewer, viewer.person_id, person_id)
        await record(db, viewer, PersonBlocked(viewer.person_id, person_id))


async def unblock(db: Db, viewer: Viewer, person_id: int) -> None:
    await pair.hold(db, viewer, person_id)
    await db.run(_UNBLOCK, blocker_id=viewer.person_id, blocked_id=person_id)


async def blocks(db: Db, viewer: Viewer, page: Page) -> list[Numbered]:
    """Whom the viewer blocks, the latest first."""
    return await _BLOCKS.page(db, viewer, page)
