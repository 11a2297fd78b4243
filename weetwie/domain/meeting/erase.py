"""What is kept of somebody as one who meets people goes with them."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func, or_
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import PersonErased
from weetwie.tables.meeting import FirstWeeks, FirstWeeksPerson, Meeting, MeetingPreferences

_IDS = func.any(param("ids", ARRAY(BigInteger)))
_ERASED = (
    Query(delete(Meeting).where(or_(Meeting.first_id == _IDS, Meeting.second_id == _IDS))),
    Query(delete(MeetingPreferences).where(MeetingPreferences.person_id == _IDS)),
    Query(delete(FirstWeeks).where(FirstWeeks.person_id == _IDS)),
    Query(
        delete(FirstWeeksPerson).where(
            or_(FirstWeeksPerson.person_id == _IDS, FirstWeeksPerson.shown_id == _IDS)
        )
    ),
)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    for query in _ERASED:
        await db.run(query, ids=[fact.person_id for fact in facts])
