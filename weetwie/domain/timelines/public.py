"""The public timeline and the timeline of tags: everything that this viewer may see, without boosts, newest first."""

from typing import Any

from sqlalchemy import BigInteger, Select, Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from weetwie.access.recognise import check
from weetwie.access.sees import Eye
from weetwie.access.viewer import Viewer
from weetwie.access.words import Visibility
from weetwie.domain.timelines import taste
from weetwie.kit.db import Db, Query, param
from weetwie.kit.paging import Page
from weetwie.seen.posts import Finding, SeenPost
from weetwie.tables.posts import Post, PostTag, Tag


async def public(db: Db, viewer: Viewer, page: Page) -> list[SeenPost]:
    return await _PUBLIC.page(db, viewer, page)


async def tagged(
    db: Db, viewer: Viewer, tag: str, page: Page, any_of: list[str], all_of: list[str], none_of: list[str]
) -> list[SeenPost]:
    """Posts with a tag (or one of `any_of`), with each of `all_of`, with none of `none_of`. Tags are given folded."""
    if not (any_of or all_of or none_of):
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
        wanted=wanted,
        needed=[ids[key] for key in set(all_of)],
        unwanted=[ids[key] for key in none_of if key in ids],
    )


def _public(eye: Eye) -> Select[*tuple[Any, ...]]:
    post = aliased(Post)
    return select(post.id.label("post_id"), post.id.label("key")).where(
        _is_listed(post), taste.is_kept(eye, post)
    )


def _is_listed(post: Any) -> Any:
    return (
        (post.visibility == int(Visibility.public))
        & post.boost_of_id.is_(None)
        & post.deleted_at.is_(None)
        & (post.origin < 2)
    )


def _tagged(eye: Eye) -> Select[*tuple[Any, ...]]:
    post = aliased(Post)
    tag_id = select(Tag.id).where(Tag.key == param("tag", Text)).scalar_subquery()
    return (
        select(PostTag.post_id.label("post_id"), PostTag.post_id.label("key"))
        .join(post, post.id == PostTag.post_id)
        .where(PostTag.tag_id == tag_id, _is_listed(post), taste.is_kept(eye, post))
    )


def _tagged_as(eye: Eye) -> Select[*tuple[Any, ...]]:
    post = aliased(Post)

    def with_one_of(name: str) -> Any:
        tagged = aliased(PostTag)
        return select(literal(1)).where(
            tagged.post_id == post.id, tagged.tag_id == func.any(param(name, ARRAY(BigInteger)))
        )

    needed = aliased(PostTag)
    has = (
        select(func.count())
        .where(needed.post_id == post.id, needed.tag_id == func.any(param("needed", ARRAY(BigInteger))))
        .scalar_subquery()
    )
    return select(post.id.label("post_id"), post.id.label("key")).where(
        _is_listed(post),
        taste.is_kept(eye, post),
        with_one_of("wanted").exists(),
        ~with_one_of("unwanted").exists(),
        has == func.cardinality(param("needed", ARRAY(BigInteger))),
    )


_PUBLIC = Finding(_public)
_TAGGED = Finding(_tagged)
_TAGGED_AS = Finding(_tagged_as)
_TAG_IDS = Query(select(Tag.id, Tag.key).where(Tag.key == func.any(param("keys", ARRAY(Text)))))
