"""Requests to follow somebody who is locked: accept or reject them, and who waits."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.domain.relations import follow, pair
from weetwie.errors import or_not_found
from weetwie.events import PersonChanged
from weetwie.tables.people import Person
from weetwie.tables.relations import FollowRequest
from weetwie.views.numbered import Numbered, NumberedList

_ROW = (
    FollowRequest.follower_id,
    FollowRequest.followed_id,
    FollowRequest.shows_boosts,
    FollowRequest.notifies,
    FollowRequest.languages,
)
_TAKE = Query(
    delete(FollowRequest)
    .where(
        FollowRequest.follower_id == param("follower_id", BigInteger),
        FollowRequest.followed_id == param("followed_id", BigInteger),
    )
    .returning(*_ROW)
)

_NO_LONGER_ASKED = Query(
    delete(FollowRequest)
    .where(
        FollowRequest.followed_id == func.any(param("people", ARRAY(BigInteger))),
        Person.id == FollowRequest.followed_id,
        Person.is_locked.is_(False),
    )
    .returning(*_ROW)
)

_WAITING = NumberedList(
    lambda viewer_sql: (
        select(FollowRequest.number, FollowRequest.follower_id.label("id"))
        .join(Person, Person.id == FollowRequest.follower_id)
        .where(
            FollowRequest.followed_id == viewer_sql.id,
            visibility.person(viewer_sql),
            Person.suspended_at.is_(None),
        )
    )
)

_COUNT = Query(
    select(func.count())
    .select_from(FollowRequest)
    .where(FollowRequest.followed_id == param("id", BigInteger))
)


async def accept(db: Db, viewer: Viewer, follower_id: int) -> None:
    """A follow begins. Raises NotFound when they have not asked."""
    await pair.hold(db, viewer, follower_id)
    row = or_not_found(await db.row(_TAKE, follower_id=follower_id, followed_id=viewer.person_id))
    await follow.begin(db, viewer, dict(row))


async def reject(db: Db, viewer: Viewer, follower_id: int) -> None:
    """Raises NotFound when they have not asked."""
    await pair.hold(db, viewer, follower_id)
    or_not_found(await db.row(_TAKE, follower_id=follower_id, followed_id=viewer.person_id))


async def waiting(db: Db, viewer: Viewer, page: Page) -> list[Numbered]:
    """Who waits for the viewer's yes, the latest first."""
    return await _WAITING.page(db, viewer, page)


async def unlocked(db: Db, viewer: Viewer, facts: Sequence[PersonChanged]) -> None:
    """Who is no longer locked has said yes to everybody who waits."""
    for row in await db.rows(_NO_LONGER_ASKED, people=[fact.person_id for fact in facts]):
        await follow.begin(db, viewer, dict(row))


async def how_many_wait(db: Db, viewer: Viewer) -> int:
    return int(await db.value(_COUNT, id=viewer.person_id))
