"""The directory: everybody who wants to be found, the lately active or the newest first."""

from typing import Any, Literal

from sqlalchemy import BigInteger, Select, and_, select

from weetwie.access import sees
from weetwie.access.sees import Eye, Lawful, Sql
from weetwie.access.viewer import Viewer
from weetwie.access.words import Standing
from weetwie.kit.db import Db, columns, param
from weetwie.tables.people import Person

Order = Literal["active", "new"]


def _listed(eye: Eye) -> Sql:
    return and_(
        sees.person(eye), Person.is_discoverable, Person.suspended_at.is_(None), Person.is_dormant.is_(False)
    )


def _page(eye: Eye) -> Select[*tuple[Any, ...]]:
    return (
        select(Person.id)
        .where(_listed(eye))
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


def _last_active(eye: Eye) -> Sql:
    return sees.newest_in_ring(eye, Person.last_post_in_ring)


_DIRECTORY = {
    "active": Lawful(lambda eye: _page(eye).order_by(_last_active(eye).desc(), Person.id.desc())),
    "new": Lawful(lambda eye: _page(eye).order_by(Person.joined_at.desc(), Person.id.desc())),
}


async def directory(db: Db, viewer: Viewer, order: Order, offset: int, limit: int) -> list[int]:
    """Guests have none."""
    if viewer.standing is Standing.guest:
        return []
    return columns(await _DIRECTORY[order].rows(db, viewer, offset=offset, limit=limit), "id")
