"""Notifications in groups: who favoured or boosted one post, who followed in one week. A group stands where its newest does."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Executable, Select, Text, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, param
from weetwie.domain.notifications.list import KINDS, MOST_COUNTED, OwnNotification, mine, of_marker
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Notification
from weetwie.text.signs import whole_number

SAMPLES: Final = 8


class GroupedNotifications(msgspec.Struct, frozen=True):
    """Its newest notification, with how many there are of it (as far as one counts) and from whom the newest came."""

    newest: OwnNotification
    oldest_id: int
    count: int
    senders: list[int]


async def groups(
    db: Db,
    viewer: Viewer,
    page: Page,
    *,
    kinds: Sequence[str] = KINDS,
    grouped: Sequence[str] = KINDS,
    from_id: int = 0,
    with_held: bool = False,
) -> list[GroupedNotifications]:
    """A page of groups, newest first; what is of a kind that is not `grouped` stands alone."""
    query = _UP if page.is_upward else _DOWN
    rows = await query.rows(
        db,
        viewer,
        kinds=list(kinds),
        grouped=list(grouped),
        from_id=from_id,
        with_held=with_held,
        below=page.below,
        above=page.above,
        limit=page.limit,
    )
    found = [
        GroupedNotifications(
            OwnNotification(*row[:5]), row["oldest"], row["count"], _distinct(row["senders"])
        )
        for row in rows
    ]
    return found[::-1] if page.is_upward else found


async def members(db: Db, viewer: Viewer, key: str) -> list[OwnNotification]:
    """All notifications of a group that the viewer sees, newest first; none where there is no such group."""
    rows = await _MEMBERS.rows(db, viewer, kinds=list(KINDS), from_id=0, with_held=True, **_of_key(key))
    return [OwnNotification(*row) for row in rows]


async def unread(
    db: Db, viewer: Viewer, *, kinds: Sequence[str], grouped: Sequence[str], from_id: int, limit: int
) -> int:
    """How many groups have something newer than the marker, counted up to `limit`."""
    count: int = await _UNREAD.value(
        db, viewer, kinds=list(kinds), grouped=list(grouped), from_id=from_id, with_held=False
    )
    return min(count, limit)


def _of_key(key: str) -> dict[str, str | int]:
    """`ungrouped-ID` names one notification."""
    alone = key.removeprefix("ungrouped-")
    return {"key": key, "alone": (whole_number(alone) or 0) if alone != key else 0}


def _distinct(senders: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(senders))[:SAMPLES]


def _is_grouped(row: type[Notification]) -> ColumnElement[bool]:
    return and_(row.group_key.is_not(None), row.kind == func.any(param("grouped", ARRAY(Text))))


def _heads(viewer_sql: ViewerSql) -> Select[int, str, int, int | None, str]:
    """The newest of each group, and what stands alone. Plan: the person's notifications newest first; for each one look into
    the index of groups for a newer one that is seen."""
    newer = aliased(Notification)
    has_newer = (
        mine(viewer_sql, newer)
        .where(newer.group_key == Notification.group_key, newer.id > Notification.id)
        .offset(literal(0))
        .correlate_except(newer)
        .exists()
    )
    return mine(viewer_sql, Notification).where(or_(~_is_grouped(Notification), ~has_newer))


def _page(viewer_sql: ViewerSql, *, upward: bool) -> Executable:
    heads = (
        _heads(viewer_sql)
        .add_columns(_is_grouped(Notification).label("is_grouped"), Notification.group_key.label("key"))
        .where(Notification.id < param("below", BigInteger), Notification.id > param("above", BigInteger))
        .order_by(Notification.id.asc() if upward else Notification.id.desc())
        .limit(param("limit", BigInteger))
        .subquery("heads")
    )
    one = aliased(Notification)
    some = (
        mine(viewer_sql, one)
        .where(or_(one.id == heads.c.id, and_(heads.c.is_grouped, one.group_key == heads.c.key)))
        .order_by(one.id.desc())
        .limit(MOST_COUNTED)
        .correlate(heads)
        .subquery("some")
    )
    told = (
        select(
            func.min(some.c.id).label("oldest"),
            func.count().label("count"),
            func.array_agg(some.c.from_id).label("senders"),
        )
        .select_from(some)
        .lateral()
    )
    head = [heads.c[name] for name in ("id", "kind", "from_id", "post_id", "group_key")]
    return (
        select(*head, told.c.oldest, told.c.count, told.c.senders)
        .select_from(heads)
        .join(told, literal(True))
        .order_by(heads.c.id.asc() if upward else heads.c.id.desc())
    )


def _members(viewer_sql: ViewerSql) -> Executable:
    return (
        mine(viewer_sql, Notification)
        .where(
            or_(Notification.group_key == param("key", Text), Notification.id == param("alone", BigInteger))
        )
        .order_by(Notification.id.desc())
        .limit(MOST_COUNTED)
    )


def _new(viewer_sql: ViewerSql) -> Select[int]:
    new = (
        _heads(viewer_sql)
        .where(Notification.id > of_marker(viewer_sql))
        .order_by(Notification.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(new)


_DOWN = VisibleQuery(lambda viewer_sql: _page(viewer_sql, upward=False))
_UP = VisibleQuery(lambda viewer_sql: _page(viewer_sql, upward=True))
_MEMBERS = VisibleQuery(_members)
_UNREAD = VisibleQuery(_new)
