"""Questions whose next step is due: taken from the rows, so that what was begun is found again after any end of the program."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    SmallInteger,
    Text,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.domain.questions.begin import is_answered
from weetwie.domain.questions.rules import AskStep, ChosenBy, State
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.questions import AskedPerson, Question, QuestionLoad

_LONGEST_WAIT: Final = timedelta(hours=1)


class DueQuestion(msgspec.Struct, frozen=True):
    post_id: int
    asker_id: int
    step: int
    attempts: int


class AlreadyAsked(msgspec.Struct, frozen=True):
    person_id: int
    chosen_by: int
    state: int


async def due(db: Db, most: int) -> list[DueQuestion]:
    """Nobody else takes these until the transaction ends."""
    return structs(DueQuestion, await db.rows(_DUE, now=clock.now(), most=most))


async def put_off(db: Db, one: DueQuestion) -> None:
    """What failed is tried again later."""
    later = min(timedelta(seconds=5 * 2**one.attempts), _LONGEST_WAIT)
    await db.run(_PUT_OFF, post_id=one.post_id, due_at=clock.now() + later)


async def is_looking(db: Db, asker: Viewer, post_id: int) -> bool:
    """Whether the question is still there, open, and nobody whom its asker sees has answered."""
    return bool(await _IS_LOOKING.value(db, asker, post_id=post_id))


async def already(db: Db, post_id: int) -> list[AlreadyAsked]:
    return structs(AlreadyAsked, await db.rows(_ALREADY, post_id=post_id))


async def ask(
    db: Db, post_id: int, people: Sequence[int], by: ChosenBy, tell_at: Sequence[datetime], at: datetime
) -> None:
    """Each once; who was chosen before and waited is asked now."""
    if people:
        await db.run(_ASK, post_id=post_id, people=list(people), tell_at=list(tell_at), by=int(by), at=at)
        await db.run(_LOAD, post_id=post_id, people=list(people), at=at)


async def leave_out(db: Db, post_id: int, people: Sequence[int]) -> None:
    """Who never wants to be asked this."""
    if people:
        await db.run(_LEAVE_OUT, post_id=post_id, people=list(people))


async def taken(
    db: Db,
    one: DueQuestion,
    step: AskStep,
    due_at: datetime | None,
    *,
    added: int,
    topic: str,
    terms: Sequence[int],
) -> None:
    await db.run(
        _TAKEN,
        post_id=one.post_id,
        step=int(step),
        due_at=due_at,
        added=added,
        topic=topic,
        terms=list(terms),
    )


async def ended(db: Db, one: DueQuestion) -> None:
    """No step comes any more."""
    await db.run(_ENDED, post_id=one.post_id)


async def forget_load(db: Db) -> None:
    """By the clock."""
    await db.run(_FORGET_LOAD, before=clock.now() - _KEPT)


_KEPT: Final = timedelta(days=8)
_NOW = param("now", DateTime(timezone=True))
_AT = param("at", DateTime(timezone=True))
_POST_ID = param("post_id", BigInteger)
_PEOPLE = param("people", ARRAY(BigInteger))
_TERMS = param("terms", ARRAY(BigInteger))
_due = select(Question.post_id, Question.asker_id, Question.step, Question.attempts).where(
    Question.due_at <= _NOW
)
WAITS = _due.exists()
_DUE = Query(
    _due.order_by(Question.due_at, Question.post_id)
    .limit(param("most", BigInteger))
    .with_for_update(skip_locked=True)
)
_PUT_OFF = Query(
    update(Question)
    .where(Question.post_id == _POST_ID)
    .values(due_at=param("due_at", DateTime(timezone=True)), attempts=Question.attempts + 1)
)
_ENDED = Query(update(Question).where(Question.post_id == _POST_ID).values(due_at=None, attempts=0))
_TAKEN = Query(
    update(Question)
    .where(Question.post_id == _POST_ID)
    .values(
        step=param("step", SmallInteger),
        due_at=param("due_at", DateTime(timezone=True)),
        added=param("added", BigInteger),
        topic=param("topic", Text),
        terms=_TERMS,
        attempts=0,
    )
)
_ALREADY = Query(
    select(AskedPerson.person_id, AskedPerson.chosen_by, AskedPerson.state)
    .where(AskedPerson.post_id == _POST_ID)
    .order_by(AskedPerson.person_id)
)


def _is_looking(viewer_sql: ViewerSql) -> Executable:
    answer, author = aliased(Post), aliased(Person)
    return (
        select(Question.post_id)
        .join(Post, Post.id == Question.post_id)
        .where(
            Question.post_id == _POST_ID,
            ~Question.is_closed,
            ~is_answered(viewer_sql),
            visibility.parent(viewer_sql, Post),
            ~select(answer.id)
            .join(author, author.id == answer.author_id)
            .where(
                answer.root_id == Post.root_id,
                answer.id != Post.id,
                answer.author_id != Post.author_id,
                answer.boost_of_id.is_(None),
                ~author.is_bot,
                visibility.parent(viewer_sql, answer),
            )
            .correlate(Post)
            .exists(),
        )
    )


_IS_LOOKING = VisibleQuery(_is_looking)


def _ask() -> Executable:
    given = (
        func.unnest(_PEOPLE, param("tell_at", ARRAY(DateTime(timezone=True))))
        .table_valued("person_id", "tell_at")
        .render_derived()
    )
    made = insert(AskedPerson).from_select(
        ["post_id", "person_id", "chosen_by", "state", "tell_at"],
        select(
            _POST_ID,
            given.c.person_id,
            param("by", SmallInteger),
            literal(int(State.asked), SmallInteger),
            given.c.tell_at,
        ),
    )
    return made.on_conflict_do_update(
        index_elements=[AskedPerson.post_id, AskedPerson.person_id],
        set_={"state": int(State.asked), "tell_at": made.excluded.tell_at},
        where=AskedPerson.state == int(State.waits),
    )


_ASK = Query(_ask)
_LOAD = Query(
    insert(QuestionLoad)
    .from_select(["post_id", "person_id", "at"], select(_POST_ID, func.unnest(_PEOPLE), _AT))
    .on_conflict_do_nothing()
)
_LEAVE_OUT = Query(
    update(AskedPerson)
    .where(AskedPerson.post_id == _POST_ID, AskedPerson.person_id == func.any(_PEOPLE))
    .values(state=int(State.out), tell_at=None, mail_at=None)
)
_FORGET_LOAD = Query(delete(QuestionLoad).where(QuestionLoad.at < param("before", DateTime(timezone=True))))
