"""People of the sample company are here like anybody else: they have joined, with their standing, manager and picture."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, update

from weetwie.access.enums import Ring, Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.runtime.json import Json
from weetwie.tables.people import Person


class Place(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    standing: Standing
    profile_ring: Ring
    manager_id: int | None
    sponsor_id: int | None
    until: datetime | None
    left_at: datetime | None
    fields: list[dict[str, Json]]
    face: str | None
    face_description: str
    header: str | None
    header_description: str
    default_language: str


_SET = [getattr(Person, name) for name in Place.__struct_fields__ if name != "id"]
_SETTLE = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger))
    .values({column.key: param(column.key, column.type) for column in _SET})
    .values(has_joined=True, may_rank=True, version=Person.version + 1)
)


async def settle(db: Db, _: Viewer, places: Iterable[Place]) -> None:
    """They have been brought in just before."""
    await db.run_many(_SETTLE, (msgspec.structs.asdict(place) for place in places))
