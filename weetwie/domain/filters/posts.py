"""Single posts that a filter holds; those that its owner no longer sees are kept, and not told."""

from msgspec import Struct
from sqlalchemy import BigInteger, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.domain.filters import filters, rules
from weetwie.errors import NotFound
from weetwie.tables.filters import Filter, FilterPost
from weetwie.tables.posts import Post
from weetwie.views import posts as seen_posts


class OwnFilterPost(Struct, frozen=True):
    id: int
    filter_id: int
    post_id: int


_POSTS = VisibleQuery(
    lambda viewer_sql: (
        select(FilterPost.id, FilterPost.filter_id, FilterPost.post_id)
        .select_from(Filter)
        .join(FilterPost, FilterPost.filter_id == Filter.id)
        .join(Post, Post.id == FilterPost.post_id)
        .where(Filter.owner_id == viewer_sql.id, visibility.post(viewer_sql, Post))
        .order_by(FilterPost.id)
    )
)
_ALL_POSTS = Query(
    select(FilterPost.id, FilterPost.filter_id, FilterPost.post_id)
    .join(Filter, Filter.id == FilterPost.filter_id)
    .where(Filter.owner_id == param("owner_id", BigInteger))
)
_COUNT = Query(select(func.count()).where(FilterPost.filter_id == param("filter_id", BigInteger)))
_ADD = Query(
    insert(FilterPost)
    .values(filter_id=param("filter_id", BigInteger), post_id=param("post_id", BigInteger))
    .on_conflict_do_nothing()
)
_ID = Query(
    select(FilterPost.id).where(
        FilterPost.filter_id == param("filter_id", BigInteger),
        FilterPost.post_id == param("post_id", BigInteger),
    )
)
_DELETE = Query(delete(FilterPost).where(FilterPost.id == param("id", BigInteger)))


async def posts(db: Db, viewer: Viewer) -> list[OwnFilterPost]:
    """Of all filters of the viewer's."""
    return structs(OwnFilterPost, await _POSTS.rows(db, viewer))


async def all_posts(db: Db, viewer: Viewer) -> list[OwnFilterPost]:
    """Those that the viewer does not see at the moment, too: to be held against posts that they were found to see, and
    kept for as long as the filters stay as they are."""
    return structs(OwnFilterPost, await db.rows(_ALL_POSTS, owner_id=viewer.person_id))


async def one(db: Db, viewer: Viewer, id: int) -> OwnFilterPost:
    for found in await posts(db, viewer):
        if found.id == id:
            return found
    raise NotFound


async def add(db: Db, viewer: Viewer, filter_id: int, post_id: int) -> int:
    """Once more changes nothing. Raises NotFound for what is not the viewer's filter, or a post that they do not see."""
    await filters.hold(db, viewer)
    await filters.own_filter(db, viewer, filter_id)
    await seen_posts.post(db, viewer, post_id)
    await db.run(_ADD, filter_id=filter_id, post_id=post_id)
    rules.check_number(await db.value(_COUNT, filter_id=filter_id), rules.MOST_KEYWORDS)
    await filters.changed(db, viewer)
    id: int = await db.value(_ID, filter_id=filter_id, post_id=post_id)
    return id


async def remove(db: Db, viewer: Viewer, id: int) -> None:
    await filters.hold(db, viewer)
    await one(db, viewer, id)
    await db.run(_DELETE, id=id)
    await filters.changed(db, viewer)
