"""One's direct posts by whom they are shared with: all that the same people wrote to one another is one conversation.

Apps have conversations by thread (`conversations.py`). Here a conversation is the people in it, so that whoever opens it knows
exactly who can read each line.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, Select, and_, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, columns, param
from weetwie.errors import or_not_found
from weetwie.tables.conversations import Conversation
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Mention, Post

MOST_COUNTED: Final = 99


class Room(msgspec.Struct, frozen=True):
    people: list[int]
    """Who else can read it, by number; nobody else in notes to oneself."""
    last_post_id: int
    is_unread: bool


async def rooms(db: Db, viewer: Viewer, page: Page) -> list[Room]:
    """The one with the newest post first; paged by that post."""
    rows = await _ROOMS.rows(db, viewer, below=page.below, limit=page.limit)
    return [Room(list(row[0]), row[1], row[2]) for row in rows]


async def room_of(db: Db, viewer: Viewer, post_id: int) -> list[int]:
    """Who else can read this direct post. Raises NotFound where it is none, or not the viewer's to see."""
    row = or_not_found(await _ROOM_OF.row(db, viewer, post_id=post_id))
    return list(row[0])


async def has_room(db: Db, viewer: Viewer, post_id: int) -> bool:
    """Whether it is a direct post of a conversation that the viewer has."""
    return await _ROOM_OF.row(db, viewer, post_id=post_id) is not None


async def said(db: Db, viewer: Viewer, people: Sequence[int], page: Page) -> list[int]:
    """The posts that exactly these people and the viewer can read, the newest first."""
    rows = await _SAID.rows(db, viewer, people=sorted(people), below=page.below, limit=page.limit)
    return columns(rows, "id")


async def read(db: Db, viewer: Viewer, people: Sequence[int]) -> None:
    """Up to the newest post that the viewer sees of it."""
    rows = await _NEWEST.rows(db, viewer, people=sorted(people))
    await db.run(_READ, ids=[row[0] for row in rows], posts=[row[1] for row in rows])


async def unread(db: Db, viewer: Viewer, people: Sequence[int]) -> None:
    """Its last post is new again."""
    rows = await _NEWEST.rows(db, viewer, people=sorted(people))
    if rows:
        id, newest = max(rows, key=lambda row: row[1])
        await db.run(_UNREAD, id=id, read_up_to=newest - 1)


async def unread_count(db: Db, viewer: Viewer) -> int:
    """How many conversations have something new, up to `MOST_COUNTED`."""
    return int(await _COUNT.value(db, viewer) or 0)


def _posts(viewer_sql: ViewerSql, *, only_new: bool = False) -> Select[int, int, bool, Sequence[int]]:
    """Plan: the threads of the person's conversations by their index, then the direct posts of each."""
    post, mention = aliased(Post), aliased(Mention)
    named = select(mention.person_id).where(mention.post_id == post.id).correlate(post)
    each = func.unnest(func.array_append(func.array(named.scalar_subquery()), post.author_id)).column_valued(
        "each"
    )
    others = select(each).distinct().where(each != viewer_sql.id).order_by(each).correlate(post)
    is_new = and_(post.id > Conversation.read_up_to, post.author_id != viewer_sql.id)
    found = (
        select(
            post.id.label("id"),
            Conversation.id.label("conversation_id"),
            is_new.label("is_new"),
            func.array(others.scalar_subquery(), type_=ARRAY(BigInteger)).label("people"),
        )
        .select_from(Conversation)
        .join(post, post.root_id == Conversation.root_id)
        .where(
            Conversation.person_id == viewer_sql.id,
            post.visibility == int(Visibility.direct),
            visibility.parent(viewer_sql, post),
        )
    )
    return found.where(is_new) if only_new else found


def _rooms(viewer_sql: ViewerSql) -> Executable:
    posts = _posts(viewer_sql).subquery()
    last = func.max(posts.c.id)
    return (
        select(posts.c.people, last, func.bool_or(posts.c.is_new))
        .group_by(posts.c.people)
        .having(last < param("below", BigInteger))
        .order_by(last.desc())
        .limit(param("limit", BigInteger))
    )


def _room_of(viewer_sql: ViewerSql) -> Executable:
    posts = _posts(viewer_sql).subquery()
    return select(posts.c.people).where(posts.c.id == param("post_id", BigInteger))


def _said(viewer_sql: ViewerSql) -> Executable:
    posts = _posts(viewer_sql).subquery()
    return (
        select(posts.c.id)
        .where(posts.c.people == param("people", ARRAY(BigInteger)), posts.c.id < param("below", BigInteger))
        .order_by(posts.c.id.desc())
        .limit(param("limit", BigInteger))
    )


def _newest(viewer_sql: ViewerSql) -> Executable:
    posts = _posts(viewer_sql).subquery()
    return (
        select(posts.c.conversation_id, func.max(posts.c.id))
        .where(posts.c.people == param("people", ARRAY(BigInteger)))
        .group_by(posts.c.conversation_id)
    )


def _count(viewer_sql: ViewerSql) -> Executable:
    new = (
        select(_posts(viewer_sql, only_new=True).subquery().c.people)
        .distinct()
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(new)


_ROOMS = VisibleQuery(_rooms)
_ROOM_OF = VisibleQuery(_room_of)
_SAID = VisibleQuery(_said)
_NEWEST = VisibleQuery(_newest)
_COUNT = VisibleQuery(_count)
ANY = visibility.there_is(Conversation, Conversation.person_id == visibility.VIEWER.id)
"""Whether the viewer has a conversation."""


def _read() -> Executable:
    each = (
        func.unnest(param("ids", ARRAY(BigInteger)), param("posts", ARRAY(BigInteger)))
        .table_valued("id", "post_id")
        .render_derived()
    )
    return (
        update(Conversation)
        .where(Conversation.id == each.c.id)
        .values(read_up_to=func.greatest(Conversation.read_up_to, each.c.post_id))
    )


_READ = Query(_read)
_UNREAD = Query(
    update(Conversation)
    .where(Conversation.id == param("id", BigInteger))
    .values(read_up_to=param("read_up_to", BigInteger))
)
