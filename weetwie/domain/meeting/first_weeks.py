"""The first 90 days of somebody new: which card is due, what they did about it, and whom it has shown.

They begin with the first session, however long before that the account was made.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, DateTime, SmallInteger, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import VIEWER
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import there_is
from weetwie.domain.meeting.weeks import LASTS, week_at
from weetwie.events import PersonJoined, PersonLeft
from weetwie.runtime import clock
from weetwie.tables.identity import Session
from weetwie.tables.meeting import FirstWeeks, FirstWeeksPerson
from weetwie.tables.people import Person
from weetwie.views import newness


async def joined(db: Db, _viewer: Viewer, facts: Sequence[PersonJoined]) -> None:
    """Whichever way they came; programs have no first weeks."""
    await db.run(_JOINED, ids=[fact.person_id for fact in facts])


async def left(db: Db, _viewer: Viewer, facts: Sequence[PersonLeft]) -> None:
    for forget in (_FORGET_PEOPLE_OF, _FORGET_WEEKS_OF):
        await db.run(forget, ids=[fact.person_id for fact in facts])


async def due(db: Db, viewer: Viewer, *, by_mail: bool = False) -> int | None:
    """The week whose card stands now: not for who is suspended or about to leave, nor who came with many others, nor one that was
    put away, nor by mail one that a mail has had."""
    if not viewer.is_person or not permissions.act(viewer, clock.now()) or _is_leaving(viewer):
        return None
    row = await db.row(_WEEKS, person_id=viewer.person_id)
    if row is None or row["began_at"] is None:
        return None
    week = week_at(clock.now() - row["began_at"])
    over = max(row["skipped"], row["mailed"]) if by_mail else row["skipped"]
    if week is None or week <= over or await newness.came_in_a_wave(db, row["joined_at"]):
        return None
    return week


def _is_leaving(viewer: Viewer) -> bool:
    """Guests always have an end."""
    return viewer.until is not None and viewer.standing is not Standing.guest


async def is_wanted(db: Db, viewer: Viewer) -> bool | None:
    """None for who has none any more."""
    wanted: bool | None = await db.value(_IS_WANTED, person_id=viewer.person_id)
    return wanted


async def begin(db: Db, viewer: Viewer) -> None:
    """With the first session of theirs."""
    await db.run(_BEGIN, ids=[viewer.person_id])


async def skip(db: Db, viewer: Viewer, week: int) -> None:
    """This card and those before it do not come again."""
    allowed.check(viewer, permissions.act_as_person)
    await db.run(_SKIP, person_id=viewer.person_id, week=week)


async def choose(db: Db, viewer: Viewer, *, is_wanted: bool) -> None:
    allowed.check(viewer, permissions.act_as_person)
    await db.run(_CHOOSE[is_wanted], person_id=viewer.person_id)


async def mailed(db: Db, viewer: Viewer, week: int) -> None:
    await db.run(_MAILED, person_id=viewer.person_id, week=week)


async def shown(db: Db, viewer: Viewer, week: int, people: Iterable[int]) -> None:
    """Another card does not show them again."""
    await db.run(_SHOWN, person_id=viewer.person_id, week=week, ids=list(people))


async def begin_those_here(db: Db) -> None:
    """For the schedule: also of who reads by an app alone."""
    await db.run(_BEGIN_ALL)


async def forget_old(db: Db) -> None:
    """For the schedule: after 90 days and the last card nothing stays, and so nothing begins again."""
    before = clock.now() - LASTS
    for forget in (_FORGET_OLD_PEOPLE, _FORGET_OLD):
        await db.run(forget, before=before)


_PERSON, _WEEK = param("person_id", BigInteger), param("week", SmallInteger)
_ID_LIST = param("ids", ARRAY(BigInteger))
_IDS = func.any(_ID_LIST)
_BEFORE = param("before", DateTime(timezone=True))
_MINE = FirstWeeks.person_id == _PERSON

_JOINED = Query(
    insert(FirstWeeks)
    .from_select(["person_id"], select(Person.id).where(Person.id == _IDS, Person.is_bot.is_(False)))
    .on_conflict_do_nothing()
)
_WEEKS = Query(
    select(FirstWeeks.began_at, FirstWeeks.skipped, FirstWeeks.mailed, Person.joined_at)
    .join(Person, Person.id == FirstWeeks.person_id)
    .where(_MINE, FirstWeeks.is_wanted)
)
_IS_WANTED = Query(select(FirstWeeks.is_wanted).where(_MINE))
ANY = there_is(FirstWeeks, FirstWeeks.person_id == VIEWER.id, FirstWeeks.is_wanted.is_(True))
"""Whether the viewer is in their first weeks, and wants the cards."""
_FIRST_SESSION = (
    select(func.min(Session.created_at))
    .where(Session.person_id == FirstWeeks.person_id)
    .correlate(FirstWeeks)
    .scalar_subquery()
)
_NOT_BEGUN = FirstWeeks.began_at.is_(None)
_BEGIN = Query(
    update(FirstWeeks).where(_NOT_BEGUN, FirstWeeks.person_id == _IDS).values(began_at=_FIRST_SESSION)
)
_HAS_SESSION = select(Session.person_id).where(Session.person_id == FirstWeeks.person_id).exists()
_BEGIN_ALL = Query(update(FirstWeeks).where(_NOT_BEGUN, _HAS_SESSION).values(began_at=_FIRST_SESSION))
_SKIP = Query(update(FirstWeeks).where(_MINE, FirstWeeks.skipped < _WEEK).values(skipped=_WEEK))
_MAILED = Query(update(FirstWeeks).where(_MINE).values(mailed=_WEEK))
_CHOOSE = {
    is_wanted: Query(update(FirstWeeks).where(_MINE).values(is_wanted=is_wanted))
    for is_wanted in (True, False)
}
_SHOWN = Query(
    insert(FirstWeeksPerson)
    .from_select(
        ["person_id", "shown_id", "week"],
        select(FirstWeeks.person_id, Person.id, _WEEK).where(_MINE, Person.id == _IDS),
    )
    .on_conflict_do_nothing()
)
_OLD = FirstWeeks.began_at < _BEFORE
_FORGET_OLD_PEOPLE = Query(
    delete(FirstWeeksPerson).where(FirstWeeksPerson.person_id.in_(select(FirstWeeks.person_id).where(_OLD)))
)
_FORGET_OLD = Query(delete(FirstWeeks).where(_OLD))
_FORGET_PEOPLE_OF = Query(delete(FirstWeeksPerson).where(FirstWeeksPerson.person_id == _IDS))
_FORGET_WEEKS_OF = Query(delete(FirstWeeks).where(FirstWeeks.person_id == _IDS))
