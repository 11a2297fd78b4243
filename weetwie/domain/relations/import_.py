"""Follows come with the sample company: of people who have just been brought in, and of tags. Nobody is told of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Text, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.database.pool import Db, Query, param
from weetwie.domain.relations import pair
from weetwie.tables.posts import Tag
from weetwie.tables.relations import Follow, TagFollow

_TAGS = Query(select(Tag.id, Tag.key).where(Tag.key == param("keys", ARRAY(Text)).any_()))
_FOLLOW_TAG = Query(
    insert(TagFollow)
    .values(
        person_id=param("person_id", TagFollow.person_id.type), tag_id=param("tag_id", TagFollow.tag_id.type)
    )
    .on_conflict_do_nothing()
)


async def bring_in(db: Db, follows: Mapping[tuple[int, int], tuple[int, datetime]]) -> None:
    """By pair (follower, followed): the number that lists are paged by, and since when."""
    await db.connection.copy_records_to_table(
        Follow.__tablename__,
        columns=["follower_id", "followed_id", "number", "created_at"],
        records=[(*both, number, since) for both, (number, since) in follows.items()],
    )
    await pair.count(db, begun=follows)


async def bring_in_tags(db: Db, wanted: Iterable[tuple[int, str]]) -> None:
    """Pairs of person and tag (by its key); a tag that nothing was written with is left out."""
    pairs = list(wanted)
    ids = {row["key"]: row["id"] for row in await db.rows(_TAGS, keys=[key for _person, key in pairs])}
    rows = ({"person_id": person_id, "tag_id": ids[key]} for person_id, key in pairs if key in ids)
    await db.run_many(_FOLLOW_TAG, rows)
