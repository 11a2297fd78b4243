"""What is seen under one policy and not under a narrower one: counted by the law itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    SmallInteger,
    and_,
    false,
    func,
    literal,
    or_,
    select,
)

from weetwie.access import visibility
from weetwie.access.enums import Ring, Standing
from weetwie.access.policy import Policy
from weetwie.access.visibility import ViewerSql
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import BoolSql
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post
from weetwie.tables.schema import Row

MOST: Final = 10_000
_LEAST: Final = 300
_PAIRS: Final = 1_000_000
"""A thing is looked at as one reader after another, until one of them sees a change: mostly the first does. So
many pairs take some eight seconds at worst; where there could be more, the newest things are looked at and no others."""

Who = str
"""`outside`: alumni and guests; `strangers`: whoever is not signed in."""
What = str
"""`posts` or `people`."""


class SightCount(msgspec.Struct, frozen=True):
    count: int
    looked_at: int
    is_cut: bool


async def only_under(db: Db, wide: Policy, narrow: Policy, who: Who, what: What, readers: int) -> SightCount:
    """How many posts or profiles somebody sees under the wide policy and not under the narrow one."""
    most = max(_LEAST, min(MOST, _PAIRS // max(readers, 1))) if who == "outside" else MOST
    shared = Ring.colleagues if wide.widest_ring == narrow.widest_ring else narrow.widest_ring
    row = await db.row(
        _SEEN[who, what],
        now=clock.now(),
        tells_activity=wide.tells_activity,
        widest_ring=int(wide.widest_ring),
        guests_see_only_their_circle=wide.guests_see_only_their_circle,
        widest_narrow=int(narrow.widest_ring),
        circled_narrow=narrow.guests_see_only_their_circle,
        above=int(shared if who == "outside" else max(shared, Ring.network)),
        most=most,
    )
    assert row is not None
    return SightCount(row["count"], row["looked_at"], row["looked_at"] == most)


def _narrow(viewer_sql: ViewerSql, is_guest: BoolSql) -> ViewerSql:
    """The same viewer under the narrower policy."""
    return replace(
        viewer_sql,
        widest=param("widest_narrow", SmallInteger),
        is_circled=and_(is_guest, param("circled_narrow", Boolean)),
    )


Thing = TypeVar("Thing", bound=Row)
Law = Callable[[ViewerSql, type[Thing]], BoolSql]

_STRANGER: Final = replace(
    visibility.VIEWER,
    id=literal(0),
    ring=literal(int(Ring.world)),
    is_member=false(),
    is_circled=false(),
    sponsor_id=literal(0),
    is_alumnus=false(),
)


def _of_strangers(law: Law[Thing], thing: type[Thing]) -> BoolSql:
    return and_(law(_STRANGER, thing), ~law(_narrow(_STRANGER, false()), thing))


def _of_those_outside(law: Law[Thing], thing: type[Thing]) -> BoolSql:
    """Whether there is an alumnus or guest who sees it, and would not. Alumni first: they see more."""

    def somebody(standing: Standing) -> ColumnElement[bool]:
        reader = aliased(Person)
        viewer_sql = visibility.of(reader)
        is_one = and_(viewer_sql.ring == int(Ring.network), reader.standing == int(standing))
        narrow = _narrow(viewer_sql, and_(is_one, reader.standing == int(Standing.guest)))
        return visibility.there_is(reader, is_one, law(viewer_sql, thing), ~law(narrow, thing))

    return or_(somebody(Standing.alumnus), somebody(Standing.guest))


def _posts(of_whom: Callable[[Law[Post], type[Post]], BoolSql]) -> Select[int, int]:
    """Nothing changes for what is for a ring that both policies allow: only wider ones are looked at."""
    newest = (
        select(Post)
        .where(
            Post.ring > param("above", SmallInteger), Post.deleted_at.is_(None), Post.boost_of_id.is_(None)
        )
        .order_by(Post.id.desc())
        .limit(param("most", BigInteger))
        .subquery()
    )
    return _counted(of_whom, visibility.parent, aliased(Post, newest))


def _people(of_whom: Callable[[Law[Person], type[Person]], BoolSql]) -> Select[int, int]:
    newest = (
        select(Person)
        .where(
            Person.profile_ring > param("above", SmallInteger),
            Person.erased_at.is_(None),
            Person.is_service.is_(False),
        )
        .order_by(Person.id.desc())
        .limit(param("most", BigInteger))
        .subquery()
    )
    return _counted(of_whom, visibility.person, aliased(Person, newest))


def _counted(
    of_whom: Callable[[Law[Thing], type[Thing]], BoolSql], law: Law[Thing], thing: type[Thing]
) -> Select[int, int]:
    changes = func.count().filter(of_whom(law, thing))
    return select(changes.label("count"), func.count().label("looked_at")).select_from(thing)


_SEEN: Final[dict[tuple[Who, What], Query]] = {
    ("outside", "posts"): Query(lambda: _posts(_of_those_outside)),
    ("outside", "people"): Query(lambda: _people(_of_those_outside)),
    ("strangers", "posts"): Query(lambda: _posts(_of_strangers)),
    ("strangers", "people"): Query(lambda: _people(_of_strangers)),
}
