"""Whether somebody wants to be introduced to others, and which cards of their first weeks they have put away: theirs alone."""

from sqlalchemy import BigInteger, Boolean, SmallInteger, func, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Forbidden
from weetwie.runtime import clock
from weetwie.tables.meeting import MeetingPreferences


async def is_introduced(db: Db, viewer: Viewer) -> bool:
    chosen = await db.value(_IS_INTRODUCED, person_id=viewer.person_id)
    return chosen is not False


async def choose(db: Db, viewer: Viewer, *, is_introduced: bool) -> None:
    _check(viewer)
    await db.run(_CHOOSE, person_id=viewer.person_id, is_introduced=is_introduced)


async def weeks_skipped(db: Db, viewer: Viewer) -> int:
    """The last week whose card was put away; 0 for none."""
    return int(await db.value(_SKIPPED, person_id=viewer.person_id) or 0)


async def skip(db: Db, viewer: Viewer, week: int) -> None:
    _check(viewer)
    await db.run(_SKIP, person_id=viewer.person_id, week=week)


def _check(viewer: Viewer) -> None:
    if not viewer.is_person or not permissions.act(viewer, clock.now()):
        raise Forbidden


_PERSON_ID = param("person_id", BigInteger)
_OWN = MeetingPreferences.person_id == _PERSON_ID
_IS_INTRODUCED = Query(select(MeetingPreferences.is_introduced).where(_OWN))
_SKIPPED = Query(select(MeetingPreferences.weeks_skipped).where(_OWN))
_WANTED, _WEEK = param("is_introduced", Boolean), param("week", SmallInteger)
_CHOOSE = Query(
    insert(MeetingPreferences)
    .values(person_id=_PERSON_ID, is_introduced=_WANTED)
    .on_conflict_do_update(index_elements=[MeetingPreferences.person_id], set_={"is_introduced": _WANTED})
)
_SKIP = Query(
    insert(MeetingPreferences)
    .values(person_id=_PERSON_ID, weeks_skipped=_WEEK)
    .on_conflict_do_update(
        index_elements=[MeetingPreferences.person_id],
        set_={"weeks_skipped": func.greatest(MeetingPreferences.weeks_skipped, _WEEK)},
    )
)
