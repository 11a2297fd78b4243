"""Whether somebody wants to be introduced to others: theirs alone."""

from sqlalchemy import BigInteger, Boolean, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.tables.meeting import MeetingPreferences


async def is_introduced(db: Db, viewer: Viewer) -> bool:
    chosen = await db.value(_IS_INTRODUCED, person_id=viewer.person_id)
    return chosen is not False


async def choose(db: Db, viewer: Viewer, *, is_introduced: bool) -> None:
    allowed.check(viewer, permissions.act_as_person)
    await db.run(_CHOOSE, person_id=viewer.person_id, is_introduced=is_introduced)


_PERSON_ID = param("person_id", BigInteger)
_IS_INTRODUCED = Query(
    select(MeetingPreferences.is_introduced).where(MeetingPreferences.person_id == _PERSON_ID)
)
_WANTED = param("is_introduced", Boolean)
_CHOOSE = Query(
    insert(MeetingPreferences)
    .values(person_id=_PERSON_ID, is_introduced=_WANTED)
    .on_conflict_do_update(index_elements=[MeetingPreferences.person_id], set_={"is_introduced": _WANTED})
)
