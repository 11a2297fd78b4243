"""What a person has been told: the list, and how much of it is new. All of it as the law has it at the moment of reading."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Executable,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import END, Page
from weetwie.database.pool import Db, param
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Marker, Notification
from weetwie.tables.people import Person
from weetwie.tables.posts import Mark, Post
from weetwie.tables.relations import Block, Follow, FollowRequest, Mute
from weetwie.tables.schema import Row

KINDS = ("mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote")

_MOST = 80
MOST_COUNTED = 1000


class OwnNotification(NamedTuple):
    """A notification: what it is about stands behind the ids."""

    id: int
    kind: str
    from_id: int
    post_id: int | None
    group_key: str


def _still_so(viewer_sql: ViewerSql, told: type[Notification]) -> ColumnElement[bool]:
    """Whether it is so now, and the viewer sees it: a favourite that was taken back is not told, nor a post that is hidden."""
    post, boost = aliased(Post), aliased(Post)
    sees_post = _any(post, post.id == told.post_id, visibility.parent(viewer_sql, post))
    is_boosted = _any(
        boost,
        boost.boost_of_id == told.post_id,
        boost.author_id == told.from_id,
        visibility.parent(viewer_sql, boost),
    )
    is_favourite = _any(
        Mark,
        Mark.person_id == told.from_id,
        Mark.post_id == told.post_id,
        Mark.favourite.is_not(None),
    )
    return and_(
        case(
            (told.kind == "reblog", and_(sees_post, is_boosted)),
            (told.kind == "favourite", and_(sees_post, is_favourite, _is_met(viewer_sql, told))),
            (told.kind == "follow", and_(_is_met(viewer_sql, told), _relation(Follow, viewer_sql, told))),
            (
                told.kind == "follow_request",
                and_(_is_met(viewer_sql, told), _relation(FollowRequest, viewer_sql, told)),
            ),
            else_=sees_post,
        ),
        ~_is_muted(viewer_sql, told),
    )


def _is_met(viewer_sql: ViewerSql, told: type[Notification]) -> ColumnElement[bool]:
    """The one whom it comes from is somebody whom the viewer sees, and no block stands between the two."""
    sender, block = aliased(Person), aliased(Block)
    is_blocked = _any(
        block,
        or_(
            and_(block.blocker_id == viewer_sql.id, block.blocked_id == told.from_id),
            and_(block.blocker_id == told.from_id, block.blocked_id == viewer_sql.id),
        ),
    )
    is_seen = _any(
        sender,
        sender.id == told.from_id,
        sender.suspended_at.is_(None),
        visibility.person(viewer_sql, sender),
    )
    return and_(is_seen, ~is_blocked)


def _relation(
    table: type[Follow] | type[FollowRequest], viewer_sql: ViewerSql, told: type[Notification]
) -> ColumnElement[bool]:
    return _any(table, table.follower_id == told.from_id, table.followed_id == viewer_sql.id)


def _is_muted(viewer_sql: ViewerSql, told: type[Notification]) -> ColumnElement[bool]:
    return _any(
        Mute,
        Mute.muter_id == viewer_sql.id,
        Mute.muted_id == told.from_id,
        Mute.hides_notifications,
        or_(Mute.expires_at.is_(None), Mute.expires_at > func.now()),
    )


def _any(row: type[Row], *conditions: SQLColumnExpression[bool]) -> ColumnElement[bool]:
    return exists(select(literal(1)).select_from(row).where(*conditions).correlate_except(row))


def mine(viewer_sql: ViewerSql, told: type[Notification]) -> Select[int, str, int, int | None, str]:
    """The columns of a `OwnNotification`, of those that a person is to see now; `told` is the table, or an alias of it."""
    from_id = param("from_id", BigInteger)
    key = func.coalesce(told.group_key, func.concat("ungrouped-", told.id)).label("group_key")
    return select(told.id, told.kind, told.from_id, told.post_id, key).where(
        told.person_id == viewer_sql.id,
        told.kind == func.any(param("kinds", ARRAY(Text))),
        or_(from_id == 0, told.from_id == from_id),
        or_(param("with_held", Boolean), ~told.is_held),
        _still_so(viewer_sql, told),
    )


def of_marker(viewer_sql: ViewerSql) -> ColumnElement[int]:
    """The last notification that the person has read; 0 where they have read none."""
    read = select(Marker.last_read_id).where(
        Marker.person_id == viewer_sql.id, Marker.timeline == "notifications"
    )
    return func.coalesce(read.scalar_subquery(), 0)


def _page(viewer_sql: ViewerSql, *, upward: bool) -> Executable:
    """Plan: the person's notifications by their index, newest first, each looked at under the law; no sort."""
    stretch = (
        mine(viewer_sql, Notification)
        .where(Notification.id < param("below", BigInteger), Notification.id > param("above", BigInteger))
        .order_by(Notification.id.asc() if upward else Notification.id.desc())
        .limit(_MOST)
        .subquery()
    )
    return (
        select(stretch)
        .order_by(stretch.c.id.asc() if upward else stretch.c.id.desc())
        .limit(param("limit", BigInteger))
    )


def _new(viewer_sql: ViewerSql) -> Select[int]:
    new = (
        mine(viewer_sql, Notification)
        .where(Notification.id > of_marker(viewer_sql))
        .order_by(Notification.id.desc())
        .limit(param("most", BigInteger))
        .subquery()
    )
    return select(func.count()).select_from(new)


_DOWN = VisibleQuery(lambda viewer_sql: _page(viewer_sql, upward=False), is_frequent=True)
_UP = VisibleQuery(lambda viewer_sql: _page(viewer_sql, upward=True))
_UNREAD = VisibleQuery(_new)
ANY_UNREAD = visibility.there_is(
    Notification,
    Notification.person_id == visibility.VIEWER.id,
    Notification.id > of_marker(visibility.VIEWER),
    ~Notification.is_held,
)
"""Whether there can be one that the viewer has not read."""


async def notifications(
    db: Db,
    viewer: Viewer,
    page: Page,
    *,
    kinds: Sequence[str] = KINDS,
    from_id: int = 0,
    with_held: bool = False,
) -> list[OwnNotification]:
    """The newest first; `from_id` 0 is from anybody."""
    query = _UP if page.is_upward else _DOWN
    rows = await query.rows(
        db,
        viewer,
        kinds=list(kinds),
        from_id=from_id,
        with_held=with_held,
        below=page.below,
        above=page.above,
        limit=page.limit,
    )
    told = [OwnNotification(*row) for row in rows]
    return told[::-1] if page.is_upward else told


async def notification(
    db: Db, viewer: Viewer, notification_id: int, *, with_held: bool = False
) -> OwnNotification | None:
    """One of the viewer's own; None where there is none, or none that they see now."""
    page = Page(1, min(notification_id + 1, END), notification_id - 1)
    found = await notifications(db, viewer, page, with_held=with_held)
    return found[0] if found else None


async def unread(
    db: Db, viewer: Viewer, *, kinds: Sequence[str] = KINDS, from_id: int = 0, limit: int = 100
) -> int:
    """How many are newer than the marker, counted up to `limit`."""
    most = min(limit, MOST_COUNTED)
    count: int = await _UNREAD.value(
        db, viewer, kinds=list(kinds), from_id=from_id, with_held=False, most=most
    )
    return count
