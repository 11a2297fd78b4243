"""Lists that are paged over the number of a relation, and not over the id of what it leads to."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from sqlalchemy import BigInteger, Executable, Select, select

from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Value, param

NumberedIds: TypeAlias = Select[int, int]
"""`number` and `id`."""

_MOST = 200
"""No page is longer. Said in the statement itself, so that the planner walks the index and does not sort it all."""


class Numbered(NamedTuple):
    number: int
    id: int


class NumberedList:
    """`candidates(viewer_sql)` selects `number` and `id`, under the law; the bounds of the page are added here."""

    def __init__(self, candidates: Callable[[ViewerSql], NumberedIds], most: int = _MOST) -> None:
        self._down = VisibleQuery(lambda viewer_sql: _page(candidates(viewer_sql), most, upward=False))
        self._up = VisibleQuery(lambda viewer_sql: _page(candidates(viewer_sql), most, upward=True))

    async def page(self, db: Db, viewer: Viewer, page: Page, **given: Value) -> list[Numbered]:
        """Newest first, whichever way was asked for."""
        query = self._up if page.is_upward else self._down
        rows = await query.rows(db, viewer, below=page.below, above=page.above, limit=page.limit, **given)
        found = [Numbered(*row) for row in rows]
        return found[::-1] if page.is_upward else found


def _page(candidates: NumberedIds, most: int, *, upward: bool) -> Executable:
    number = candidates.selected_columns.number
    order = number.asc() if upward else number.desc()
    stretch = (
        candidates.where(number < param("below", BigInteger), number > param("above", BigInteger))
        .order_by(order)
        .limit(most)
        .subquery()
    )
    return (
        select(stretch.c.number, stretch.c.id)
        .order_by(stretch.c.number.asc() if upward else stretch.c.number.desc())
        .limit(param("limit", BigInteger))
    )
