"""A list of posts in which a boost is left out when its original stands close below."""

from collections.abc import Callable
from enum import IntEnum

from sqlalchemy import (
    CTE,
    BigInteger,
    Executable,
    Integer as Number,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from weetwie.access import authenticate, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Value, param
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post
from weetwie.views.posts import ABOVE, BELOW, Candidates, SeenPost, as_seen, loaded


class Walked(IntEnum):
    """How much of a page was decided by walking the list."""

    whole = 0
    """The page is full, and each boost in it was compared with enough of what follows."""
    to_the_end = 1
    """The list was walked to its end before that."""
    too_short = 2
    """The walk ended before the list did."""


class Walk:
    """A finding in which a boost is left out when its original stands among the next older items of the list.

    The statement walks the list only as far as it must: to the end of the page, and beyond it for boosts. That is cheap beside
    loading what is shown.
    """

    def __init__(self, candidates: Callable[[ViewerSql], Candidates]) -> None:
        self._down = VisibleQuery(lambda viewer_sql: _walk(viewer_sql, candidates(viewer_sql)))

    async def page(
        self, db: Db, viewer: Viewer, page: Page, apart: int, **given: Value
    ) -> tuple[list[SeenPost], Walked]:
        """The posts of a page, newest first, and how much of it is decided."""
        rows = await self._down.rows(
            db,
            viewer,
            below=page.below,
            above=page.above,
            limit=page.limit,
            length=page.limit + WALK_FURTHER + apart,
            apart=apart,
            **authenticate.still(viewer),
            **given,
        )
        if not rows:
            await authenticate.check(db, viewer)
            return [], Walked.to_the_end
        authenticate.insist(rows[0][0][0])
        return [as_seen(row) for row in rows], Walked(max([row[0][1] for row in rows]))


WALK_FURTHER = 10
"""How many repeats a page may have without another statement."""


def _walk(viewer_sql: ViewerSql, candidates: Candidates) -> Executable:
    """Plan: the list by its index and in its order, read as far as is asked for."""
    walk = _steps(viewer_sql, candidates)
    shown = _unrepeated(walk)
    number = select(func.count()).select_from(walk).scalar_subquery()
    is_full = select(func.count()).select_from(shown).scalar_subquery() == param("limit", BigInteger)
    is_at_end = number < param("length", BigInteger)
    walked = case(
        (is_full & (shown.c.beyond == param("apart", BigInteger)), int(Walked.whole)),
        (is_at_end, int(Walked.to_the_end)),
        else_=int(Walked.too_short),
    )
    first = type_coerce(array([cast(authenticate.is_still_so(), Number), walked]), ARRAY(Number))
    entry = aliased(Post, shown)
    rows, _item, _post = loaded(viewer_sql, first, shown, shown, entry)
    return rows.order_by(shown.c.key.desc())


def _steps(viewer_sql: ViewerSql, candidates: Candidates) -> CTE:
    found, item = candidates.subquery(), aliased(Post)
    return (
        select(found.c.key, item.id, item.visibility, item.author_id, item.boost_of_id)
        .join(item, item.id == found.c.post_id)
        .where(visibility.post(viewer_sql, item), found.c.key < BELOW)
        .order_by(found.c.key.desc())
        .limit(param("length", BigInteger))
        .cte("walk")
        .prefix_with("materialized")
    )


_IS_REPEAT = -1


def _unrepeated(walk: CTE) -> CTE:
    """With each item how far it was compared with older ones."""
    older = walk.alias("older")
    apart = param("apart", BigInteger)
    next_older = (
        select(func.coalesce(older.c.boost_of_id, older.c.id).label("original"))
        .where(older.c.key < walk.c.key)
        .order_by(older.c.key.desc())
        .limit(apart)
        .correlate(walk)
        .subquery()
    )
    is_repeat = func.coalesce(func.bool_or(next_older.c.original == walk.c.boost_of_id), False)
    compared = select(case((is_repeat, _IS_REPEAT), else_=func.count())).select_from(next_older)
    beyond = case((walk.c.boost_of_id.is_(None), apart), else_=compared.scalar_subquery())
    # OFFSET 0 says nothing, but keeps the planner from asking twice how far each one was compared.
    found = (
        select(walk, beyond.label("beyond"))
        .where(walk.c.key > ABOVE)
        .order_by(walk.c.key.desc())
        .offset(literal(0))
        .subquery()
    )
    return (
        select(found)
        .where(found.c.beyond != _IS_REPEAT)
        .order_by(found.c.key.desc())
        .limit(param("limit", BigInteger))
        .cte("shown")
        .prefix_with("materialized")
    )
