"""Posts of an archive that was brought in before, as a newer one has them."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Boolean, DateTime, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.posts.import_ import ArrivingPost, write_tags
from weetwie.tables.posts import MASTODON, Post, PostEdit, PostTag, PostText

_given_ids = param("ids", ARRAY(BigInteger))
_CHANGEABLE = Query(
    select(Post.id, Post.ring, Post.root_id, Post.author_id, PostText.text, PostText.warning)
    .join(PostText, PostText.post_id == Post.id)
    .where(
        Post.id == func.any(_given_ids),
        Post.deleted_at.is_(None),
        Post.origin >= MASTODON,
        ~select(PostEdit.id).where(PostEdit.post_id == Post.id).exists(),
    )
    .order_by(Post.id)
    .with_for_update(of=Post, key_share=True)
)
_SAY = Query(
    update(PostText)
    .where(PostText.post_id == param("id", BigInteger))
    .values(text=param("text", Text), warning=param("warning", Text), language=param("language", Text))
)
_CHANGED = Query(
    update(Post)
    .where(Post.id == param("id", BigInteger))
    .values(
        edited_at=param("edited_at", DateTime(timezone=True)),
        is_sensitive=param("is_sensitive", Boolean),
        version=Post.version + 1,
    )
)
_UNTAG = Query(delete(PostTag).where(PostTag.post_id == func.any(_given_ids)))


async def renew(db: Db, _: Viewer, arrivals: Sequence[ArrivingPost]) -> list[int]:
    """Posts of an archive that say something else in a newer one; what was edited or deleted here stays as it is here.

    Returns the ids of those that were changed."""
    rows = {row["id"]: row for row in await db.rows(_CHANGEABLE, ids=[post.id for post in arrivals])}
    changed = [
        post
        for post in arrivals
        if (row := rows.get(post.id)) and (row["text"], row["warning"]) != (post.text, post.warning)
    ]
    for post in changed:
        await db.run(_SAY, id=post.id, text=post.text, warning=post.warning, language=post.language)
        await db.run(_CHANGED, id=post.id, edited_at=post.edited_at, is_sensitive=post.is_sensitive)
    if changed:
        await db.run(_UNTAG, ids=[post.id for post in changed])
        await write_tags(db, changed)
    return [post.id for post in changed]
