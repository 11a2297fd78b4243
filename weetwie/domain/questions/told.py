"""What somebody is told of a question: by whom they are asked, whom its asker chose, when more are asked."""

from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, Executable, and_, case, select

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.questions import steps
from weetwie.domain.questions.begin import is_answered
from weetwie.domain.questions.rules import AskStep, ChosenBy, State
from weetwie.errors import or_not_found
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post
from weetwie.tables.questions import AskedPerson, Question, WantsToKnow


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


_POST_ID = param("post_id", BigInteger)


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
