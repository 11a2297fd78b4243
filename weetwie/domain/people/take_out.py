"""People who came with an import and never joined are taken out again."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow

_ids = param("ids", ARRAY(BigInteger))

_GOING = Query(
    select(Person.id)
    .where(Person.id == func.any(_ids), Person.has_joined.is_(False))
    .order_by(Person.id)
    .with_for_update()
)

_lost = (
    select(Follow.follower_id, func.count().label("count"))
    .where(Follow.followed_id == func.any(_ids), Follow.follower_id != func.all(_ids))
    .group_by(Follow.follower_id)
    .subquery()
)
_COUNT_FOLLOWING = Query(
    update(Person)
    .where(Person.id == _lost.c.follower_id)
    .values(following_count=func.greatest(Person.following_count - _lost.c.count, 0))
)

_won = (
    select(Follow.followed_id, func.count().label("count"))
    .where(Follow.follower_id == func.any(_ids), Follow.followed_id != func.all(_ids))
    .group_by(Follow.followed_id)
    .subquery()
)
_COUNT_FOLLOWERS = Query(
    update(Person)
    .where(Person.id == _won.c.followed_id)
    .values(followers_count=func.greatest(Person.followers_count - _won.c.count, 0))
)

_UNMANAGE = Query(
    update(Person)
    .where(Person.manager_id == func.any(_ids))
    .values(manager_id=None, version=Person.version + 1)
)

_DELETE = Query(delete(Person).where(Person.id == func.any(_ids)))


async def take_out(db: Db, _: Viewer, ids: Sequence[int]) -> int:
    """Whoever has joined meanwhile stays. Returns how many went."""
    going = columns(await db.rows(_GOING, ids=list(ids)), "id")
    await take_out_even_joined(db, _, going)
    return len(going)


async def take_out_even_joined(db: Db, _: Viewer, ids: Sequence[int]) -> None:
    """With all that is theirs. What they wrote must be gone before, so that it is counted nowhere any more."""
    if ids:
        await db.run(_COUNT_FOLLOWING, ids=list(ids))
        await db.run(_COUNT_FOLLOWERS, ids=list(ids))
        await db.run(_UNMANAGE, ids=list(ids))
        await db.run(_DELETE, ids=list(ids))
