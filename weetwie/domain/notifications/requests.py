"""Those whose notifications are held back: each asks, so to speak, to be let through."""

import msgspec
from sqlalchemy import BigInteger, Executable, Select, Subquery, func, select

from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, param
from weetwie.domain.notifications.list import KINDS, MOST_COUNTED, mine
from weetwie.tables.notifications import Notification


class Request(msgspec.Struct, frozen=True):
    """It has the id of the person whose notifications are held back."""

    from_id: int
    oldest: int
    newest: int
    count: int
    post_id: int | None
    """What the newest of them that is about a post is about."""


async def requests(db: Db, viewer: Viewer, page: Page, *, from_id: int = 0) -> list[Request]:
    """By their newest notification, newest first."""
    rows = await _REQUESTS.rows(
        db,
        viewer,
        kinds=list(KINDS),
        from_id=from_id,
        with_held=True,
        below=page.below,
        above=page.above,
        limit=page.limit,
    )
    return [Request(*row) for row in rows]


async def totals(db: Db, viewer: Viewer) -> tuple[int, int]:
    """How many ask, and how much is held back, as far as one counts."""
    row = await _TOTALS.row(db, viewer, kinds=list(KINDS), from_id=0, with_held=True)
    assert row is not None, "counting always answers"
    return row[0], row[1]


def _held(viewer_sql: ViewerSql) -> Subquery:
    return (
        mine(viewer_sql, Notification)
        .where(Notification.is_held)
        .order_by(Notification.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )


def _requests(viewer_sql: ViewerSql) -> Executable:
    held = _held(viewer_sql)
    newest = func.max(held.c.id)
    return (
        select(
            held.c.from_id,
            func.min(held.c.id),
            newest,
            func.count(),
            func.max(held.c.post_id),
        )
        .group_by(held.c.from_id)
        .having(newest < param("below", BigInteger), newest > param("above", BigInteger))
        .order_by(newest.desc())
        .limit(param("limit", BigInteger))
    )


def _totals(viewer_sql: ViewerSql) -> Select[int, int]:
    held = _held(viewer_sql)
    return select(func.count(held.c.from_id.distinct()), func.count()).select_from(held)


_REQUESTS = VisibleQuery(_requests)
_TOTALS = VisibleQuery(_totals)
