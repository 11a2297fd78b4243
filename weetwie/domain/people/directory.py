"""The directory: everybody who wants to be found, the lately active or the newest first."""

from typing import Any, Literal

from sqlalchemy import BigInteger, Select, and_, or_, select

from weetwie.access import sees
from weetwie.access.sees import Eye, Lawful, Sql
from weetwie.access.viewer import Viewer
from weetwie.access.words import Standing
from weetwie.kit.db import Db, columns, param
from weetwie.tables.people import Person
from weetwie.tables.relations import Block, Follow, FollowRequest

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

_STRANGERS = Lawful(
    lambda eye: (
        _page(eye)
        .where(
            Person.id != eye.id,
            Person.has_joined,
            Person.id.not_in(select(Follow.followed_id).where(Follow.follower_id == eye.id)),
            Person.id.not_in(select(FollowRequest.followed_id).where(FollowRequest.follower_id == eye.id)),
            ~select(Block.blocker_id)
            .where(
                or_(
                    and_(Block.blocker_id == eye.id, Block.blocked_id == Person.id),
                    and_(Block.blocker_id == Person.id, Block.blocked_id == eye.id),
                )
            )
            .exists(),
        )
        .order_by(Person.followers_count.desc(), _last_active(eye).desc(), Person.id)
    )
)


async def directory(db: Db, viewer: Viewer, order: Order, offset: int, limit: int) -> list[int]:
    """Guests have none."""
    if viewer.standing is Standing.guest:
        return []
    return columns(await _DIRECTORY[order].rows(db, viewer, offset=offset, limit=limit), "id")


async def strangers(db: Db, viewer: Viewer, limit: int) -> list[int]:
    """People whom the viewer might want to follow: those most followed whom they do not follow yet."""
    if viewer.standing is Standing.guest:
        return []
    return columns(await _STRANGERS.rows(db, viewer, offset=0, limit=limit), "id")
