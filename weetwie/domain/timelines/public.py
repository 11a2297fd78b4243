"""The public timeline and the timeline of tags: everything that this viewer may see, without boosts, newest first."""

from sqlalchemy import BigInteger, Boolean, ColumnElement, Executable, Select, Text, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.authenticate import check
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import BoolSql, there_is
from weetwie.domain.timelines import taste
from weetwie.domain.timelines.merged import SIZE, MergedFinding
from weetwie.tables.cards import Card, PostCard
from weetwie.tables.declared import aliased
from weetwie.tables.posts import MEDIA, Post, PostTag, Tag
from weetwie.views.posts import ABOVE, BELOW, Finding, SeenPost
from weetwie.views.reach import Reach


async def public(db: Db, viewer: Viewer, page: Page, *, only_media: bool = False) -> list[SeenPost]:
    return await (_PUBLIC_MEDIA if only_media else _PUBLIC).page(db, viewer, page)


async def tagged(
    db: Db,
    viewer: Viewer,
    tag: str,
    page: Page,
    any_of: list[str],
    all_of: list[str],
    none_of: list[str],
    *,
    only_media: bool = False,
) -> list[SeenPost]:
    """Posts with a tag (or one of `any_of`), with each of `all_of`, with none of `none_of`. Tags are given folded."""
    if not (any_of or all_of or none_of or only_media):
        return await _TAGGED.page(db, viewer, page, tag=tag)
    ids = {row["key"]: row["id"] for row in await db.rows(_TAG_IDS, keys=[tag, *any_of, *all_of, *none_of])}
    wanted = [ids[key] for key in (tag, *any_of) if key in ids]
    if not wanted or any(key not in ids for key in all_of):
        await check(db, viewer)
        return []
    return await _TAGGED_AS.page(
        db,
        viewer,
        page,
        wanted=list(dict.fromkeys(wanted)),
        needed=[ids[key] for key in set(all_of)],
        unwanted=[ids[key] for key in none_of if key in ids],
        only_media=only_media,
    )


async def linking(db: Db, viewer: Viewer, url: str, page: Page) -> list[SeenPost]:
    """Public posts whose card is that of this address."""
    return await _LINKING.page(db, viewer, page, url=url)


def _linking(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    card_id = select(Card.id).where(func.md5(Card.url) == func.md5(param("url", Text))).scalar_subquery()
    return (
        select(PostCard.post_id.label("post_id"), PostCard.post_id.label("key"))
        .join(post, post.id == PostCard.post_id)
        .where(PostCard.card_id == card_id, _is_listed(post), taste.is_kept(viewer_sql, post))
    )


def _public(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    return select(post.id.label("post_id"), post.id.label("key")).where(
        _is_listed(post), taste.is_kept(viewer_sql, post)
    )


def _is_listed(post: type[Post]) -> BoolSql:
    return (
        (post.visibility == int(Visibility.public))
        & post.boost_of_id.is_(None)
        & post.deleted_at.is_(None)
        & (post.origin < 2)
    )


def _tagged(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    tag_id = select(Tag.id).where(Tag.key == param("tag", Text)).scalar_subquery()
    return (
        select(PostTag.post_id.label("post_id"), PostTag.post_id.label("key"))
        .join(post, post.id == PostTag.post_id)
        .where(PostTag.tag_id == tag_id, _is_listed(post), taste.is_kept(viewer_sql, post))
    )


def _stretch(viewer_sql: ViewerSql, upward: bool) -> Executable:
    """Plan: the next posts of each tag by the key of `post_tags`; a post with several of them once."""
    tag_id = func.unnest(param("wanted", ARRAY(BigInteger))).table_valued("tag_id").render_derived()
    use = aliased(PostTag)
    order = use.post_id.asc() if upward else use.post_id.desc()
    of_tag = (
        select(use.post_id.label("id"))
        .where(use.tag_id == tag_id.c.tag_id, use.post_id < BELOW, use.post_id > ABOVE)
        .order_by(order)
        .limit(SIZE)
        .lateral()
    )
    return (
        select(of_tag.c.id)
        .distinct()
        .select_from(tag_id)
        .join(of_tag, true())
        .order_by(of_tag.c.id.asc() if upward else of_tag.c.id.desc())
        .limit(SIZE)
    )


def _of_stretch(viewer_sql: ViewerSql) -> Select[int, int]:
    post, unwanted, needed = aliased(Post), aliased(PostTag), aliased(PostTag)
    has_unwanted = there_is(
        unwanted,
        unwanted.post_id == post.id,
        unwanted.tag_id == func.any(param("unwanted", ARRAY(BigInteger))),
    )
    has = (
        select(func.count())
        .where(needed.post_id == post.id, needed.tag_id == func.any(param("needed", ARRAY(BigInteger))))
        .scalar_subquery()
    )
    return select(post.id.label("post_id"), post.id.label("key")).where(
        post.id == func.any(param("ids", ARRAY(BigInteger))),
        _is_listed(post),
        taste.is_kept(viewer_sql, post),
        ~has_unwanted,
        has == func.cardinality(param("needed", ARRAY(BigInteger))),
        or_(~param("only_media", Boolean), _has_media(post)),
    )


def _public_media(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    return select(post.id.label("post_id"), post.id.label("key")).where(
        _is_listed(post), _has_media(post), taste.is_kept(viewer_sql, post)
    )


def _has_media(post: type[Post]) -> ColumnElement[bool]:
    return post.attached.op("&")(MEDIA) != 0


def _arriving(viewer_sql: ViewerSql) -> Select[int, int]:
    """Of given posts, those that stand here; and with their tag, and with media, where they have these."""
    post = aliased(Post)
    return select(post.id.label("post_id"), post.id.label("key")).where(
        post.id == func.any(param("post_ids", ARRAY(BigInteger))),
        _is_listed(post),
        taste.is_kept(viewer_sql, post),
    )


ARRIVING = Reach(_arriving)

_PUBLIC = Finding(_public)
_LINKING = Finding(_linking)
_PUBLIC_MEDIA = Finding(_public_media)
_TAGGED = Finding(_tagged)
_TAGGED_AS = MergedFinding(_stretch, Finding(_of_stretch))
_TAG_IDS = Query(select(Tag.id, Tag.key).where(Tag.key == func.any(param("keys", ARRAY(Text)))))
