"""Follow and unfollow tags; the tags that one follows, and those that begin like this."""

from sqlalchemy import BigInteger, Select, Text, delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, columns, param
from weetwie.events import TagFollowed, record
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.tables.relations import TagFollow
from weetwie.views.numbered import Numbered, NumberedList

_FOLLOW = Query(
    insert(TagFollow)
    .values(person_id=param("person_id", BigInteger), tag_id=param("tag_id", BigInteger))
    .on_conflict_do_nothing()
)

# Whoever writes with the tag right now is waited for, and whoever wants to waits: neither misses the other.
_HOLD = Query(select(Tag.id).where(Tag.id == param("tag_id", BigInteger)).with_for_update())

_UNFOLLOW = Query(
    delete(TagFollow).where(
        TagFollow.person_id == param("person_id", BigInteger), TagFollow.tag_id == param("tag_id", BigInteger)
    )
)

_FOLLOWERS = Query(
    select(func.count())
    .select_from(TagFollow)
    .join(Tag, Tag.id == TagFollow.tag_id)
    .where(Tag.key == param("key", Text))
)


async def followers_count(db: Db, key: str) -> int:
    """How many follow a tag; who they are is theirs."""
    return int(await db.value(_FOLLOWERS, key=key))


_FOLLOWED = NumberedList(
    lambda viewer_sql: select(TagFollow.number, TagFollow.tag_id.label("id")).where(
        TagFollow.person_id == viewer_sql.id
    )
)


def _beginning(viewer_sql: ViewerSql) -> Select[int]:
    """A tag that stands in nothing that the viewer sees is none to them."""
    use, post, followed = aliased(PostTag), aliased(Post), aliased(TagFollow)
    is_seen = (
        select(literal(1))
        .select_from(use)
        .join(post, post.id == use.post_id)
        .where(use.tag_id == Tag.id, visibility.parent(viewer_sql, post))
        .correlate_except(use, post)
        .exists()
    )
    is_followed = (
        select(literal(1))
        .where(followed.tag_id == Tag.id, followed.person_id == viewer_sql.id)
        .correlate_except(followed)
    )
    return (
        select(Tag.id)
        .where(Tag.key.like(param("beginning", Text)), or_(is_followed.exists(), is_seen))
        .order_by(func.length(Tag.key), Tag.key)
        .offset(param("offset", BigInteger))
        .limit(param("limit", BigInteger))
    )


_BEGINNING = VisibleQuery(_beginning)


async def follow_tag(db: Db, viewer: Viewer, tag_id: int) -> bool:
    """Whether this began just now."""
    allowed.check(viewer, permissions.act_as_person)
    await db.rows(_HOLD, tag_id=tag_id)
    if not await db.run(_FOLLOW, person_id=viewer.person_id, tag_id=tag_id):
        return False
    await record(db, viewer, TagFollowed(viewer.person_id, tag_id))
    return True


async def unfollow_tag(db: Db, viewer: Viewer, tag_id: int) -> None:
    allowed.check(viewer, permissions.act_as_person)
    await db.run(_UNFOLLOW, person_id=viewer.person_id, tag_id=tag_id)


async def followed_tags(db: Db, viewer: Viewer, page: Page) -> list[Numbered]:
    """The latest followed first."""
    return await _FOLLOWED.page(db, viewer, page)


async def tags_like(db: Db, viewer: Viewer, key: str, *, limit: int, offset: int = 0) -> list[int]:
    """Tags whose key begins so, the shortest first."""
    escaped = key.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = await _BEGINNING.rows(db, viewer, beginning=f"{escaped}%", limit=limit, offset=offset)
    return columns(rows, "id")
