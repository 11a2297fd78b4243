"""Answers: what those who know say is one, and whether it is still so."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Executable,
    SmallInteger,
    and_,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Value, columns, param
from weetwie.database.rows import structs
from weetwie.database.sql import ColumnSql
from weetwie.domain.questions.begin import can_be_asked, is_answered
from weetwie.domain.questions.rules import AskStep
from weetwie.errors import Invalid, _, or_not_found
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.questions import AnswerVote, Question

ENOUGH: Final = 2
"""So many who know accept an answer for an asker who says nothing."""
A_YEAR: Final = timedelta(days=365)
_NEXT: Final = timedelta(days=30)
"""After which somebody else is asked whether it is still so."""


class DueCheck(msgspec.Struct, frozen=True):
    post_id: int
    answer_id: int
    asker_id: int
    answerer_id: int
    checks: int
    terms: list[int]


async def vote(db: Db, viewer: Viewer, question_id: int, answer_id: int) -> int:
    """One each; a later one stands for the former. How many this answer has, of those who are here.

    The question is held until the transaction ends: of two who vote at once the later counts both.
    """
    allowed.check(viewer, permissions.act)
    await db.run(_HOLD, post_id=question_id)
    await db.run(_VOTE, post_id=question_id, person_id=viewer.person_id, answer_id=answer_id)
    return int(await db.value(_COUNT, post_id=question_id, answer_id=answer_id))


async def confirm(
    db: Db, viewer: Viewer, post_id: int, check_at: datetime | None, *, is_still_so: bool
) -> None:
    """Of an accepted answer that one sees. Raises NotFound, and Invalid where there is none."""
    allowed.check(viewer, permissions.act)
    asker_id = await asker_of_answered(db, viewer, post_id)
    by_id = viewer.person_id if viewer.policy.tells_activity else None
    await db.run(
        _CONFIRM,
        post_id=post_id,
        asker_id=asker_id,
        step=int(AskStep.unasked),
        at=clock.now(),
        by_id=by_id,
        is_outdated=not is_still_so,
        check_at=check_at,
    )


async def asker_of_answered(db: Db, viewer: Viewer, post_id: int) -> int:
    """Raises NotFound for no question that the viewer sees, Invalid where no answer of it that they see was accepted."""
    row = or_not_found(await _ANSWERED.row(db, viewer, post_id=post_id))
    if not row["is_answered"]:
        raise Invalid(_("This question has no accepted answer yet."), field="id")
    return int(row["author_id"])


async def asker_of(db: Db, post_id: int) -> int | None:
    """None where the question is gone."""
    found: int | None = await db.value(_ASKER, post_id=post_id)
    return found


async def note_accepted(db: Db, post_id: int, asker_id: int, check_at: datetime | None) -> None:
    """What was said of an answer before does not hold for another one."""
    await db.run(_NOTE, post_id=post_id, asker_id=asker_id, step=int(AskStep.unasked), check_at=check_at)


async def due(db: Db, most: int) -> list[DueCheck]:
    """Nobody else checks these until the transaction ends."""
    return structs(DueCheck, await db.rows(_DUE, now=clock.now(), most=most))


async def asked_about(db: Db, one: DueCheck) -> None:
    """First who wrote the answer, a month later somebody else who knows, then once a year."""
    later = _NEXT if one.checks == 0 else A_YEAR
    await db.run(_ASKED_ABOUT, post_id=one.post_id, check_at=clock.now() + later)


async def confirmed(db: Db, post_ids: Sequence[int]) -> dict[int, tuple[datetime | None, bool]]:
    """By question, when its answer was last confirmed, and whether it holds no longer."""
    rows = await db.rows(_CONFIRMED, ids=list(post_ids))
    return {row["post_id"]: (row["confirmed_at"], row["is_outdated"]) for row in rows}


async def ranked(db: Db, viewer: Viewer, post_id: int, most: int) -> list[int]:
    """The answers that the viewer sees: the accepted one, then replies to the question by their favourites, then the oldest.

    Votes do not count: that somebody voted is theirs alone. Raises NotFound for what is no question that the viewer sees.
    """
    or_not_found(await _IS_QUESTION.row(db, viewer, post_id=post_id))
    return columns(await _RANKED.rows(db, viewer, post_id=post_id, most=most), "id")


_POST_ID = param("post_id", BigInteger)
_ASKER = Query(select(Post.author_id).where(Post.id == _POST_ID, Post.deleted_at.is_(None)))
_CHECK_AT = param("check_at", DateTime(timezone=True))
_HOLD = Query(select(Post.id).where(Post.id == _POST_ID).with_for_update(key_share=True))
_VOTE = Query(
    insert(AnswerVote)
    .values(
        post_id=_POST_ID, person_id=param("person_id", BigInteger), answer_id=param("answer_id", BigInteger)
    )
    .on_conflict_do_update(
        index_elements=[AnswerVote.post_id, AnswerVote.person_id],
        set_={"answer_id": param("answer_id", BigInteger)},
    )
)
_COUNT = Query(
    select(func.count())
    .select_from(AnswerVote)
    .join(Person, Person.id == AnswerVote.person_id)
    .where(
        AnswerVote.post_id == _POST_ID,
        AnswerVote.answer_id == param("answer_id", BigInteger),
        can_be_asked(Person),
    )
)


def _answered(viewer_sql: ViewerSql) -> Executable:
    return select(Post.author_id, is_answered(viewer_sql).label("is_answered")).where(
        Post.id == _POST_ID, Post.is_question, Post.boost_of_id.is_(None), visibility.parent(viewer_sql, Post)
    )


def _is_question(viewer_sql: ViewerSql) -> Executable:
    return select(Post.id).where(
        Post.id == _POST_ID, Post.is_question, Post.boost_of_id.is_(None), visibility.parent(viewer_sql, Post)
    )


def _ranked(viewer_sql: ViewerSql) -> Executable:
    """Of programs none, and none by the asker but what they accepted."""
    question, author = aliased(Post), aliased(Person)
    is_accepted = question.answer_id.is_not_distinct_from(Post.id)
    return (
        select(Post.id)
        .select_from(Post)
        .join(question, question.id == _POST_ID)
        .join(author, author.id == Post.author_id)
        .where(
            Post.root_id == question.root_id,
            Post.boost_of_id.is_(None),
            or_(
                is_accepted,
                and_(
                    Post.reply_to_id == question.id,
                    Post.author_id != question.author_id,
                    Post.visibility <= int(Visibility.unlisted),
                    ~author.is_bot,
                ),
            ),
            visibility.parent(viewer_sql, Post),
        )
        .order_by(is_accepted.desc(), Post.favourites_count.desc(), Post.id)
        .limit(param("most", BigInteger))
    )


_ANSWERED, _IS_QUESTION = VisibleQuery(_answered), VisibleQuery(_is_question)
_RANKED = VisibleQuery(_ranked)


def _with_row(values: Mapping[str, Value | ColumnSql]) -> Executable:
    """Of a question that may have no row yet."""
    return (
        insert(Question)
        .values(
            post_id=_POST_ID,
            asker_id=param("asker_id", BigInteger),
            step=param("step", SmallInteger),
            **values,
        )
        .on_conflict_do_update(index_elements=[Question.post_id], set_=values)
    )


_CONFIRM = Query(
    lambda: _with_row(
        {
            "confirmed_at": param("at", DateTime(timezone=True)),
            "confirmed_by_id": param("by_id", BigInteger),
            "is_outdated": param("is_outdated", Boolean),
            "check_at": _CHECK_AT,
            "checks": 0,
        }
    )
)
_NOTE = Query(
    lambda: _with_row(
        {
            "confirmed_at": None,
            "confirmed_by_id": None,
            "is_outdated": False,
            "check_at": _CHECK_AT,
            "checks": 0,
        }
    )
)
_answer = aliased(Post)
_DUE = Query(
    select(
        Question.post_id,
        Post.answer_id,
        Post.author_id.label("asker_id"),
        _answer.author_id.label("answerer_id"),
        Question.checks,
        Question.terms,
    )
    .join(Post, Post.id == Question.post_id)
    .join(_answer, _answer.id == Post.answer_id)
    .where(Question.check_at <= param("now", DateTime(timezone=True)))
    .order_by(Question.check_at)
    .limit(param("most", BigInteger))
    .with_for_update(of=Question, skip_locked=True)
)
_ASKED_ABOUT = Query(
    update(Question)
    .where(Question.post_id == _POST_ID)
    .values(check_at=_CHECK_AT, checks=Question.checks + 1)
)
_CONFIRMED = Query(
    select(Question.post_id, Question.confirmed_at, Question.is_outdated).where(
        Question.post_id == func.any(param("ids", ARRAY(BigInteger)))
    )
)
