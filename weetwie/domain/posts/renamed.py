"""Somebody's handle is another: what they wrote and where they are named is encoded anew, in every process."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Executable, func, select, union, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import PersonErased, PersonJoined
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Mention, Post

_IDS = func.any(param("ids", ARRAY(BigInteger)))


def _show_anew() -> Executable:
    written = aliased(Post)
    concerned = union(
        select(written.id).where(written.author_id == _IDS),
        select(Mention.post_id).where(Mention.person_id == _IDS),
    )
    return (
        update(Post)
        .where(Post.id.in_(concerned), Post.deleted_at.is_(None), Post.boost_of_id.is_(None))
        .values(version=Post.version + 1)
    )


_SHOW_ANEW = Query(_show_anew)


async def show_anew(db: Db, viewer: Viewer, facts: Sequence[PersonErased | PersonJoined]) -> None:
    """Encodings are kept by the version of a post, and hold handles."""
    await db.run(_SHOW_ANEW, ids=[fact.person_id for fact in facts])
