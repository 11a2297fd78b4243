"""The introductions of the last two weeks: who is new and what they say of themselves."""

from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, Select, select

from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql
from weetwie.database.paging import Page
from weetwie.database.pool import Db, param
from weetwie.database.sql import id_before_now, there_is
from weetwie.domain.timelines import taste
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Introduction, Post
from weetwie.views.posts import Finding, SeenPost

SPAN: Final = timedelta(days=14)


async def introductions(db: Db, viewer: Viewer, limit: int) -> list[SeenPost]:
    """The newest first, without the viewer's own and those of people whom they mute or block."""
    since = id_at(clock.now() - SPAN)
    return await _INTRODUCTIONS.page(db, viewer, Page(limit), since_id=since)


def _introductions(viewer_sql: ViewerSql) -> Select[int, int]:
    post = aliased(Post)
    return (
        select(post.id.label("post_id"), post.id.label("key"))
        .select_from(Introduction)
        .join(post, post.id == Introduction.post_id)
        .where(
            post.id > param("since_id", BigInteger),
            post.deleted_at.is_(None),
            post.author_id != viewer_sql.id,
            taste.is_kept(viewer_sql, post),
        )
    )


_INTRODUCTIONS = Finding(_introductions)
ANY = there_is(Introduction, Introduction.post_id > id_before_now(SPAN))
"""Whether somebody has introduced themselves."""
