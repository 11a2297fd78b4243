"""A list of posts in which a boost is left out when its original stands close below."""

from collections.abc import Callable

from sqlalchemy import (
    CTE,
    BigInteger,
    Executable,
    FromClause,
    Integer,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array

from weetwie.access import authenticate, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Value, param
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post
from weetwie.views.posts import ABOVE, BELOW, Candidates, SeenPost, as_seen, loaded


class Walk:
    """A finding in which a boost is left out when its original stands among the next older items of the list.

    The statement walks the list some way beyond the page, which is cheap, and loads only what is shown.
    """

    def __init__(self, candidates: Callable[[ViewerSql], Candidates]) -> None:
        self._down = VisibleQuery(lambda viewer_sql: _walk(viewer_sql, candidates(viewer_sql)))

    async def page(
        self, db: Db, viewer: Viewer, page: Page, apart: int, **given: Value
    ) -> tuple[list[SeenPost], bool]:
        """The posts of a page, newest first, and whether the list goes on beyond what was walked."""
        length = page.limit + WALK_FURTHER + apart
        rows = await self._down.rows(
            db,
            viewer,
            below=page.below,
            above=page.above,
            limit=page.limit,
            length=length,
            apart=apart,
            **authenticate.still(viewer),
            **given,
        )
        if not rows:
            await authenticate.check(db, viewer)
            return [], False
        is_still_so, walked = rows[0][0]
        authenticate.insist(is_still_so)
        return [as_seen(row) for row in rows], walked == length


WALK_FURTHER = 10
"""How many repeats a page may have without another statement."""


def _walk(viewer_sql: ViewerSql, candidates: Candidates) -> Executable:
    walk = _steps(viewer_sql, candidates)
    shown = _unrepeated(walk)
    first = array(
        [cast(authenticate.is_still_so(), Integer), select(func.count()).select_from(walk).scalar_subquery()]
    )
    rows, _item, _post = loaded(viewer_sql, first, shown, shown)
    return rows.order_by(shown.c.place)


def _steps(viewer_sql: ViewerSql, candidates: Candidates) -> CTE:
    found, item = candidates.subquery(), aliased(Post)
    trail = (
        select(found.c.key, found.c.post_id, item.boost_of_id)
        .join(item, item.id == found.c.post_id)
        .where(visibility.post(viewer_sql, item), found.c.key < BELOW)
        .order_by(found.c.key.desc())
        .limit(param("length", BigInteger))
        .subquery()
    )
    place = func.row_number().over(order_by=trail.c.key.desc())
    return select(trail, place.label("place")).cte("walk").prefix_with("materialized")


def _unrepeated(walk: CTE) -> FromClause:
    """Only as far as the walk goes far enough beyond, or to its end."""
    older = walk.alias("older")
    apart, length = param("apart", BigInteger), param("length", BigInteger)
    repeat = (
        select(literal(1))
        .select_from(older)
        .where(
            older.c.place > walk.c.place,
            older.c.place <= walk.c.place + apart,
            func.coalesce(older.c.boost_of_id, older.c.post_id) == walk.c.boost_of_id,
        )
        .correlate(walk)
        .exists()
    )
    is_decided = or_(
        walk.c.place <= length - apart,
        select(func.count()).select_from(walk.alias("all")).scalar_subquery() < length,
    )
    return (
        select(walk.c.key, walk.c.post_id, walk.c.place)
        .where(walk.c.key > ABOVE, is_decided, or_(walk.c.boost_of_id.is_(None), ~repeat))
        .order_by(walk.c.place)
        .limit(param("limit", BigInteger))
        .subquery()
    )
