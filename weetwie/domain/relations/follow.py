"""Follow and unfollow. Whoever is locked is asked first."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Value, param
from weetwie.domain.relations import pair, rules
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import Forbidden, _
from weetwie.events import FollowRequested, PersonFollowed, PersonUnfollowed, record
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow, FollowRequest

_FOLLOWER = param("follower_id", BigInteger)
_FOLLOWED = param("followed_id", BigInteger)
_BOOSTS = param("shows_boosts", Boolean)
_NOTIFIES = param("notifies", Boolean)
_LANGUAGES = param("languages", ARRAY(Text))
_SETS_LANGUAGES = param("sets_languages", Boolean)

_IS_LOCKED = Query(select(Person.is_locked).where(Person.id == param("id", BigInteger)))


def _change(table: type[Follow] | type[FollowRequest]) -> Query:
    """The options of a relation that is there; what is not given stays."""
    return Query(
        lambda: (
            update(table)
            .where(table.follower_id == _FOLLOWER, table.followed_id == _FOLLOWED)
            .values(
                shows_boosts=func.coalesce(_BOOSTS, table.shows_boosts),
                notifies=func.coalesce(_NOTIFIES, table.notifies),
                languages=_chosen_languages(table),
            )
        )
    )


def _chosen_languages(table: type[Follow] | type[FollowRequest]) -> ColumnElement[list[str]]:
    return case((_SETS_LANGUAGES, _LANGUAGES), else_=table.languages)


def _begin(table: type[Follow] | type[FollowRequest]) -> Query:
    return Query(
        lambda: (
            insert(table)
            .values(
                follower_id=_FOLLOWER,
                followed_id=_FOLLOWED,
                shows_boosts=func.coalesce(_BOOSTS, True),
                notifies=func.coalesce(_NOTIFIES, False),
                languages=_LANGUAGES,
            )
            .on_conflict_do_nothing()
        )
    )


_CHANGE_FOLLOW, _CHANGE_REQUEST = _change(Follow), _change(FollowRequest)
_FOLLOW, _REQUEST = _begin(Follow), _begin(FollowRequest)

_UNFOLLOW = Query(delete(Follow).where(Follow.follower_id == _FOLLOWER, Follow.followed_id == _FOLLOWED))
_TAKE_BACK = Query(
    delete(FollowRequest).where(
        FollowRequest.follower_id == _FOLLOWER, FollowRequest.followed_id == _FOLLOWED
    )
)

_A, _B = param("a", BigInteger), param("b", BigInteger)
_PART = Query(
    delete(Follow)
    .where(
        or_(
            and_(Follow.follower_id == _A, Follow.followed_id == _B),
            and_(Follow.follower_id == _B, Follow.followed_id == _A),
        )
    )
    .returning(Follow.follower_id, Follow.followed_id)
)
_DROP_REQUESTS = Query(
    delete(FollowRequest).where(
        or_(
            and_(FollowRequest.follower_id == _A, FollowRequest.followed_id == _B),
            and_(FollowRequest.follower_id == _B, FollowRequest.followed_id == _A),
        )
    )
)


async def follow(db: Db, viewer: Viewer, person_id: int, options: FollowOptions) -> bool:
    """Whether a follow began just now: not when it was there before, or when it has to be accepted first."""
    rules.check_options(options)
    await pair.hold(db, viewer, person_id)
    if await pair.is_blocked(db, viewer.person_id, person_id):
        raise Forbidden(_("You can't follow this person: one of you has blocked the other."))
    given = _given(viewer.person_id, person_id, options)
    if await db.run(_CHANGE_FOLLOW, **given):
        return False
    if await db.value(_IS_LOCKED, id=person_id):
        if not await db.run(_CHANGE_REQUEST, **given):
            await db.run(_REQUEST, **given)
            await record(db, viewer, FollowRequested(viewer.person_id, person_id))
        return False
    await db.run(_TAKE_BACK, **given)
    await begin(db, viewer, given)
    return True


async def begin(db: Db, viewer: Viewer, given: dict[str, Any]) -> None:
    """Writes a follow that is known not to be there, with its options; the pair is held."""
    follower_id, followed_id = given["follower_id"], given["followed_id"]
    await db.run(_FOLLOW, **given)
    await pair.count(db, begun=[(follower_id, followed_id)])
    await record(db, viewer, PersonFollowed(follower_id, followed_id))


async def unfollow(db: Db, viewer: Viewer, person_id: int) -> None:
    """Takes back a request that still waits, too."""
    await pair.hold(db, viewer, person_id)
    await db.run(_TAKE_BACK, follower_id=viewer.person_id, followed_id=person_id)
    await _end(db, viewer, viewer.person_id, person_id)


async def remove_follower(db: Db, viewer: Viewer, person_id: int) -> None:
    """Makes somebody no longer follow the viewer."""
    await pair.hold(db, viewer, person_id)
    await _end(db, viewer, person_id, viewer.person_id)


async def part(db: Db, viewer: Viewer, a: int, b: int) -> None:
    """Ends all follows and requests between two people, both ways; the pair is held."""
    await db.run(_DROP_REQUESTS, a=a, b=b)
    ended = [(row["follower_id"], row["followed_id"]) for row in await db.rows(_PART, a=a, b=b)]
    await pair.count(db, ended=ended)
    for follower_id, followed_id in ended:
        await record(db, viewer, PersonUnfollowed(follower_id, followed_id))


async def _end(db: Db, viewer: Viewer, follower_id: int, followed_id: int) -> None:
    if await db.run(_UNFOLLOW, follower_id=follower_id, followed_id=followed_id):
        await pair.count(db, ended=[(follower_id, followed_id)])
        await record(db, viewer, PersonUnfollowed(follower_id, followed_id))


def _given(follower_id: int, followed_id: int, options: FollowOptions) -> dict[str, Value]:
    return {
        "follower_id": follower_id,
        "followed_id": followed_id,
        "shows_boosts": options.shows_boosts,
        "notifies": options.notifies,
        "languages": list(options.languages) if options.languages else None,
        "sets_languages": options.languages is not None,
    }
