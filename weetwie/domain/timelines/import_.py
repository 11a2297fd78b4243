"""Posts that came with an import find their place in the index of every home that they belong to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CompoundSelect, Select, func, select, union
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.database.pool import Db, Query, param
from weetwie.runtime.ids import id_at
from weetwie.tables.posts import Post, PostTag
from weetwie.tables.relations import Follow, TagFollow
from weetwie.tables.timelines import HomeEntry, HomeFloor

_SINCE = param("since", BigInteger)


def _entries(*, late: bool) -> Select[int, int]:
    """Authors and those who follow them or a tag; `late`: only those who began to follow since a moment."""
    given = func.unnest(param("ids", ARRAY(BigInteger))).table_valued("post_id").render_derived()
    own = select(Post.author_id.label("person_id"), Post.id.label("post_id")).join(
        given, given.c.post_id == Post.id
    )
    by_person = own.with_only_columns(Follow.follower_id.label("person_id"), Post.id.label("post_id")).join(
        Follow, Follow.followed_id == Post.author_id
    )
    by_tag = (
        select(TagFollow.person_id, PostTag.post_id)
        .join(given, given.c.post_id == PostTag.post_id)
        .join(TagFollow, TagFollow.tag_id == PostTag.tag_id)
    )
    if late:
        return _above_the_floor(
            union(by_person.where(Follow.number >= _SINCE), by_tag.where(TagFollow.number >= _SINCE))
        )
    return _above_the_floor(union(own, by_person, by_tag))


def _above_the_floor(entries: CompoundSelect[int, int]) -> Select[int, int]:
    entry = entries.subquery()
    return (
        select(entry.c.person_id, entry.c.post_id)
        .outerjoin(HomeFloor, HomeFloor.person_id == entry.c.person_id)
        .where(entry.c.post_id >= func.coalesce(HomeFloor.floor, 0))
    )


_BRING_IN, _CATCH_UP = (
    Query(
        insert(HomeEntry).from_select(["person_id", "post_id"], _entries(late=late)).on_conflict_do_nothing()
    )
    for late in (False, True)
)


async def bring_in(db: Db, ids: Sequence[int]) -> int:
    """Returns how many entries were written."""
    return await db.run(_BRING_IN, ids=list(ids))


async def catch_up(db: Db, ids: Sequence[int], since: datetime) -> int:
    """The same for those who began to follow while the posts were being written and were not to be seen by either side."""
    return await db.run(_CATCH_UP, ids=list(ids), since=id_at(since))
