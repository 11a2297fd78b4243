"""What somebody may have missed: posts of people they follow that many liked, since a moment."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Select, and_, func, or_, select

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql
from weetwie.database.paging import Page
from weetwie.database.pool import Db, param
from weetwie.database.sql import there_is
from weetwie.domain.timelines import taste
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Marker
from weetwie.tables.posts import Mark, Post
from weetwie.tables.relations import Follow
from weetwie.views.posts import Finding, SeenPost

_LOOKED_AT: Final = 60


async def missed(db: Db, viewer: Viewer, since: datetime, limit: int) -> list[SeenPost]:
    """The most liked first; nothing that they have read in an app or done something with, and nothing for followers alone: an email is
    no longer here."""
    found = await _MISSED.page(db, viewer, Page(_LOOKED_AT), since_id=id_at(since))
    return sorted(found, key=lambda post: (-post.favourites_count, -post.key))[:limit]


def _missed(viewer_sql: ViewerSql) -> Select[int, int]:
    post, follow, mark, marker = aliased(Post), aliased(Follow), aliased(Mark), aliased(Marker)
    read = (
        select(func.max(marker.last_read_id))
        .where(marker.person_id == viewer_sql.id, marker.timeline == "home")
        .correlate_except(marker)
        .scalar_subquery()
    )
    return select(post.id.label("post_id"), post.id.label("key")).where(
        post.id > param("since_id", BigInteger),
        post.id > func.coalesce(read, 0),
        post.origin < 2,
        post.boost_of_id.is_(None),
        post.visibility <= int(Visibility.unlisted),
        or_(post.reply_to_id.is_(None), post.reply_to_person_id == post.author_id),
        there_is(
            follow,
            and_(follow.follower_id == viewer_sql.id, follow.followed_id == post.author_id),
            taste.has_language(follow, post),
        ),
        ~there_is(mark, mark.person_id == viewer_sql.id, mark.post_id == post.id),
        taste.is_kept(viewer_sql, post),
        taste.is_not_set_apart(viewer_sql, post),
    )


_MISSED = Finding(_missed)
