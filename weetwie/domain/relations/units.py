"""Following a unit: the people in it whom one sees, and who joins it later, until one says no."""

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, Text, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, blocks, permissions, visibility
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.folding import folded
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.rows import structs
from weetwie.database.sql import BoolSql
from weetwie.errors import Forbidden, Invalid, _, or_not_found
from weetwie.events import UnitFollowed, record
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.relations import FollowedByUnit, Mute, UnitFollow, UnwantedSuggestion

MOST: Final = 50


class UnitThatOneFollows(msgspec.Struct, frozen=True):
    name: str
    created_at: datetime


async def follow(db: Db, viewer: Viewer, name: str) -> None:
    """Raises Forbidden for guests, who see no directory, and NotFound for a unit in which the viewer sees nobody."""
    allowed.check(viewer, permissions.act_as_person)
    key = folded(name.strip())
    found = or_not_found(await _SPELLED.value(db, viewer, key=key) if key else None)
    if len(await own(db, viewer)) >= MOST:
        raise Invalid(_("You can follow at most {most} departments."), most=MOST)
    await db.run(_FOLLOW, person_id=viewer.person_id, key=key, name=found)
    await record(db, viewer, UnitFollowed(viewer.person_id))


async def unfollow(db: Db, viewer: Viewer, name: str) -> None:
    """Nobody else is followed because of it; those who are stay so."""
    allowed.check(viewer, permissions.act_as_person)
    for statement in (_UNFOLLOW, _FORGET):
        await db.run(statement, person_id=viewer.person_id, key=folded(name.strip()))


async def own(db: Db, viewer: Viewer) -> list[UnitThatOneFollows]:
    """The units that one follows, by name."""
    return structs(UnitThatOneFollows, await db.rows(_OWN, person_id=viewer.person_id))


async def mates(db: Db, viewer: Viewer, name: str) -> int:
    """How many people of a unit one would follow with it. Guests follow none."""
    if viewer.standing is Standing.guest:
        return 0
    return int(await _HOW_MANY.value(db, viewer, key=folded(name.strip())))


async def to_come(db: Db, viewer: Viewer, limit: int) -> list[tuple[int, str]]:
    """Who of the units that one follows was never followed because of it, with the key of the unit."""
    return [(row["id"], row["key"]) for row in await _TO_COME.rows(db, viewer, limit=limit)]


async def awaiting(db: Db, viewer: Viewer, person_id: int) -> list[int]:
    """Who follows the unit in which somebody is now, sees them there, and has not been brought to them yet."""
    return columns(await db.rows(_AWAITING, person_id=person_id, **visibility.today(viewer)), "id")


async def brought(db: Db, viewer: Viewer, person_id: int, key: str) -> None:
    """Once is enough: who unfollows them has said no."""
    await db.run(_BROUGHT, person_id=viewer.person_id, followed_id=person_id, key=key)
    if viewer.standing is Standing.guest:
        raise Forbidden(_("Guests follow people one by one."))


def _shows(viewer_sql: ViewerSql, person: type[Person]) -> BoolSql:
    """Works there, as far as this viewer sees, and wants to be found."""
    return and_(
        visibility.person(viewer_sql, person),
        visibility.place_at_work(viewer_sql, person),
        person.id != viewer_sql.id,
        person.standing == int(Standing.member),
        person.has_joined,
        person.is_discoverable,
        person.is_bot.is_(False),
        person.suspended_at.is_(None),
        person.is_dormant.is_(False),
    )


def _is_wanted(viewer_sql: ViewerSql, person: type[Person]) -> BoolSql:
    mute, unwanted, known = aliased(Mute), aliased(UnwantedSuggestion), aliased(FollowedByUnit)
    return and_(
        ~blocks.is_apart(viewer_sql.id, person.id),
        ~visibility.there_is(mute, mute.muter_id == viewer_sql.id, mute.muted_id == person.id),
        ~visibility.there_is(
            unwanted, unwanted.person_id == viewer_sql.id, unwanted.unwanted_id == person.id
        ),
        ~visibility.there_is(known, known.person_id == viewer_sql.id, known.followed_id == person.id),
    )


_PERSON, _KEY = param("person_id", BigInteger), param("key", Text)
_FOLLOW = Query(
    insert(UnitFollow).values(person_id=_PERSON, key=_KEY, name=param("name", Text)).on_conflict_do_nothing()
)
_UNFOLLOW = Query(delete(UnitFollow).where(UnitFollow.person_id == _PERSON, UnitFollow.key == _KEY))
_FORGET = Query(delete(FollowedByUnit).where(FollowedByUnit.person_id == _PERSON, FollowedByUnit.key == _KEY))
_OWN = Query(
    select(UnitFollow.name, UnitFollow.created_at)
    .where(UnitFollow.person_id == _PERSON)
    .order_by(UnitFollow.key)
)
_BROUGHT = Query(
    insert(FollowedByUnit)
    .values(person_id=_PERSON, followed_id=param("followed_id", BigInteger), key=_KEY)
    .on_conflict_do_nothing()
)


def _spelled(viewer_sql: ViewerSql) -> Executable:
    """As most write it whom the viewer sees there, themselves included."""
    return (
        select(Person.unit)
        .where(
            func.folded(Person.unit) == _KEY,
            or_(Person.id == viewer_sql.id, _shows(viewer_sql, Person)),
        )
        .group_by(Person.unit)
        .order_by(func.count().desc(), Person.unit)
        .limit(1)
    )


def _how_many(viewer_sql: ViewerSql) -> Executable:
    return (
        select(func.count())
        .select_from(Person)
        .where(func.folded(Person.unit) == _KEY, _shows(viewer_sql, Person), _is_wanted(viewer_sql, Person))
    )


def _to_come(viewer_sql: ViewerSql) -> Executable:
    return (
        select(Person.id, UnitFollow.key)
        .join(UnitFollow, UnitFollow.key == func.folded(Person.unit))
        .where(
            UnitFollow.person_id == viewer_sql.id,
            _shows(viewer_sql, Person),
            _is_wanted(viewer_sql, Person),
        )
        .order_by(Person.id)
        .limit(param("limit", BigInteger))
    )


def _awaiting() -> Executable:
    follower, newcomer = aliased(Person), aliased(Person)
    viewer_sql = visibility.of(follower)
    return (
        select(follower.id)
        .select_from(newcomer)
        .join(UnitFollow, UnitFollow.key == func.folded(newcomer.unit))
        .join(follower, follower.id == UnitFollow.person_id)
        .where(
            newcomer.id == _PERSON,
            newcomer.unit != "",
            viewer_sql.is_member | viewer_sql.is_alumnus,
            _shows(viewer_sql, newcomer),
            _is_wanted(viewer_sql, newcomer),
        )
        .order_by(follower.id)
    )


_SPELLED, _HOW_MANY, _TO_COME = VisibleQuery(_spelled), VisibleQuery(_how_many), VisibleQuery(_to_come)
_AWAITING = Query(_awaiting)
