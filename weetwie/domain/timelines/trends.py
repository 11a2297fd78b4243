"""What is talked about: tags, posts and links of the last week that the viewer sees, the liveliest first.

All are computed for each viewer, out of what they see and nothing else, among the newest posts of the week.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Float,
    FromClause,
    cast,
    distinct,
    func,
    literal,
    select,
)

from weetwie.access import ring_counts, visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, columns, param
from weetwie.domain.timelines import taste
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.cards import READY, Card, PostCard
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag
from weetwie.views.cards import SeenCard
from weetwie.views.tags import history

SPAN: Final = timedelta(days=7)
MOST: Final = 2000
"""So many posts are looked at, the newest."""
_DAY_SECONDS: Final = 86_400
_HALF_LIFE: Final = timedelta(days=1)
_REST: Final = 4.0
"""In hours: so long a new post has before its age counts much."""


async def tags(db: Db, viewer: Viewer, *, limit: int, offset: int = 0) -> list[int]:
    """Ids of tags, by how many people wrote with them, and how lately."""
    return columns(await _TAGS.rows(db, viewer, limit=limit, offset=offset, **_now()), "id")


async def posts(db: Db, viewer: Viewer, *, limit: int, offset: int = 0) -> list[int]:
    """Ids of posts, by what people did with them for their age."""
    return columns(await _POSTS.rows(db, viewer, limit=limit, offset=offset, **_now()), "id")


class TrendingLink(msgspec.Struct, frozen=True):
    card: SeenCard
    history: list[tuple[int, int, int]]
    """The last days, today first: the day (since 1970), posts, people who wrote them."""


async def links(db: Db, viewer: Viewer, *, limit: int, offset: int = 0) -> list[TrendingLink]:
    """By how many people linked to them, and how lately."""
    rows = await _LINKS.rows(db, viewer, limit=limit, offset=offset, **_now())
    today = int(clock.now().timestamp()) // _DAY_SECONDS
    return [
        TrendingLink(
            SeenCard(0, *row[1:]),
            history({day: (uses, people) for day, uses, people in row["days"]}, today, viewer.policy),
        )
        for row in rows
    ]


def _now() -> dict[str, int]:
    now = clock.now()
    return {
        "since_id": id_at(now - SPAN),
        "now_ms": int(now.timestamp() * 1000),
    }


def _lately(viewer_sql: ViewerSql) -> FromClause:
    """Public posts of the week in the viewer's sight."""
    post = aliased(Post)
    return (
        select(post)
        .where(
            post.id > param("since_id", BigInteger),
            post.visibility == int(Visibility.public),
            post.boost_of_id.is_(None),
            post.deleted_at.is_(None),
            post.origin < 2,
            visibility.parent(viewer_sql, post),
            taste.is_kept(viewer_sql, post),
        )
        .order_by(post.id.desc())
        .limit(MOST)
        .subquery()
    )


def _age_in_hours(post: type[Post]) -> ColumnElement[float | Decimal]:
    written = cast(post.id.op(">>")(16), Float)
    return func.greatest(cast(param("now_ms", BigInteger), Float) - written, 0.0) / 3_600_000.0


def _tags(viewer_sql: ViewerSql) -> Executable:
    """Each person counts once for a tag, by the latest that they wrote with it."""
    post = aliased(Post, _lately(viewer_sql))
    freshness = func.power(0.5, _age_in_hours(post) / (_HALF_LIFE.total_seconds() / 3600))
    each = (
        select(PostTag.tag_id, post.author_id, func.max(freshness).label("weight"))
        .join(post, post.id == PostTag.post_id)
        .group_by(PostTag.tag_id, post.author_id)
        .subquery()
    )
    return (
        select(each.c.tag_id.label("id"))
        .group_by(each.c.tag_id)
        .order_by((func.count() * func.sum(each.c.weight)).desc(), each.c.tag_id.desc())
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


def _links(viewer_sql: ViewerSql) -> Executable:
    """The card as it is kept, and how it was used day by day."""
    post = aliased(Post, _lately(viewer_sql))
    freshness = func.power(0.5, _age_in_hours(post) / (_HALF_LIFE.total_seconds() / 3600))
    day = post.id.op(">>")(16).op("/")(literal(_DAY_SECONDS * 1000)).cast(BigInteger)
    each = (
        select(PostCard.card_id, post.author_id, day.label("day"), freshness.label("weight"))
        .join(post, post.id == PostCard.post_id)
        .subquery()
    )
    daily = (
        select(
            each.c.card_id,
            each.c.day,
            func.count().label("uses"),
            func.count(distinct(each.c.author_id)).label("people"),
            func.max(each.c.weight).label("weight"),
        )
        .group_by(each.c.card_id, each.c.day)
        .subquery()
    )
    days = func.jsonb_agg(func.jsonb_build_array(daily.c.day, daily.c.uses, daily.c.people))
    used = (
        select(
            daily.c.card_id,
            days.label("days"),
            func.sum(daily.c.people * daily.c.weight).label("weight"),
        )
        .group_by(daily.c.card_id)
        .subquery()
    )
    shown = [getattr(Card, name) for name in SeenCard.__struct_fields__[1:]]
    return (
        select(used.c.days, *shown)
        .join(Card, Card.id == used.c.card_id)
        .where(Card.state == READY)
        .order_by(used.c.weight.desc(), Card.id.desc())
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


def _posts(viewer_sql: ViewerSql) -> Executable:
    """Nothing of those who do not want to be found, and nothing that is hidden behind a warning."""
    post, author = aliased(Post, _lately(viewer_sql)), aliased(Person)
    said = ring_counts.in_ring(viewer_sql, post.replies_in_ring) + ring_counts.in_ring(
        viewer_sql, post.boosts_in_ring
    )
    liveliness = cast(post.favourites_count + 2 * said, Float)
    return (
        select(post.id.label("id"))
        .join(author, author.id == post.author_id)
        .where(liveliness > literal(0.0), author.is_discoverable, post.is_sensitive.is_(False))
        .order_by((liveliness / func.power(_age_in_hours(post) + _REST, 1.2)).desc(), post.id.desc())
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


_TAGS, _POSTS, _LINKS = VisibleQuery(_tags), VisibleQuery(_posts), VisibleQuery(_links)
