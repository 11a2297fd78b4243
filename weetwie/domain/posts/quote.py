"""Quote a post: say something to it, with it in sight."""

import msgspec
from sqlalchemy import BigInteger, Executable, func, select

from weetwie.access import permissions, visibility
from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.errors import Forbidden, NotFound, _
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post
from weetwie.tables.relations import Follow


class Quoted(msgspec.Struct, frozen=True):
    """What a quote takes from what it quotes."""

    id: int
    author_id: int
    ring: Ring
    visibility: Visibility


async def quoted(db: Db, viewer: Viewer, post_id: int | None) -> Quoted | None:
    """Who quotes a boost quotes what is boosted. Raises NotFound for what the viewer does not see, Forbidden where its author
    does not want it."""
    if post_id is None:
        return None
    row = await _QUOTED.row(db, viewer, id=post_id)
    if row is None:
        raise NotFound(_("The post you're quoting is gone, or you can't see it."))
    found = Quoted(row["id"], row["author_id"], Ring(row["ring"]), Visibility(row["visibility"]))
    policy = QuotePolicy(row["quote_policy"])
    if not permissions.quote(
        viewer, found.author_id, found.visibility, policy, is_follower=row["is_follower"], at=clock.now()
    ):
        raise Forbidden(_("The author doesn't allow quotes of this post."))
    return found


def _quoted(viewer_sql: ViewerSql) -> Executable:
    named, meant, follow = aliased(Post), aliased(Post), aliased(Follow)
    is_follower = visibility.there_is(
        follow, follow.follower_id == viewer_sql.id, follow.followed_id == meant.author_id
    )
    return (
        select(meant.id, meant.author_id, meant.ring, meant.visibility, meant.quote_policy)
        .add_columns(is_follower.label("is_follower"))
        .select_from(named)
        .join(meant, meant.id == func.coalesce(named.boost_of_id, named.id))
        .where(named.id == param("id", BigInteger), visibility.post(viewer_sql, named, meant))
    )


_QUOTED = VisibleQuery(_quoted)
