"""Tags that stand beside a tag, in posts that the viewer sees."""

from sqlalchemy import BigInteger, Select, Text, func, select

from weetwie.access import visibility
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, columns, param
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post, PostTag, Tag
from weetwie.text.text import tag_key

_NEWEST = 200


async def related_tags(db: Db, viewer: Viewer, name: str, limit: int) -> list[int]:
    """Ids, of the newest posts with the tag, those that stand there most often first."""
    return columns(await _BESIDE.rows(db, viewer, key=tag_key(name), limit=limit), "tag_id")


def _beside(viewer_sql: ViewerSql) -> Select[int]:
    own, other, tag = aliased(PostTag), aliased(PostTag), aliased(Tag)
    newest = (
        select(own.post_id, own.tag_id)
        .join(tag, tag.id == own.tag_id)
        .join(Post, Post.id == own.post_id)
        .where(
            tag.key == param("key", Text),
            Post.visibility <= int(Visibility.unlisted),
            visibility.post(viewer_sql, Post),
        )
        .order_by(own.post_id.desc())
        .limit(_NEWEST)
        .subquery()
    )
    return (
        select(other.tag_id)
        .join(newest, newest.c.post_id == other.post_id)
        .where(other.tag_id != newest.c.tag_id)
        .group_by(other.tag_id)
        .order_by(func.count().desc(), other.tag_id)
        .limit(param("limit", BigInteger))
    )


_BESIDE = VisibleQuery(_beside)
