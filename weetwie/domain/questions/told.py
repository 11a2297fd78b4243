"""What somebody is told of a question: by whom they are asked, whom its asker chose, when more are asked."""

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, Select, Text, and_, case, exists, func, or_, select

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.sql import BoolSql
from weetwie.domain.questions import steps
from weetwie.domain.questions.begin import is_answered
from weetwie.domain.questions.rules import AskStep, ChosenBy, State
from weetwie.errors import or_not_found
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.tables.questions import AskedPerson, Question, WantsToKnow

_WAITING: Final = (int(State.waits), int(State.asked), int(State.not_now))


class ToldQuestion(msgspec.Struct, frozen=True):
    """As one viewer may know it."""

    post_id: int
    asker_id: int
    chosen: list[int]
    """By the asker; for the asker and those who are asked."""
    added: int | None = None
    """How many more people Weetwie asks; for the asker."""
    next_step: AskStep | None = None
    next_at: datetime | None = None
    is_closed: bool = False
    is_asking: bool = False
    """Whether people are asked for it at all; for the asker."""
    chosen_by: ChosenBy | None = None
    """Who chose the viewer; none where they are not asked."""
    named_by_id: int | None = None
    state: State | None = None
    """Of the viewer."""
    wants_to_know: bool = False
    confirmed_at: datetime | None = None
    confirmed_by_id: int | None = None
    is_outdated: bool = False


async def told(db: Db, viewer: Viewer, post_id: int) -> ToldQuestion:
    """Raises NotFound for what is no question that the viewer sees."""
    row = or_not_found(await _TOLD.row(db, viewer, post_id=post_id))
    is_asker = row["author_id"] == viewer.person_id
    state = None if row["state"] is None else State(row["state"])
    may_know = is_asker or state is not None
    chosen = columns(await db.rows(_CHOSEN, post_id=post_id), "person_id") if may_know else []
    step = AskStep(row["step"]) if row["step"] is not None else AskStep.unasked
    goes_on = is_asker and row["due_at"] is not None and await steps.is_looking(db, viewer, post_id)
    return ToldQuestion(
        post_id,
        row["author_id"],
        chosen,
        added=row["added"] if is_asker else None,
        next_step=AskStep(step + 1) if goes_on and step < AskStep.open else None,
        next_at=row["due_at"] if goes_on else None,
        is_closed=bool(row["is_closed"]) and is_asker,
        is_asking=is_asker and step > AskStep.unasked,
        chosen_by=None if row["chosen_by"] is None else ChosenBy(row["chosen_by"]),
        named_by_id=row["named_by_id"],
        state=state,
        wants_to_know=row["wants_to_know"],
        confirmed_at=row["confirmed_at"],
        confirmed_by_id=row["confirmed_by_id"] if viewer.policy.tells_activity else None,
        is_outdated=bool(row["is_outdated"]),
    )


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


_POST_ID = param("post_id", BigInteger)
_BELOW, _MOST = param("below", BigInteger), param("most", BigInteger)


def _told(viewer_sql: ViewerSql) -> Executable:
    mine, wants = aliased(AskedPerson), aliased(WantsToKnow)
    sees_answer = is_answered(viewer_sql)
    said_of_answer = (Question.confirmed_at, Question.confirmed_by_id, Question.is_outdated)
    return (
        select(
            Post.author_id,
            Question.step,
            Question.due_at,
            Question.added,
            Question.is_closed,
            *(case((sees_answer, column)).label(column.key) for column in said_of_answer),
            mine.state,
            mine.chosen_by,
            case((mine.is_named_openly, mine.named_by_id)).label("named_by_id"),
            wants.person_id.is_not(None).label("wants_to_know"),
        )
        .select_from(Post)
        .outerjoin(Question, Question.post_id == Post.id)
        .outerjoin(
            mine,
            and_(mine.post_id == Post.id, mine.person_id == viewer_sql.id, mine.state != int(State.out)),
        )
        .outerjoin(wants, and_(wants.post_id == Post.id, wants.person_id == viewer_sql.id))
        .where(
            Post.id == _POST_ID,
            Post.is_question,
            Post.boost_of_id.is_(None),
            visibility.parent(viewer_sql, Post),
        )
    )


_TOLD = VisibleQuery(_told)
_CHOSEN = Query(
    select(AskedPerson.person_id)
    .where(AskedPerson.post_id == _POST_ID, AskedPerson.chosen_by == int(ChosenBy.asker))
    .order_by(AskedPerson.person_id)
)


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
