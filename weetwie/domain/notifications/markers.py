"""Markers: how far a person has read a timeline, so that another app goes on from there."""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import BigInteger, DateTime, Text, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.runtime import clock
from weetwie.tables.notifications import Marker

Timeline = Literal["home", "notifications"]

_MARKERS = Query(
    select(Marker.timeline, Marker.last_read_id, Marker.version, Marker.updated_at)
    .where(
        Marker.person_id == param("person_id", BigInteger),
        Marker.timeline == func.any(param("timelines", ARRAY(Text))),
    )
    .order_by(Marker.timeline)
)

_INSERT = insert(Marker).values(
    person_id=param("person_id", BigInteger),
    timeline=param("timeline", Text),
    last_read_id=param("last_read_id", BigInteger),
    version=1,
    updated_at=param("at", DateTime(timezone=True)),
)

_MARK = Query(
    _INSERT.on_conflict_do_update(
        index_elements=[Marker.person_id, Marker.timeline],
        set_={
            "last_read_id": _INSERT.excluded.last_read_id,
            "version": Marker.version + 1,
            "updated_at": _INSERT.excluded.updated_at,
        },
    )
)


class ReadUpTo(Struct, frozen=True):
    timeline: str
    last_read_id: int
    version: int
    updated_at: datetime


async def mark(db: Db, viewer: Viewer, timeline: Timeline, last_read_id: int) -> None:
    await db.run(
        _MARK, person_id=viewer.person_id, timeline=timeline, last_read_id=last_read_id, at=clock.now()
    )


async def markers(db: Db, viewer: Viewer, timelines: list[Timeline]) -> list[ReadUpTo]:
    rows = await db.rows(_MARKERS, person_id=viewer.person_id, timelines=timelines)
    return structs(ReadUpTo, rows)
