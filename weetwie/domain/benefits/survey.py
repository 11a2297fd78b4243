"""The survey before and after: rounds are started, ended and counted. With the count all answers go, in the same transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import struct, structs
from weetwie.domain.benefits import survey_rules as rules
from weetwie.domain.benefits.survey_rules import SurveyAnswered, SurveyNumbers
from weetwie.errors import Conflict, Forbidden, _
from weetwie.events import PolicyChanged, audit
from weetwie.runtime import clock
from weetwie.tables.benefits import SurveyAnswer, SurveyReply, SurveyRound


class OpenRound(msgspec.Struct, frozen=True):
    id: int
    topics: list[str]
    begins_at: datetime
    ends_at: datetime


class CountedRound(msgspec.Struct, frozen=True):
    id: int
    compared_with_id: int | None
    topics: list[str]
    counted_at: datetime
    people: int | None
    asked: int | None
    named: int | None
    correct: int | None
    nearly_all: bool = False

    @property
    def numbers(self) -> SurveyNumbers:
        return SurveyNumbers(self.people, self.asked, self.named, self.correct, self.nearly_all)


async def open_round(db: Db) -> OpenRound | None:
    row = await db.row(_OPEN, at=clock.now())
    return struct(OpenRound, row) if row else None


async def counted(db: Db, *, is_sample: bool = False) -> list[CountedRound]:
    """The newest first; of the organisation, or of the sample company."""
    return structs(CountedRound, await db.rows(_COUNTED, is_sample=is_sample))


async def bring_sample(db: Db, topics: Sequence[str]) -> None:
    """Two rounds of the sample company, half a year apart, as if they had been counted."""
    now, first_id = clock.now(), None
    for days, numbers in _SAMPLE_ROUNDS:
        first_id = await db.value(
            _BRING,
            topics=list(topics),
            compared_with_id=first_id,
            begins_at=now - timedelta(days=days + rules.USUAL),
            ends_at=now - timedelta(days=days),
            **msgspec.structs.asdict(numbers),
        )


async def clear_sample(db: Db) -> None:
    await db.run(_CLEAR)


def last_told(rounds: Sequence[CountedRound]) -> CountedRound | None:
    """The newest of whose numbers something is told."""
    return next((one for one in rounds if one.numbers.is_told), None)


def before(rounds: Sequence[CountedRound], last: CountedRound) -> CountedRound | None:
    """With which it is compared."""
    return next((one for one in rounds if one.id == last.compared_with_id and one.numbers.is_told), None)


def may_begin(rounds: Sequence[CountedRound]) -> datetime | None:
    """From when on there may be another, after one whose numbers are told."""
    last = last_told(rounds)
    return last.counted_at + rules.APART if last else None


async def replied(db: Db, round_id: int) -> int | None:
    """How many took part so far, where they are enough."""
    return rules.replied(await db.value(_REPLIED, id=round_id))


async def start(
    db: Db, viewer: Viewer, topics: Sequence[str], days: int, compared_with_id: int | None
) -> None:
    """Raises Forbidden, Invalid and Conflict."""
    check(viewer)
    now = clock.now()
    if not viewer.policy.tells_activity:
        raise Forbidden(_("In works council mode there's no survey."))
    rules.check(topics, days)
    begins = may_begin(await counted(db))
    if begins and begins > now:
        raise Conflict(_("Start the next round at least three months after the last one."))
    id = await db.value(
        _START,
        topics=list(topics),
        compared_with_id=compared_with_id,
        at=now,
        ends_at=now + timedelta(days=days),
    )
    if id is None:
        raise Conflict(_("A round is already open."))
    await audit(db, viewer, "survey.start", round=id)


def check(viewer: Viewer) -> None:
    """Raises Forbidden."""
    allowed.check(viewer, permissions.administer)


async def end(db: Db, viewer: Viewer) -> None:
    """Now, and counts it. Raises Forbidden, and Conflict where none is open."""
    check(viewer)
    id = await db.value(_HOLD)
    if id is None:
        raise Conflict(_("No round is open."))
    await _count(db, id)
    await audit(db, viewer, "survey.end", round=id)


async def end_due(db: Db) -> None:
    """For the schedule."""
    id = await db.value(_HOLD_DUE, at=clock.now())
    if id is not None:
        await _count(db, id)


async def _count(db: Db, id: int) -> None:
    """Of a round that is held: nobody answers meanwhile."""
    found = rules.numbers(structs(SurveyAnswered, await db.rows(_ANSWERS, id=id)))
    await db.run(_FINISH, id=id, at=clock.now(), **msgspec.structs.asdict(found))
    for query in _FORGET:
        await db.run(query, id=id)


async def narrowed(db: Db, viewer: Viewer, facts: Sequence[PolicyChanged]) -> None:
    """With works-council mode an open round ends without being counted, and its answers go."""
    if any("works_council" in fact.names for fact in facts):
        id = await db.value(_HOLD)
        if id is not None:
            await db.run(_DELETE, id=id)
            await audit(db, viewer, "survey.end", round=id)


_ID, _AT = param("id", BigInteger), param("at", DateTime(timezone=True))
_IS_OPEN = SurveyRound.counted_at.is_(None)
_OPEN = Query(
    select(SurveyRound.id, SurveyRound.topics, SurveyRound.begins_at, SurveyRound.ends_at).where(
        _IS_OPEN, SurveyRound.ends_at > _AT
    )
)
_COUNTED = Query(
    select(SurveyRound.__table__)
    .where(SurveyRound.counted_at.is_not(None), SurveyRound.is_sample == param("is_sample", Boolean))
    .order_by(SurveyRound.counted_at.desc(), SurveyRound.id.desc())
)
_NUMBERS = {
    name: param(name, Boolean if name == "nearly_all" else BigInteger)
    for name in SurveyNumbers.__struct_fields__
}
_SAMPLE_ROUNDS = (
    (200, SurveyNumbers(25, 115, 70, 35)),
    (20, SurveyNumbers(25, 120, 95, 70)),
)
_BRING = Query(
    insert(SurveyRound)
    .values(
        topics=param("topics", ARRAY(Text)),
        compared_with_id=param("compared_with_id", BigInteger),
        begins_at=param("begins_at", DateTime(timezone=True)),
        ends_at=param("ends_at", DateTime(timezone=True)),
        counted_at=param("ends_at", DateTime(timezone=True)),
        is_sample=True,
        **_NUMBERS,
    )
    .returning(SurveyRound.id)
)
_CLEAR = Query(delete(SurveyRound).where(SurveyRound.is_sample))
_REPLIED = Query(select(func.count(SurveyAnswer.person_id.distinct())).where(SurveyAnswer.round_id == _ID))
_START = Query(
    insert(SurveyRound)
    .values(
        topics=param("topics", ARRAY(Text)),
        compared_with_id=param("compared_with_id", BigInteger),
        begins_at=_AT,
        ends_at=param("ends_at", DateTime(timezone=True)),
    )
    .on_conflict_do_nothing()
    .returning(SurveyRound.id)
)
_HOLD = Query(select(SurveyRound.id).where(_IS_OPEN).with_for_update())
_HOLD_DUE = Query(select(SurveyRound.id).where(_IS_OPEN, SurveyRound.ends_at <= _AT).with_for_update())
_ANSWERS = Query(select(SurveyAnswer.person_id, SurveyAnswer.is_correct).where(SurveyAnswer.round_id == _ID))
_FINISH = Query(
    update(SurveyRound)
    .where(SurveyRound.id == _ID)
    .values(
        counted_at=_AT,
        **_NUMBERS,
    )
)
_FORGET = tuple(Query(delete(table).where(table.round_id == _ID)) for table in (SurveyAnswer, SurveyReply))
_DELETE = Query(delete(SurveyRound).where(SurveyRound.id == _ID))
