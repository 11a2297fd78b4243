"""What the last 30 days brought somebody: how many questions they answered, and how soon theirs were. For their own eyes, of posts
that they see, and stored nowhere.
"""

from datetime import timedelta
from math import inf
from statistics import median_high
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Select, func, select

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post

SPAN: Final = timedelta(days=30)


class BroughtLately(msgspec.Struct, frozen=True):
    answered: int
    """Questions of others that they replied to."""
    accepted: int
    """Replies of theirs that the asker accepted."""
    asked: int
    wait: timedelta | None
    """From a question of theirs to the first reply, for at least half of them; None where fewer were answered."""


async def brought_lately(db: Db, viewer: Viewer) -> BroughtLately | None:
    """None where there is nothing to tell."""
    since = id_at(clock.now() - SPAN)
    given = await _GIVEN.rows(db, viewer, since_id=since)
    asked = await _ASKED.rows(db, viewer, since_id=since)
    if not given and not asked:
        return None
    waits = [(row["reply_id"] >> 16) - (row["id"] >> 16) if row["reply_id"] else inf for row in asked]
    wait = median_high(waits) if waits else inf
    return BroughtLately(
        len({row["question_id"] for row in given}),
        sum(row["is_accepted"] for row in given),
        len(asked),
        timedelta(milliseconds=wait) if wait < inf else None,
    )


def _given(viewer_sql: ViewerSql) -> Select[int, bool]:
    question, reply = aliased(Post), aliased(Post)
    return (
        select(
            question.id.label("question_id"),
            (func.coalesce(question.answer_id, 0) == reply.id).label("is_accepted"),
        )
        .select_from(reply)
        .join(question, question.id == reply.root_id)
        .where(
            reply.author_id == viewer_sql.id,
            reply.id > param("since_id", BigInteger),
            reply.id != question.id,
            reply.boost_of_id.is_(None),
            reply.deleted_at.is_(None),
            question.is_question,
            question.author_id != viewer_sql.id,
            visibility.post(viewer_sql, question),
        )
    )


def _asked(viewer_sql: ViewerSql) -> Select[int, int]:
    question, reply = aliased(Post), aliased(Post)
    first = (
        select(func.min(reply.id))
        .where(
            reply.root_id == question.id,
            reply.author_id != viewer_sql.id,
            reply.boost_of_id.is_(None),
            reply.deleted_at.is_(None),
            visibility.post(viewer_sql, reply),
        )
        .correlate(question)
        .scalar_subquery()
    )
    return select(question.id, first.label("reply_id")).where(
        question.author_id == viewer_sql.id,
        question.id > param("since_id", BigInteger),
        question.is_question,
        visibility.post(viewer_sql, question),
    )


_GIVEN, _ASKED = VisibleQuery(_given), VisibleQuery(_asked)
_NEWEST = (
    select(func.max(Post.id))
    .where(Post.author_id == visibility.VIEWER.id, Post.deleted_at.is_(None))
    .scalar_subquery()
)
WRITTEN = (
    select(func.array_append(Person.posts_in_ring, _NEWEST))
    .where(Person.id == visibility.VIEWER.id, Person.sees_benefit)
    .scalar_subquery()
)
"""How much the viewer wrote, and the number of the last: another one where they have written since, or deleted something. None for
who has switched it off."""
