"""Staying in touch, year after year: who is asked whether they still want to, who says no, who wants to hear of questions."""

from datetime import datetime, timedelta
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

A_YEAR: Final = timedelta(days=365)
A_WEEK: Final = timedelta(days=7)
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
_to_tell = (
    select(Person.id, Person.week_told_at.label("before"))
    .where(
        Person.wants_week,
        *_IS_AWAKE,
        or_(Person.week_told_at.is_(None), Person.week_told_at < _BEFORE),
    )
    .order_by(Person.id)
    .limit(_MOST_AT_ONCE)
    .with_for_update(skip_locked=True)
    .cte("to_tell")
)
_TELL = Query(
    update(Person)
    .where(Person.id == _to_tell.c.id)
    .values(week_told_at=_NOW)
    .returning(Person.id, _to_tell.c.before)
)
_WANTS = Query(select(Person.wants_week).where(Person.id == _ID))
_WANT = Query(update(Person).where(Person.id == _ID).values(wants_week=param("wants", Boolean)))


class ToTell(msgspec.Struct, frozen=True):
    """Somebody who wants to hear of open questions on their topics."""

    person_id: int
    since: datetime | None
    """When they were told the last time."""


async def to_ask(db: Db) -> list[int]:
    """Alumni who have not been asked for a year; from now on they count as asked."""
    now = clock.now()
    return columns(await db.rows(_ASK, now=now, before=now - A_YEAR), "id")


async def sleep(db: Db, viewer: Viewer) -> None:
    """An alumnus does not want to be one any more, and may come back by a link as after leaving. Raises Conflict."""
    await steps.take(db, system(viewer.policy), viewer.person_id, "sleep")
    await farewell.begin(db, viewer.person_id, ASLEEP)
    await record(db, viewer, PersonLeft(viewer.person_id))


async def to_tell(db: Db) -> list[ToTell]:
    """Who has not been told of questions for a week; from now on they count as told."""
    now = clock.now()
    return [ToTell(*row) for row in await db.rows(_TELL, now=now, before=now - A_WEEK)]


async def wants_week(db: Db, person_id: int) -> bool:
    return bool(await db.value(_WANTS, id=person_id))


async def want_week(db: Db, person_id: int, *, wants: bool) -> None:
    await db.run(_WANT, id=person_id, wants=wants)
