"""The directory: everybody who wants to be found, the lately active or the newest first, narrowed down as one likes.

In works-council mode there is no order by activity: the newest always come first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    Select,
    SmallInteger,
    Text,
    and_,
    func,
    literal as value,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import ring_counts, visibility
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Value, columns, param
from weetwie.database.sql import BoolSql, IntSql
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.views import newness

Order = Literal["active", "new"]


class DirectoryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one looks for; what is empty does not matter."""

    units: Sequence[str] = ()
    places: Sequence[str] = ()
    language: str = ""
    standing: Standing | None = None

    @property
    def asked(self) -> dict[str, Value]:
        """As the statements take it."""
        return {
            "units": list(self.units),
            "places": list(self.places),
            "language": self.language,
            "standing": -1 if self.standing is None else int(self.standing),
        }


def _listed(viewer_sql: ViewerSql) -> BoolSql:
    return and_(
        visibility.person(viewer_sql),
        Person.is_discoverable,
        Person.suspended_at.is_(None),
        Person.is_dormant.is_(False),
    )


def _page(viewer_sql: ViewerSql) -> Select[int]:
    return (
        select(Person.id)
        .where(_listed(viewer_sql), _is_among(viewer_sql))
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


def _is_among(viewer_sql: ViewerSql) -> BoolSql:
    """By unit and place only where the viewer sees them."""
    units, places = param("units", ARRAY(Text)), param("places", ARRAY(Text))
    language, standing = param("language", Text), param("standing", SmallInteger)
    sees_place = visibility.detail(viewer_sql) >= visibility.PLACE
    return and_(
        or_(func.cardinality(units) == 0, and_(Person.unit == func.any(units), sees_place)),
        or_(func.cardinality(places) == 0, and_(Person.place == func.any(places), sees_place)),
        or_(
            language == "",
            and_(language == func.any(Person.languages), visibility.detail(viewer_sql) >= visibility.PROFILE),
        ),
        or_(standing < 0, Person.standing == standing),
    )


def _last_active(viewer_sql: ViewerSql) -> IntSql:
    return ring_counts.newest_in_ring(viewer_sql, Person.last_post_in_ring)


_DIRECTORY = {
    "active": VisibleQuery(
        lambda viewer_sql: _page(viewer_sql).order_by(_last_active(viewer_sql).desc(), Person.id.desc())
    ),
    "new": VisibleQuery(
        lambda viewer_sql: _page(viewer_sql).order_by(Person.joined_at.desc(), Person.id.desc())
    ),
}


_NEWCOMERS = VisibleQuery(
    lambda viewer_sql: (
        select(Person.id)
        .where(
            _listed(viewer_sql),
            Person.has_joined,
            Person.joined_at > param("since", DateTime(timezone=True)),
        )
        .order_by(Person.joined_at.desc(), Person.id.desc())
        .limit(param("limit", BigInteger))
    )
)


def _joined_with(viewer_sql: ViewerSql) -> Executable:
    me = aliased(Person)
    apart = func.abs(func.extract("epoch", Person.joined_at - me.joined_at))
    return (
        select(Person.id)
        .join(me, me.id == viewer_sql.id)
        .where(
            _listed(viewer_sql),
            visibility.detail(viewer_sql) >= visibility.PROFILE,
            Person.id != viewer_sql.id,
            Person.has_joined,
            Person.is_bot.is_(False),
            Person.standing == me.standing,
            apart < param("seconds", BigInteger),
        )
        .order_by(apart, Person.id)
        .limit(param("limit", BigInteger))
    )


_JOINED_WITH = VisibleQuery(_joined_with)
_WITHIN: Final = timedelta(days=30)
_TOGETHER: Final = 20
"""More than so many did not come together: they were brought in at once."""
_HOW_MANY = VisibleQuery(
    lambda viewer_sql: (
        select(func.count()).where(_listed(viewer_sql), _is_among(viewer_sql)).select_from(Person)
    )
)
_NARROWED = VisibleQuery(
    lambda viewer_sql: select(Person.id).where(
        Person.id == func.any(param("ids", ARRAY(BigInteger))),
        visibility.person(viewer_sql),
        _is_among(viewer_sql),
    )
)
_MOST_CHOICES = 200


def _choices(viewer_sql: ViewerSql) -> Executable:
    each = [
        select(value(kind).label("kind"), told.label("name"), func.count().label("people"))
        .where(_listed(viewer_sql), visibility.detail(viewer_sql) >= visibility.PLACE, told != "")
        .group_by(told)
        for kind, told in (("unit", Person.unit), ("place", Person.place))
    ]
    all_ = union_all(*each).subquery()
    return select(all_).order_by(all_.c.kind, all_.c.people.desc(), all_.c.name).limit(2 * _MOST_CHOICES)


_CHOICES = VisibleQuery(_choices)


async def directory(
    db: Db, viewer: Viewer, order: Order, offset: int, limit: int, among: DirectoryFilter | None = None
) -> list[int]:
    """Guests have none."""
    if viewer.standing is Standing.guest:
        return []
    among = among or DirectoryFilter()
    told: Order = order if viewer.policy.tells_activity else "new"
    rows = await _DIRECTORY[told].rows(db, viewer, offset=offset, limit=limit, **among.asked)
    return columns(rows, "id")


async def newcomers(db: Db, viewer: Viewer, since: datetime, limit: int) -> list[int]:
    """Who has logged in for the first time since then, the newest first; nobody whom an import made, or who came in a wave. Guests
    see none."""
    if viewer.standing is Standing.guest:
        return []
    since = await newness.new_since(db, since)
    if since > clock.now():
        return []
    return columns(await _NEWCOMERS.rows(db, viewer, since=since, limit=limit), "id")


async def joined_with(db: Db, viewer: Viewer, limit: int) -> list[int]:
    """Who came within a month of the viewer, the nearest first. Nobody where the organisation came as a whole. Guests see none."""
    if viewer.standing is Standing.guest or not viewer.is_person:
        return []
    rows = await _JOINED_WITH.rows(
        db, viewer, seconds=int(_WITHIN.total_seconds()), limit=max(limit, _TOGETHER + 1)
    )
    return [] if len(rows) > _TOGETHER else columns(rows, "id")[:limit]


async def how_many(db: Db, viewer: Viewer, among: DirectoryFilter) -> int:
    """Who stands in the directory."""
    if viewer.standing is Standing.guest:
        return 0
    return int(await _HOW_MANY.value(db, viewer, **among.asked))


async def narrowed(db: Db, viewer: Viewer, ids: Sequence[int], among: DirectoryFilter) -> list[int]:
    """Those of them who are so, in their order."""
    found = set(columns(await _NARROWED.rows(db, viewer, ids=list(ids), **among.asked), "id"))
    return [id for id in ids if id in found]


async def choices(db: Db, viewer: Viewer) -> dict[str, list[str]]:
    """The units and places of those in the directory, as `unit` and `place`, those of most people first."""
    found: dict[str, list[str]] = {"unit": [], "place": []}
    if viewer.standing is not Standing.guest:
        for row in await _CHOICES.rows(db, viewer):
            found[row["kind"]].append(row["name"])
    return found
