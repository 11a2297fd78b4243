"""Lists of questions: those that wait for somebody, their own, without an answer, and answered ones."""

from typing import Final

from sqlalchemy import BigInteger, Executable, Select, Text, exists, func, or_, select

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, columns, param
from weetwie.database.sql import BoolSql
from weetwie.domain.questions.begin import is_answered
from weetwie.domain.questions.rules import AskStep, State
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.tables.questions import AskedPerson, Question

_WAITING: Final = (int(State.waits), int(State.asked), int(State.not_now))


async def waiting(db: Db, viewer: Viewer, page: Page) -> list[int]:
    """Questions that one is asked and has not answered; those for later come last."""
    return columns(await _WAITING_FOR.rows(db, viewer, **_bounds(page)), "id")


async def own(db: Db, viewer: Viewer, page: Page) -> list[int]:
    """One's own questions, the newest first."""
    return columns(await _OWN.rows(db, viewer, **_bounds(page)), "id")


async def unanswered(db: Db, viewer: Viewer, page: Page, tag: str = "") -> list[int]:
    """Without an accepted answer, and nobody is being asked at the moment; the newest first."""
    return columns(await _UNANSWERED.rows(db, viewer, **_bounds(page), tag=tag), "id")


async def answered(db: Db, viewer: Viewer, page: Page, tag: str = "") -> list[int]:
    """With an accepted answer that the viewer sees; the newest first."""
    return columns(await _ANSWERED.rows(db, viewer, **_bounds(page), tag=tag), "id")


async def tags_of_answers(db: Db, viewer: Viewer, most: int) -> list[tuple[str, int]]:
    """Hashtags of answered questions that the viewer sees, and how many there are, the most first."""
    return [(row["name"], row["number"]) for row in await _TAGS.rows(db, viewer, most=most)]


def _bounds(page: Page) -> dict[str, int]:
    return {"below": page.below, "most": page.limit}


_BELOW, _MOST = param("below", BigInteger), param("most", BigInteger)


def _waiting_for(viewer_sql: ViewerSql) -> Executable:
    answer = aliased(Post)
    return (
        select(Post.id)
        .join(AskedPerson, AskedPerson.post_id == Post.id)
        .join(Question, Question.post_id == Post.id)
        .where(
            AskedPerson.person_id == viewer_sql.id,
            AskedPerson.state.in_(_WAITING),
            ~Question.is_closed,
            ~is_answered(viewer_sql),
            Post.id < _BELOW,
            visibility.parent(viewer_sql, Post),
            ~visibility.there_is(
                answer,
                answer.root_id == Post.root_id,
                answer.author_id == viewer_sql.id,
                answer.deleted_at.is_(None),
            ),
        )
        .order_by(AskedPerson.state == int(State.not_now), Post.id.desc())
        .limit(_MOST)
    )


def _questions(viewer_sql: ViewerSql) -> Select[int]:
    return (
        select(Post.id)
        .where(
            Post.is_question,
            Post.reply_to_id.is_(None),
            Post.boost_of_id.is_(None),
            Post.id < _BELOW,
            visibility.parent(viewer_sql, Post),
        )
        .order_by(Post.id.desc())
        .limit(_MOST)
    )


def _own(viewer_sql: ViewerSql) -> Executable:
    return _questions(viewer_sql).where(Post.author_id == viewer_sql.id)


def _of_tag() -> BoolSql:
    tag = param("tag", Text)
    return or_(
        tag == "",
        exists().where(PostTag.post_id == Post.id, PostTag.tag_id == Tag.id, Tag.key == tag),
    )


def _unanswered(viewer_sql: ViewerSql) -> Executable:
    is_being_asked = exists().where(
        Question.post_id == Post.id,
        Question.step.between(int(AskStep.begun), int(AskStep.followers)),
        Question.due_at.is_not(None),
    )
    return _questions(viewer_sql).where(
        ~is_answered(viewer_sql),
        Post.visibility == int(Visibility.public),
        ~is_being_asked,
        _of_tag(),
    )


def _answered(viewer_sql: ViewerSql) -> Executable:
    return _questions(viewer_sql).where(
        Post.visibility <= int(Visibility.unlisted), is_answered(viewer_sql), _of_tag()
    )


def _tags(viewer_sql: ViewerSql) -> Executable:
    number = func.count(Post.id.distinct())
    return (
        select(Tag.name, number.label("number"))
        .join(PostTag, PostTag.tag_id == Tag.id)
        .join(Post, Post.id == PostTag.post_id)
        .where(
            Post.is_question,
            Post.reply_to_id.is_(None),
            Post.boost_of_id.is_(None),
            visibility.parent(viewer_sql, Post),
            is_answered(viewer_sql),
        )
        .group_by(Tag.id, Tag.name)
        .order_by(number.desc(), Tag.name)
        .limit(_MOST)
    )


_WAITING_FOR, _OWN = VisibleQuery(_waiting_for), VisibleQuery(_own)
_UNANSWERED, _ANSWERED, _TAGS = VisibleQuery(_unanswered), VisibleQuery(_answered), VisibleQuery(_tags)
