"""People of the sample company are here like anybody else: they have joined, with their standing, manager and picture."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, SmallInteger, Text, update
from sqlalchemy.dialects.postgresql import JSONB

from weetwie.access.enums import Ring, Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.tables.people import Person


class Place(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    standing: Standing
    profile_ring: Ring
    manager_id: int | None
    sponsor_id: int | None
    until: datetime | None
    left_at: datetime | None
    fields: list[dict[str, Any]]
    face: str | None
    face_description: str
    header: str | None
    header_description: str
    default_language: str


_OPEN: dict[str, Any] = {
    "standing": SmallInteger,
    "profile_ring": SmallInteger,
    "manager_id": BigInteger,
    "sponsor_id": BigInteger,
    "until": DateTime(timezone=True),
    "left_at": DateTime(timezone=True),
    "fields": JSONB,
    "face": Text,
    "face_description": Text,
    "header": Text,
    "header_description": Text,
    "default_language": Text,
}
_SETTLE = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger))
    .values({name: param(name, kind) for name, kind in _OPEN.items()})
    .values(has_joined=True, may_rank=True, version=Person.version + 1)
)


async def settle(db: Db, _: Viewer, places: Iterable[Place]) -> None:
    """They have been brought in just before."""
    await db.run_many(_SETTLE, (msgspec.structs.asdict(place) for place in places))
