"""Staying in touch, year after year: who is asked whether they still want to, who says no; and who wants the week by mail."""

from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, func, or_, select, update

from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer, system
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.people import farewell, steps
from weetwie.events import PersonLeft, record
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.tables.questions import QuestionPreferences

A_YEAR: Final = timedelta(days=365)
_A_DAY: Final = timedelta(days=1)
"""Nobody is written to again within a day, whatever the calendar says."""
_MOST_AT_ONCE: Final = 100
ASLEEP: Final = "asleep"
"""The reason of who does not want to be an alumnus any more, for now."""

_NOW, _BEFORE = param("now", DateTime(timezone=True)), param("before", DateTime(timezone=True))
_ID = param("id", BigInteger)
_IS_AWAKE = (Person.is_dormant.is_(False), Person.suspended_at.is_(None), Person.erased_at.is_(None))
_to_ask = (
    select(Person.id)
    .where(
        Person.standing == int(Standing.alumnus),
        *_IS_AWAKE,
        func.coalesce(Person.asked_to_stay_at, Person.left_at, Person.joined_at) < _BEFORE,
    )
    .order_by(Person.id)
    .limit(_MOST_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_ASK = Query(update(Person).where(Person.id.in_(_to_ask)).values(asked_to_stay_at=_NOW).returning(Person.id))
_WEEKLY = Query(
    select(
        Person.id,
        Person.place,
        Person.week_told_at.label("told_at"),
        QuestionPreferences.time_zone,
        QuestionPreferences.away_until,
    )
    .outerjoin(QuestionPreferences, QuestionPreferences.person_id == Person.id)
    .where(
        Person.wants_week,
        *_IS_AWAKE,
        or_(Person.week_told_at.is_(None), Person.week_told_at < _BEFORE),
    )
    .order_by(Person.id)
)
_TOLD = Query(
    update(Person)
    .where(Person.id == _ID, or_(Person.week_told_at.is_(None), Person.week_told_at < _BEFORE))
    .values(week_told_at=_NOW)
)
_WANTS = Query(select(Person.wants_week).where(Person.id == _ID))
_WANT = Query(
    update(Person)
    .where(Person.id == _ID, Person.wants_week != param("wants", Boolean))
    .values(wants_week=param("wants", Boolean), week_told_at=_NOW)
)


class WeeklyReader(msgspec.Struct, frozen=True):
    """Somebody who wants the week by mail."""

    person_id: int
    place: str
    told_at: datetime | None
    """When the last one was written, or when they chose to get them."""
    time_zone: str | None
    """Empty where the organisation's holds."""
    away_until: date | None


async def to_ask(db: Db) -> list[int]:
    """Alumni who have not been asked for a year; from now on they count as asked."""
    now = clock.now()
    return columns(await db.rows(_ASK, now=now, before=now - A_YEAR), "id")


async def sleep(db: Db, viewer: Viewer) -> None:
    """An alumnus does not want to be one any more, and may come back by a link as after leaving. Raises Conflict."""
    await steps.take(db, system(viewer.policy), viewer.person_id, "sleep")
    await farewell.begin(db, viewer.person_id, ASLEEP)
    await record(db, viewer, PersonLeft(viewer.person_id))


async def weekly(db: Db) -> list[WeeklyReader]:
    """Who wants the week by mail and has had none for a day."""
    rows = await db.rows(_WEEKLY, before=clock.now() - _A_DAY)
    return [WeeklyReader(*row) for row in rows]


async def told(db: Db, person_id: int) -> bool:
    """From now on this week's is written; false where somebody else was faster."""
    now = clock.now()
    return bool(await db.run(_TOLD, id=person_id, now=now, before=now - _A_DAY))


async def wants_week(db: Db, person_id: int) -> bool:
    return bool(await db.value(_WANTS, id=person_id))


async def want_week(db: Db, person_id: int, *, wants: bool) -> None:
    """Who begins to want it gets the next one, not the last."""
    await db.run(_WANT, id=person_id, wants=wants, now=clock.now())
