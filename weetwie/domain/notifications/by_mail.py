"""Notifications for email: who may want one of what they were told, and what of it is unread when it is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Executable, and_, case, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.database.sql import IntSql
from weetwie.domain.notifications.insertion import hears_of_thread
from weetwie.domain.notifications.list import mine, of_marker
from weetwie.runtime.ids import id_at
from weetwie.tables.conversations import Conversation
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Notification
from weetwie.tables.posts import Mention, Post
from weetwie.tables.questions import AskedPerson
from weetwie.tables.relations import Mute

KINDS: Final = ("mention", "status")
_MOST: Final = 50


class NotifiedPerson(msgspec.Struct, frozen=True):
    person_id: int
    first_id: int
    """Of these notifications."""


class UnreadNotification(msgspec.Struct, frozen=True):
    post_id: int
    root_id: int
    kind: str
    """`direct`, `answer` or `mention`."""
    is_reply: bool
    """To a post of the viewer's."""
    is_own_thread: bool
    """Which the viewer began."""
    is_private: bool
    """For followers or direct."""


async def people(db: Db, ids: Sequence[int]) -> list[NotifiedPerson]:
    """Who was told by these notifications of something that somebody wrote to them."""
    return structs(NotifiedPerson, await db.rows(_PEOPLE, ids=list(ids)))


async def unread(db: Db, viewer: Viewer, since: datetime, until: datetime) -> list[UnreadNotification]:
    """What somebody wrote to the viewer, they see, and have neither read nor answered; the oldest first."""
    rows = await _UNREAD.rows(
        db, viewer, since=id_at(since), until=id_at(until), kinds=list(KINDS), from_id=0, with_held=False
    )
    return structs(UnreadNotification, rows)


_DIRECT = int(Visibility.direct)


def _is_answer(root: type[Post], post: type[Post]) -> ColumnElement[bool]:
    return and_(root.is_question, post.reply_to_id.is_not(None))


def _people() -> Executable:
    root = aliased(Post)
    return (
        select(Notification.person_id, func.min(Notification.id).label("first_id"))
        .join(Post, Post.id == Notification.post_id)
        .join(root, root.id == Post.root_id)
        .where(
            Notification.id == func.any(param("ids", ARRAY(BigInteger))),
            ~Notification.is_held,
            or_(
                Notification.kind == "mention",
                and_(Notification.kind == "status", _is_answer(root, Post)),
            ),
        )
        .group_by(Notification.person_id)
        .order_by(Notification.person_id)
    )


def _unread(viewer_sql: ViewerSql) -> Executable:
    told, post, root = aliased(Notification), aliased(Post), aliased(Post)
    me = viewer_sql.id
    is_answer = and_(_is_answer(root, post), or_(told.kind == "status", root.author_id == me))
    is_direct = post.visibility == _DIRECT
    kind = case((is_direct, "direct"), (is_answer, "answer"), else_="mention")
    read_up_to = (
        select(Conversation.read_up_to)
        .where(Conversation.person_id == me, Conversation.root_id == post.root_id)
        .correlate(post)
        .scalar_subquery()
    )
    return (
        mine(viewer_sql, told)
        .join(post, post.id == told.post_id)
        .join(root, root.id == post.root_id)
        .with_only_columns(
            post.id.label("post_id"),
            post.root_id,
            kind.label("kind"),
            func.coalesce(post.reply_to_person_id == me, literal(False)).label("is_reply"),
            (root.author_id == me).label("is_own_thread"),
            (post.visibility >= int(Visibility.private)).label("is_private"),
        )
        .where(
            told.id >= param("since", BigInteger),
            told.id < param("until", BigInteger),
            told.id > of_marker(viewer_sql),
            or_(told.kind == "mention", is_answer),
            or_(~is_direct, post.id > func.coalesce(read_up_to, 0)),
            hears_of_thread(me, post),
            ~_is_answered(me, post),
            ~_is_only_asked(me, post),
            ~_is_muted(me, told),
        )
        .order_by(told.id)
        .limit(_MOST)
    )


def _is_answered(me: IntSql, post: type[Post]) -> ColumnElement[bool]:
    """Who has written in the thread since has read it."""
    own = aliased(Post)
    return exists(
        select(literal(1)).where(
            own.root_id == post.root_id,
            own.author_id == me,
            own.id > post.id,
            own.deleted_at.is_(None),
        )
    )


def _is_only_asked(me: IntSql, post: type[Post]) -> ColumnElement[bool]:
    """Of questions that they are asked they get an email of its own, later."""
    asked = select(literal(1)).where(AskedPerson.post_id == post.id, AskedPerson.person_id == me)
    named = select(literal(1)).where(Mention.post_id == post.id, Mention.person_id == me)
    return and_(exists(asked), ~exists(named))


def _is_muted(me: IntSql, told: type[Notification]) -> ColumnElement[bool]:
    """Also where the mute leaves their notifications: what somebody mutes does not come by mail."""
    return exists(
        select(literal(1)).where(
            Mute.muter_id == me,
            Mute.muted_id == told.from_id,
            or_(Mute.expires_at.is_(None), Mute.expires_at > func.now()),
        )
    )


_PEOPLE = Query(_people)
_UNREAD = VisibleQuery(_unread)
