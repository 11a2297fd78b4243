"""How many people and posts there are, as far as the viewer sees them, or all of them for who runs the place."""

from datetime import timedelta

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, func, select

from weetwie.access import allowed, permissions, ring_counts, visibility
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.views.made_up import is_made_up

_SOON = timedelta(days=30)
_MONTH_MS = 30 * 24 * 3600 * 1000


class Census(msgspec.Struct, frozen=True):
    people: int
    colleagues: int
    """Of them those who are members."""
    active: int
    """Who wrote something, in the viewer's ring, within thirty days. In works-council mode 0 where these are few."""
    posts: int
    """Those that count in the viewer's ring. In works-council mode 0 where they are of few people."""


def _count(viewer_sql: ViewerSql) -> Executable:
    newest, written = (
        ring_counts.newest_in_ring(viewer_sql, Person.last_post_in_ring),
        ring_counts.in_ring(viewer_sql, Person.posts_in_ring),
    )
    return select(
        func.count(),
        func.count().filter(Person.standing == Standing.member),
        func.count().filter(newest >= param("since", BigInteger)),
        func.coalesce(func.sum(written), 0),
        func.count().filter(written > 0),
    ).where(visibility.person(viewer_sql), Person.suspended_at.is_(None), Person.has_joined)


_COUNT = VisibleQuery(_count)


async def census(db: Db, viewer: Viewer) -> Census:
    # Ids hold the time of what they name: milliseconds above, 16 bits of a running number below.
    since = (int(clock.now().timestamp() * 1000) - _MONTH_MS) << 16
    row = await _COUNT.row(db, viewer, since=since)
    assert row is not None
    people, colleagues, active, posts, authors = (int(number) for number in row)
    told = viewer.policy.told
    return Census(people, colleagues, told(active), told(posts, authors))


class Members(msgspec.Struct, frozen=True):
    """Everybody who belongs, and those of them who have been here; nobody of the sample company."""

    people: int
    joined: int
    guests_ending: int
    """Guests whose time ends within a month."""


_MEMBERS = Query(
    select(
        func.count().label("people"),
        func.count().filter(Person.has_joined).label("joined"),
        func.count()
        .filter(Person.standing == Standing.guest, Person.until < param("soon", DateTime(timezone=True)))
        .label("guests_ending"),
    ).where(
        Person.erased_at.is_(None),
        ~Person.is_service,
        ~Person.is_dormant,
        Person.suspended_at.is_(None),
        ~is_made_up(Person.id),
    )
)


async def members(db: Db, viewer: Viewer) -> Members:
    """Raises Forbidden for whom this is not for."""
    allowed.check(viewer, permissions.look_behind)
    row = await db.row(_MEMBERS, soon=clock.now() + _SOON)
    assert row is not None
    return Members(**row)
