"""Who counts as new. Nobody does who came in a wave: in a week in which many others joined as well, as when an organisation begins."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import DateTime, Executable, SQLColumnExpression, Text, case, cast, func, literal, select

from weetwie.database.pool import Db, Query, param
from weetwie.runtime.for_a_while import ForAWhile
from weetwie.tables.people import Person

MomentSql = SQLColumnExpression[datetime]

_FEW: Final = 5
"""So many in one week are no wave, however small the organisation."""
_PART: Final = 10
"""More than one in so many of all people are one."""
_WEEK: Final = timedelta(days=7)


class LastWaves(ForAWhile[date, tuple[datetime | None]]):
    """When the last wave of a database began, by the day from which on it was looked for."""

    def __init__(self) -> None:
        super().__init__(10, timedelta(minutes=1))


async def new_since(db: Db, since: datetime) -> datetime:
    """From when on people count as new who have joined after `since`: not before the last wave was over."""
    waves: LastWaves = db.kept.setdefault(LastWaves, LastWaves())
    found = waves.get(since.date())
    if found is None:
        found = waves.put(since.date(), (await db.value(_LAST_WAVE, since=since),))
    (last,) = found
    return max(since, last + _WEEK) if last is not None else since


async def came_in_a_wave(db: Db, joined_at: datetime) -> bool:
    return bool(await db.value(_WAS_WAVE, at=joined_at))


_ALL = select(func.count()).select_from(Person).where(Person.erased_at.is_(None)).scalar_subquery()
_NUMBER = func.count(Person.id)
_IS_WAVE = case((_NUMBER <= _FEW, literal(False)), else_=_NUMBER * _PART > _ALL)
"""All people are counted only where more than a few joined."""


def _week(moment: MomentSql) -> MomentSql:
    """The Monday on which its week begins, in one zone for everybody."""
    return func.date_trunc("week", moment, cast("UTC", Text))


def _last_wave() -> Executable:
    week = _week(Person.joined_at)
    begin = _week(param("since", DateTime(timezone=True)))
    waves = (
        select(week.label("week"))
        .where(Person.joined_at >= begin, Person.erased_at.is_(None))
        .group_by(week)
        .having(_IS_WAVE)
        .subquery()
    )
    return select(func.max(waves.c.week))


def _was_wave() -> Executable:
    begin = _week(param("at", DateTime(timezone=True)))
    return select(_IS_WAVE).where(
        Person.joined_at >= begin,
        Person.joined_at < begin + _WEEK,
        Person.erased_at.is_(None),
    )


_LAST_WAVE, _WAS_WAVE = Query(_last_wave), Query(_was_wave)
