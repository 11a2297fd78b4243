"""A thread around a post: what it answers, and what answers it."""

from sqlalchemy import BigInteger, Executable, Integer, Select, literal, select
from sqlalchemy.dialects.postgresql import array

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, columns, param
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post

MOST = 4096
DEEPEST = 4096
FOR_STRANGERS = (40, 60, 20)
"""Ancestors, descendants and depth for those who are not signed in."""


async def around(db: Db, viewer: Viewer, post_id: int) -> tuple[list[int], list[int]]:
    """The ids above a post, oldest first, and those below it, depth first. What the viewer does not see ends a branch."""
    above, below, depth = (MOST, MOST, DEEPEST) if viewer.is_person else FOR_STRANGERS
    ancestors = await _ANCESTORS.rows(db, viewer, post_id=post_id, most=above)
    descendants = await _DESCENDANTS.rows(db, viewer, post_id=post_id, most=below, deepest=depth)
    return columns(ancestors, "id"), columns(descendants, "id")


def _ancestors(viewer_sql: ViewerSql) -> Select[int]:
    first = aliased(Post)
    chain = (
        select(first.reply_to_id.label("id"), literal(1, Integer).label("height"))
        .where(first.id == param("post_id", BigInteger), first.reply_to_id.is_not(None))
        .cte("chain", recursive=True)
    )
    parent = aliased(Post)
    chain = chain.union_all(
        select(parent.reply_to_id, chain.c.height + 1)
        .join(parent, parent.id == chain.c.id)
        .where(
            visibility.parent(viewer_sql, parent),
            parent.reply_to_id.is_not(None),
            chain.c.height < param("most", Integer),
        )
    )
    post = aliased(Post)
    return (
        select(post.id)
        .join(chain, chain.c.id == post.id)
        .where(visibility.parent(viewer_sql, post))
        .order_by(chain.c.height.desc())
    )


def _descendants(viewer_sql: ViewerSql) -> Executable:
    reply = aliased(Post)
    branch = (
        select(reply.id, array([reply.id]).label("path"), literal(1, Integer).label("depth"))
        .where(reply.reply_to_id == param("post_id", BigInteger), visibility.parent(viewer_sql, reply))
        .cte("branch", recursive=True)
    )
    child = aliased(Post)
    branch = branch.union_all(
        select(child.id, branch.c.path.op("||")(child.id), branch.c.depth + 1)
        .join(child, child.reply_to_id == branch.c.id)
        .where(visibility.parent(viewer_sql, child), branch.c.depth < param("deepest", Integer))
    )
    return select(branch.c.id).order_by(branch.c.path).limit(param("most", BigInteger))


_ANCESTORS = VisibleQuery(_ancestors)
_DESCENDANTS = VisibleQuery(_descendants)
