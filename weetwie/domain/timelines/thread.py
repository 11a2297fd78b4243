"""A thread around a post: what it answers, and what answers it."""

from typing import Any

from sqlalchemy import BigInteger, Integer, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from weetwie.access import sees
from weetwie.access.sees import Eye, Lawful
from weetwie.access.viewer import Viewer
from weetwie.kit.db import Db, columns, param
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


def _ancestors(eye: Eye) -> Any:
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
            sees.parent(eye, parent), parent.reply_to_id.is_not(None), chain.c.height < param("most", Integer)
        )
    )
    post = aliased(Post)
    return (
        select(post.id)
        .join(chain, chain.c.id == post.id)
        .where(sees.parent(eye, post))
        .order_by(chain.c.height.desc())
    )


def _descendants(eye: Eye) -> Any:
    reply = aliased(Post)
    branch = (
        select(reply.id, array([reply.id]).label("path"), literal(1, Integer).label("depth"))
        .where(reply.reply_to_id == param("post_id", BigInteger), sees.parent(eye, reply))
        .cte("branch", recursive=True)
    )
    child = aliased(Post)
    branch = branch.union_all(
        select(child.id, branch.c.path.op("||")(child.id), branch.c.depth + 1)
        .join(child, child.reply_to_id == branch.c.id)
        .where(sees.parent(eye, child), branch.c.depth < param("deepest", Integer))
    )
    return select(branch.c.id).order_by(branch.c.path).limit(param("most", BigInteger))


_ANCESTORS = Lawful(_ancestors)
_DESCENDANTS = Lawful(_descendants)
