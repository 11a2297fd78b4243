"""Who is asked hears of it, once; and by email where they have not looked for a day."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.domain.questions.begin import is_answered
from weetwie.domain.questions.rules import State
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Marker, Notification
from weetwie.tables.posts import Post
from weetwie.tables.questions import AskedPerson, Question

UNSEEN: Final = timedelta(days=1)
"""After so long somebody is written to."""


class ToNotify(msgspec.Struct, frozen=True):
    post_id: int
    person_id: int


async def due(db: Db, most: int) -> list[ToNotify]:
    """Whose time has come; nobody else tells them until the transaction ends."""
    return structs(ToNotify, await db.rows(_DUE, now=clock.now(), most=most))


async def told(db: Db, people: Sequence[ToNotify]) -> None:
    await db.run(_TOLD, **_pairs(people), mail_at=clock.now() + UNSEEN)


async def to_mail(db: Db, most: int) -> list[ToNotify]:
    return structs(ToNotify, await db.rows(_TO_MAIL, now=clock.now(), most=most))


async def mailed(db: Db, people: Sequence[ToNotify]) -> None:
    """Written to, or no longer to be."""
    await db.run(_MAILED, **_pairs(people))


async def is_unseen(db: Db, viewer: Viewer, post_id: int) -> bool:
    """Whether the question still waits for the viewer, and its notification was not looked at."""
    return bool(await _IS_UNSEEN.value(db, viewer, post_id=post_id))


def _pairs(people: Sequence[ToNotify]) -> dict[str, list[int]]:
    return {"posts": [one.post_id for one in people], "people": [one.person_id for one in people]}


_NOW, _MOST = param("now", DateTime(timezone=True)), param("most", BigInteger)
_given = (
    func.unnest(param("posts", ARRAY(BigInteger)), param("people", ARRAY(BigInteger)))
    .table_valued("post_id", "person_id")
    .render_derived(name="given")
)
_OF_GIVEN = and_(AskedPerson.post_id == _given.c.post_id, AskedPerson.person_id == _given.c.person_id)
_to_tell = select(AskedPerson.post_id, AskedPerson.person_id).where(AskedPerson.tell_at <= _NOW)
_to_mail = select(AskedPerson.post_id, AskedPerson.person_id).where(AskedPerson.mail_at <= _NOW)
WAITS = or_(_to_tell.exists(), _to_mail.exists())
_DUE = Query(
    _to_tell.order_by(AskedPerson.tell_at, AskedPerson.post_id, AskedPerson.person_id)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)
_TOLD = Query(
    update(AskedPerson)
    .where(_OF_GIVEN)
    .values(tell_at=None, mail_at=param("mail_at", DateTime(timezone=True)))
)
_TO_MAIL = Query(
    _to_mail.order_by(AskedPerson.mail_at, AskedPerson.post_id, AskedPerson.person_id)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)
_MAILED = Query(update(AskedPerson).where(_OF_GIVEN).values(mail_at=None))


def _is_unseen(viewer_sql: ViewerSql) -> Executable:
    notification, answer = aliased(Notification), aliased(Post)
    return (
        select(AskedPerson.post_id)
        .join(Post, Post.id == AskedPerson.post_id)
        .join(Question, Question.post_id == AskedPerson.post_id)
        .join(
            notification,
            and_(
                notification.post_id == Post.id,
                notification.person_id == viewer_sql.id,
                notification.kind == "mention",
                ~notification.is_held,
            ),
        )
        .outerjoin(Marker, and_(Marker.person_id == viewer_sql.id, Marker.timeline == "notifications"))
        .where(
            AskedPerson.post_id == param("post_id", BigInteger),
            AskedPerson.person_id == viewer_sql.id,
            AskedPerson.state == int(State.asked),
            ~Question.is_closed,
            ~is_answered(viewer_sql),
            visibility.parent(viewer_sql, Post),
            func.coalesce(Marker.last_read_id, 0) < notification.id,
            ~visibility.there_is(
                answer,
                answer.root_id == Post.root_id,
                answer.author_id == viewer_sql.id,
                answer.deleted_at.is_(None),
            ),
        )
    )


_IS_UNSEEN = VisibleQuery(_is_unseen)
