"""Whether an accepted answer is still so: who is asked when, and what they said."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Executable, SmallInteger, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Value, param
from weetwie.database.rows import structs
from weetwie.database.sql import ColumnSql
from weetwie.domain.questions.answers import _POST_ID, asker_of_answered
from weetwie.domain.questions.rules import AskStep
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post
from weetwie.tables.questions import Question

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


_CHECK_AT = param("check_at", DateTime(timezone=True))


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
