"""Tags as a viewer sees them: spelled and counted by the posts that they see, and by no others.

Who else writes with a tag, and that it is known here at all, may be a secret. So a tag that a viewer has met nowhere looks
the same as one that nobody has ever written.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from sqlalchemy import BigInteger, Executable, Select, Text, and_, distinct, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.tables.relations import FeaturedTag, TagFollow
from weetwie.text import text

DAYS = 7
_DAY_MS = 86_400_000


class SeenTag(msgspec.Struct, frozen=True):
    key: str
    name: str
    is_followed: bool
    is_featured: bool
    """Whether the viewer puts it forward on their profile."""
    history: list[tuple[int, int, int]]
    """The last days, today first: the day (since 1970), public posts, people who wrote them. In works-council mode
    days on which few people did are told as days on which nobody did."""


def _spelled(viewer_sql: ViewerSql) -> Executable:
    """How the newest post that the viewer sees spells it."""
    asked = (
        func.unnest(param("keys", ARRAY(Text))).table_valued("key", with_ordinality="place").render_derived()
    )
    use, post = aliased(PostTag), aliased(Post)
    followed, featured = aliased(TagFollow), aliased(FeaturedTag)
    name = (
        select(use.name)
        .join(post, post.id == use.post_id)
        .where(use.tag_id == Tag.id, visibility.parent(viewer_sql, post))
        .order_by(use.post_id.desc())
        .limit(1)
        .correlate(Tag)
        .scalar_subquery()
    )
    is_followed = visibility.there_is(
        followed, followed.tag_id == Tag.id, followed.person_id == viewer_sql.id
    )
    is_featured = visibility.there_is(
        featured, featured.tag_id == Tag.id, featured.person_id == viewer_sql.id
    )
    return (
        select(asked.c.key, name, is_followed, is_featured)
        .select_from(asked)
        .outerjoin(Tag, Tag.key == asked.c.key)
        .order_by(asked.c.place)
    )


def _days(viewer_sql: ViewerSql) -> Select[str, int, int, int]:
    use, post = aliased(PostTag), aliased(Post)
    day = use.post_id.op(">>")(16).op("/")(literal(_DAY_MS)).cast(BigInteger).label("day")
    return (
        select(Tag.key, day, func.count(), func.count(distinct(post.author_id)))
        .join(use, use.tag_id == Tag.id)
        .join(post, post.id == use.post_id)
        .where(
            Tag.key == func.any(param("keys", ARRAY(Text))),
            and_(use.post_id >= param("since_id", BigInteger), post.visibility == int(Visibility.public)),
            post.origin < 2,
            visibility.parent(viewer_sql, post),
        )
        .group_by(Tag.key, day)
    )


_SPELLED = VisibleQuery(_spelled)
_DAYS = VisibleQuery(_days)
_KEYS = Query(select(Tag.id, Tag.key).where(Tag.id == func.any(param("ids", ARRAY(BigInteger)))))


async def named(db: Db, viewer: Viewer, names: Sequence[str]) -> list[SeenTag]:
    """One for each name, in this order; one that the viewer has met nowhere is spelled as asked for."""
    if not names:
        return []
    spelled = {text.tag_key(name): name for name in names}
    keys = list(spelled)
    today = int(clock.now().timestamp()) // 86_400
    counted = await _counted(db, viewer, keys)
    return [
        SeenTag(
            key,
            name or spelled[key],
            followed,
            featured,
            history(counted.get(key, {}), today, viewer.policy),
        )
        for key, name, followed, featured in await _SPELLED.rows(db, viewer, keys=keys)
    ]


async def tags(db: Db, viewer: Viewer, ids: Sequence[int]) -> list[SeenTag]:
    """In this order. Only for ids of tags that the viewer follows, or has met in a post that they see."""
    keys = {row["id"]: row["key"] for row in await db.rows(_KEYS, ids=list(ids))} if ids else {}
    return await named(db, viewer, [keys[tag_id] for tag_id in ids if tag_id in keys])


async def names(db: Db, viewer: Viewer, keys: Sequence[str]) -> dict[str, str]:
    """Of those that the viewer has met in a post that they see, how it is spelled there."""
    rows = await _SPELLED.rows(db, viewer, keys=list(keys)) if keys else []
    return {key: name for key, name, _followed, _featured in rows if name}


async def _counted(db: Db, viewer: Viewer, keys: Sequence[str]) -> dict[str, dict[int, tuple[int, int]]]:
    since = clock.now() - timedelta(days=DAYS)
    since_id = id_at(since)
    counted: dict[str, dict[int, tuple[int, int]]] = {}
    for key, day, uses, people in await _DAYS.rows(db, viewer, keys=list(keys), since_id=since_id):
        counted.setdefault(key, {})[day] = (uses, people)
    return counted


def history(counted: dict[int, tuple[int, int]], today: int, policy: Policy) -> list[tuple[int, int, int]]:
    """From uses and people by day (since 1970), the last days, today first."""
    days = ((day, *counted.get(day, (0, 0))) for day in range(today, today - DAYS, -1))
    return [(day, policy.told(uses, people), policy.told(people)) for day, uses, people in days]
