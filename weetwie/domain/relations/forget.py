"""After somebody was erased: nobody follows, blocks or mutes them any more, nor they anybody."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func, or_
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.relations import pair
from weetwie.events import PersonErased
from weetwie.tables.relations import (
    Block,
    FeaturedPerson,
    FeaturedTag,
    Follow,
    FollowedByUnit,
    FollowRequest,
    Mute,
    PersonNote,
    TagFollow,
    UnitFollow,
    UnwantedSuggestion,
)

_ERASED = func.any(param("ids", ARRAY(BigInteger)))

_FOLLOWS = Query(
    delete(Follow)
    .where(or_(Follow.follower_id == _ERASED, Follow.followed_id == _ERASED))
    .returning(Follow.follower_id, Follow.followed_id)
)

_OTHERS = [
    Query(
        delete(FollowRequest).where(
            or_(FollowRequest.follower_id == _ERASED, FollowRequest.followed_id == _ERASED)
        )
    ),
    Query(delete(Block).where(or_(Block.blocker_id == _ERASED, Block.blocked_id == _ERASED))),
    Query(delete(Mute).where(or_(Mute.muter_id == _ERASED, Mute.muted_id == _ERASED))),
    Query(delete(TagFollow).where(TagFollow.person_id == _ERASED)),
    Query(delete(UnitFollow).where(UnitFollow.person_id == _ERASED)),
    Query(
        delete(FollowedByUnit).where(
            or_(FollowedByUnit.person_id == _ERASED, FollowedByUnit.followed_id == _ERASED)
        )
    ),
    Query(delete(PersonNote).where(or_(PersonNote.writer_id == _ERASED, PersonNote.about_id == _ERASED))),
    Query(
        delete(FeaturedPerson).where(
            or_(FeaturedPerson.person_id == _ERASED, FeaturedPerson.featured_id == _ERASED)
        )
    ),
    Query(delete(FeaturedTag).where(FeaturedTag.person_id == _ERASED)),
    Query(
        delete(UnwantedSuggestion).where(
            or_(UnwantedSuggestion.person_id == _ERASED, UnwantedSuggestion.unwanted_id == _ERASED)
        )
    ),
]


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    ids = [fact.person_id for fact in facts]
    ended = [(row["follower_id"], row["followed_id"]) for row in await db.rows(_FOLLOWS, ids=ids)]
    await pair.count(db, ended=ended)
    for query in _OTHERS:
        await db.run(query, ids=ids)
