"""Answers: what those who know say is one, and whether it is still so."""

from typing import Final

from sqlalchemy import BigInteger, Executable, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.questions.begin import can_be_asked, is_answered
from weetwie.errors import Invalid, _, or_not_found
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.questions import AnswerVote

ENOUGH: Final = 2
"""So many who know accept an answer for an asker who says nothing."""


async def vote(db: Db, viewer: Viewer, question_id: int, answer_id: int) -> int:
    """One each; a later one stands for the former. How many this answer has, of those who are here.

    The question is held until the transaction ends: of two who vote at once the later counts both.
    """
    allowed.check(viewer, permissions.act)
    await db.run(_HOLD, post_id=question_id)
    await db.run(_VOTE, post_id=question_id, person_id=viewer.person_id, answer_id=answer_id)
    return int(await db.value(_COUNT, post_id=question_id, answer_id=answer_id))


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


async def ranked(db: Db, viewer: Viewer, post_id: int, most: int) -> list[int]:
    """The answers that the viewer sees: the accepted one, then replies to the question by their favourites, then the oldest.

    Votes do not count: that somebody voted is theirs alone. Raises NotFound for what is no question that the viewer sees.
    """
    or_not_found(await _IS_QUESTION.row(db, viewer, post_id=post_id))
    return columns(await _RANKED.rows(db, viewer, post_id=post_id, most=most), "id")


_POST_ID = param("post_id", BigInteger)
_ASKER = Query(select(Post.author_id).where(Post.id == _POST_ID, Post.deleted_at.is_(None)))
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
