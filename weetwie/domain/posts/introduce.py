"""Mark a post as the introduction with which somebody new says hello."""

from sqlalchemy import BigInteger, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.tables.posts import Introduction, Post


async def introduce(db: Db, viewer: Viewer, post_id: int) -> None:
    """A later introduction replaces the one before; posts of others are left alone."""
    await db.run(_INTRODUCE, person_id=viewer.person_id, post_id=post_id)


_OWN = select(Post.author_id, Post.id).where(
    Post.id == param("post_id", BigInteger), Post.author_id == param("person_id", BigInteger)
)
_MADE = insert(Introduction).from_select(["person_id", "post_id"], _OWN)
_INTRODUCE = Query(
    _MADE.on_conflict_do_update(index_elements=["person_id"], set_={"post_id": _MADE.excluded.post_id})
)
