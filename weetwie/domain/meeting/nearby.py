"""Whom somebody new is near to who has said nothing of what they know or want to learn: by what they read and
who answers in their department."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Select, and_, func, or_, select

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, columns, param
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Mark, Post

_LATELY: Final = timedelta(days=90)
_MOST: Final = 30


async def read(db: Db, viewer: Viewer) -> list[int]:
    """Whose posts they bookmarked, favourited or replied to, the latest first."""
    return columns(await _READ.rows(db, viewer, limit=_MOST), "id")


async def asked(db: Db, viewer: Viewer) -> list[int]:
    """Whose answers most people of their department got lately, of it as well: nobody in works-council mode, where that is told of
    nobody."""
    if not viewer.policy.tells_activity:
        return []
    since = id_at(clock.now() - _LATELY)
    return columns(await _ASKED.rows(db, viewer, limit=_MOST, since_id=since), "id")


_LIMIT: Final = param("limit", BigInteger)
_OPEN: Final = int(Visibility.unlisted)


def _read(viewer_sql: ViewerSql) -> Select[*tuple[Any, ...]]:
    mark, post = aliased(Mark), aliased(Post)
    likes = or_(mark.bookmark.is_not(None), mark.favourite.is_not(None))
    marked = select(mark.post_id).where(mark.person_id == viewer_sql.id, likes)
    reply, answered = aliased(Post), aliased(Post)
    replied = (
        select(answered.id)
        .select_from(answered)
        .join(reply, reply.reply_to_id == answered.id)
        .where(reply.author_id == viewer_sql.id, visibility.parent(viewer_sql, reply))
    )
    return (
        select(post.author_id.label("id"))
        .where(
            or_(post.id.in_(marked), post.id.in_(replied)),
            post.author_id != viewer_sql.id,
            post.boost_of_id.is_(None),
            post.visibility <= _OPEN,
            visibility.parent(viewer_sql, post),
        )
        .group_by(post.author_id)
        .order_by(func.max(post.id).desc())
        .limit(_LIMIT)
    )


def _asked(viewer_sql: ViewerSql) -> Select[*tuple[Any, ...]]:
    """In threads that begin with a question, as the viewer sees them."""
    me, asker, answer, question = aliased(Person), aliased(Person), aliased(Post), aliased(Post)
    of_unit = [
        and_(one.unit == me.unit, visibility.place_at_work(viewer_sql, one)) for one in (Person, asker)
    ]
    return (
        select(Person.id)
        .select_from(Person)
        .join(me, me.id == viewer_sql.id)
        .join(answer, answer.author_id == Person.id)
        .join(question, question.id == answer.reply_to_id)
        .join(asker, asker.id == question.author_id)
        .where(
            me.unit != "",
            *of_unit,
            Person.id != viewer_sql.id,
            asker.id != Person.id,
            visibility.person(viewer_sql, asker),
            question.is_question,
            answer.id > param("since_id", BigInteger),
            *(one.visibility <= _OPEN for one in (answer, question)),
            *(visibility.parent(viewer_sql, one) for one in (answer, question)),
        )
        .group_by(Person.id)
        .order_by(func.count(asker.id.distinct()).desc(), Person.id)
        .limit(_LIMIT)
    )


_READ, _ASKED = VisibleQuery(_read), VisibleQuery(_asked)
