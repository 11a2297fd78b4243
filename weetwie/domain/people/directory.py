"""The directory: everybody who wants to be found, the lately active or the newest first, narrowed down as one likes.

In works-council mode there is no order by activity: the newest always come first.
"""

from typing import Any, Literal

import msgspec
from sqlalchemy import BigInteger, Select, SmallInteger, Text, and_, func, or_, select, union_all
from sqlalchemy import literal as value

from weetwie.access import sees
from weetwie.access.sees import Eye, Lawful, Sql
from weetwie.access.viewer import Viewer
from weetwie.access.words import Standing
from weetwie.kit.db import Db, columns, param
from weetwie.tables.people import Person

Order = Literal["active", "new"]


class Among(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one looks for; what is empty does not matter."""

    unit: str = ""
    place: str = ""
    language: str = ""
    standing: Standing | None = None


def _listed(eye: Eye) -> Sql:
    return and_(
        sees.person(eye), Person.is_discoverable, Person.suspended_at.is_(None), Person.is_dormant.is_(False)
    )


def _page(eye: Eye) -> Select[*tuple[Any, ...]]:
    return (
        select(Person.id)
        .where(_listed(eye), _is_among(eye))
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


def _is_among(eye: Eye) -> Sql:
    """By unit and place only where the viewer sees them."""
    unit, place = param("unit", Text), param("place", Text)
    language, standing = param("language", Text), param("standing", SmallInteger)
    return and_(
        or_(unit == "", and_(Person.unit == unit, sees.detail(eye) >= sees.PLACE)),
        or_(place == "", and_(Person.place == place, sees.detail(eye) >= sees.PLACE)),
        or_(language == "", and_(language == func.any(Person.languages), sees.detail(eye) >= sees.PROFILE)),
        or_(standing < 0, Person.standing == standing),
    )


def _last_active(eye: Eye) -> Sql:
    return sees.newest_in_ring(eye, Person.last_post_in_ring)


_DIRECTORY = {
    "active": Lawful(lambda eye: _page(eye).order_by(_last_active(eye).desc(), Person.id.desc())),
    "new": Lawful(lambda eye: _page(eye).order_by(Person.joined_at.desc(), Person.id.desc())),
}


_MOST_CHOICES = 200


def _choices(eye: Eye) -> Select[*tuple[Any, ...]]:
    each = [
        select(value(kind).label("kind"), told.label("name"), func.count().label("people"))
        .where(_listed(eye), sees.detail(eye) >= sees.PLACE, told != "")
        .group_by(told)
        for kind, told in (("unit", Person.unit), ("place", Person.place))
    ]
    all_ = union_all(*each).subquery()
    return select(all_).order_by(all_.c.kind, all_.c.people.desc(), all_.c.name).limit(2 * _MOST_CHOICES)


_CHOICES = Lawful(_choices)


async def directory(
    db: Db, viewer: Viewer, order: Order, offset: int, limit: int, among: Among | None = None
) -> list[int]:
    """Guests have none."""
    if viewer.standing is Standing.guest:
        return []
    among = among or Among()
    told: Order = order if viewer.policy.tells_activity else "new"
    rows = await _DIRECTORY[told].rows(
        db,
        viewer,
        offset=offset,
        limit=limit,
        unit=among.unit,
        place=among.place,
        language=among.language,
        standing=-1 if among.standing is None else int(among.standing),
    )
    return columns(rows, "id")


async def choices(db: Db, viewer: Viewer) -> dict[str, list[str]]:
    """The units and places of those in the directory, as `unit` and `place`, those of most people first."""
    found: dict[str, list[str]] = {"unit": [], "place": []}
    if viewer.standing is not Standing.guest:
        for row in await _CHOICES.rows(db, viewer):
            found[row["kind"]].append(row["name"])
    return found
