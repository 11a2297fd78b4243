"""What it brought somebody: answers received and given, people they got to know, topics that an answer was about.

For their own eyes, worked out while they look, of posts that they see, and stored nowhere.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Select, false, func, select, true, union_all

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.domain.benefits.rules import months
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at, moment_of
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import Topic
from weetwie.tables.posts import Post, PostTag, Tag

SPAN: Final = timedelta(days=365)
_TOPICS: Final = 12
_KNOWS: Final = 0
"""What somebody says of a topic of theirs, see knowledge/topic_rules.py."""


class Month(msgspec.Struct, frozen=True):
    begins: datetime
    received: int
    given: int


class Learned(msgspec.Struct, frozen=True):
    """A topic of a question of theirs whose answer they accepted."""

    name: str
    is_known: bool
    """It stands in their profile by now."""


class Brought(msgspec.Struct, frozen=True):
    """Of the last `SPAN`."""

    months: list[Month]
    received: int
    """Replies to their questions by others."""
    answered: int
    """How many of their questions others replied to."""
    given: int
    """Their replies to questions of others."""
    helped: int
    """How many people asked these."""
    accepted: int
    """Which of them the asker accepted."""
    met: list[int]
    """With whom they wrote back and forth for the first time, the latest first."""
    topics: list[Learned]


async def brought(db: Db, viewer: Viewer) -> Brought:
    now = clock.now()
    since = id_at(now - SPAN)
    received = await _RECEIVED.rows(db, viewer, since_id=since)
    given = await _GIVEN.rows(db, viewer, since_id=since)
    met = await _MET.rows(db, viewer, since_id=since)
    topics = await _LEARNED.rows(db, viewer, since_id=since)
    by_month = [Counter(_month(row["id"]) for row in rows) for rows in (received, given)]
    return Brought(
        [Month(one, by_month[0][one], by_month[1][one]) for one in months(now)],
        len(received),
        len({row["question_id"] for row in received}),
        len(given),
        len({row["asker_id"] for row in given}),
        sum(row["is_accepted"] for row in given),
        [row["person_id"] for row in met],
        [Learned(row["name"], row["is_known"]) for row in topics],
    )


def _month(id: int) -> datetime:
    # Ids hold the time of what they name: milliseconds above, 16 bits of a running number below.
    at = moment_of(id)
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


_SINCE: Final = param("since_id", BigInteger)


def _received(viewer_sql: ViewerSql) -> Select[int, int]:
    question, reply = aliased(Post), aliased(Post)
    return (
        select(reply.id, question.id.label("question_id"))
        .select_from(question)
        .join(reply, reply.root_id == question.id)
        .where(
            question.author_id == viewer_sql.id,
            question.is_question,
            visibility.post(viewer_sql, question),
            reply.id > _SINCE,
            reply.author_id != viewer_sql.id,
            reply.boost_of_id.is_(None),
            reply.deleted_at.is_(None),
            visibility.post(viewer_sql, reply),
        )
    )


def _given(viewer_sql: ViewerSql) -> Select[int, int, bool]:
    question, reply = aliased(Post), aliased(Post)
    return (
        select(
            reply.id,
            question.author_id.label("asker_id"),
            (func.coalesce(question.answer_id, 0) == reply.id).label("is_accepted"),
        )
        .select_from(reply)
        .join(question, question.id == reply.root_id)
        .where(
            reply.author_id == viewer_sql.id,
            reply.id > _SINCE,
            reply.id != question.id,
            reply.boost_of_id.is_(None),
            reply.deleted_at.is_(None),
            question.is_question,
            question.author_id != viewer_sql.id,
            visibility.post(viewer_sql, question),
        )
    )


def _met(viewer_sql: ViewerSql) -> Select[int]:
    """Each has replied to the other, and the later of the two first replies is not older than that."""
    reply, mine = aliased(Post), aliased(Post)
    written = select(reply.reply_to_person_id.label("person_id"), reply.id, true().label("is_mine")).where(
        reply.author_id == viewer_sql.id,
        reply.reply_to_person_id != viewer_sql.id,
        reply.boost_of_id.is_(None),
        reply.deleted_at.is_(None),
        visibility.post(viewer_sql, reply),
    )
    back = (
        select(reply.author_id.label("person_id"), reply.id, false().label("is_mine"))
        .select_from(mine)
        .join(reply, reply.reply_to_id == mine.id)
        .where(
            mine.author_id == viewer_sql.id,
            visibility.post(viewer_sql, mine),
            reply.author_id != viewer_sql.id,
            reply.boost_of_id.is_(None),
            reply.deleted_at.is_(None),
            visibility.post(viewer_sql, reply),
        )
    )
    both = union_all(written, back).subquery()
    to_them = func.min(both.c.id).filter(both.c.is_mine)
    to_me = func.min(both.c.id).filter(~both.c.is_mine)
    first = func.greatest(to_them, to_me)
    return (
        select(both.c.person_id)
        .group_by(both.c.person_id)
        .having(to_them.is_not(None), to_me.is_not(None), first > _SINCE)
        .order_by(first.desc())
    )


def _learned(viewer_sql: ViewerSql) -> Select[str, bool]:
    question, answer = aliased(Post), aliased(Post)
    return (
        select(Tag.name, func.bool_or(Topic.key.is_not(None)).label("is_known"))
        .select_from(question)
        .join(answer, answer.id == question.answer_id)
        .join(PostTag, PostTag.post_id == question.id)
        .join(Tag, Tag.id == PostTag.tag_id)
        .outerjoin(
            Topic, (Topic.person_id == viewer_sql.id) & (Topic.key == Tag.key) & (Topic.choice == _KNOWS)
        )
        .where(
            question.author_id == viewer_sql.id,
            question.is_question,
            visibility.post(viewer_sql, question),
            answer.id > _SINCE,
            answer.author_id != viewer_sql.id,
            answer.deleted_at.is_(None),
            visibility.post(viewer_sql, answer),
        )
        .group_by(Tag.name)
        .order_by(func.max(answer.id).desc())
        .limit(_TOPICS)
    )


_RECEIVED = VisibleQuery(_received)
_GIVEN = VisibleQuery(_given)
_MET = VisibleQuery(_met)
_LEARNED = VisibleQuery(_learned)
