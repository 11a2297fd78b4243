"""Posts that came with an import are taken out again, with all that hangs on them."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased

from weetwie.access.viewer import Viewer
from weetwie.access.words import Ring, Visibility
from weetwie.kit.db import Db, Query, columns, param
from weetwie.tables.people import Person
from weetwie.tables.posts import Post

_ids = param("ids", ARRAY(BigInteger))

_WITH_BOOSTS = Query(
    select(Post.id)
    .where(or_(Post.id == func.any(_ids), Post.boost_of_id == func.any(_ids)))
    .order_by(Post.id)
)
_COUNTED = (Post.visibility <= int(Visibility.unlisted), Post.deleted_at.is_(None))

_LOCK_PEOPLE = Query(
    select(Person.id)
    .where(Person.id.in_(select(Post.author_id).where(Post.id == func.any(_ids))))
    .order_by(Person.id)
    .with_for_update(key_share=True)
)
_gone = (
    select(Post.author_id, *(func.count().filter(Post.ring == int(ring)).label(ring.name) for ring in Ring))
    .where(Post.id == func.any(_ids), *_COUNTED)
    .group_by(Post.author_id)
    .subquery()
)


def _newest_left(ring: Ring) -> object:
    left = aliased(Post)
    newest = (
        select(left.id)
        .where(
            left.author_id == Person.id,
            left.ring == int(ring),
            left.visibility <= int(Visibility.unlisted),
            left.deleted_at.is_(None),
            left.id != func.all(_ids),
        )
        .order_by(left.id.desc())
        .limit(1)
    )
    return func.coalesce(newest.scalar_subquery(), 0)


_COUNT_POSTS = Query(
    update(Person)
    .where(Person.id == _gone.c.author_id)
    .values(
        posts_in_ring=array([Person.posts_in_ring[int(ring) + 1] - _gone.c[ring.name] for ring in Ring]),
        last_post_in_ring=array([_newest_left(ring) for ring in Ring]),
    )
)

_unanswered = (
    select(Post.reply_to_id, *(func.count().filter(Post.ring == int(ring)).label(ring.name) for ring in Ring))
    .where(Post.id == func.any(_ids), Post.reply_to_id.is_not(None), *_COUNTED)
    .group_by(Post.reply_to_id)
    .subquery()
)
_COUNT_REPLIES = Query(
    update(Post)
    .where(Post.id == _unanswered.c.reply_to_id, Post.id != func.all(_ids))
    .values(
        replies_in_ring=array(
            [Post.replies_in_ring[int(ring) + 1] - _unanswered.c[ring.name] for ring in Ring]
        )
    )
)

_going = aliased(Post)
_NOT_ACCEPTED = Query(
    update(Post)
    .where(
        Post.id.in_(select(_going.root_id).where(_going.id == func.any(_ids))),
        Post.answer_id == func.any(_ids),
        Post.id != func.all(_ids),
    )
    .values(answer_id=None, version=Post.version + 1)
)
_DELETE = Query(delete(Post).where(Post.id == func.any(_ids)))


async def take_out(db: Db, _: Viewer, ids: Sequence[int]) -> int:
    """Boosts of them go too; replies to them stay. Returns how many of the posts went."""
    going = columns(await db.rows(_WITH_BOOSTS, ids=list(ids)), "id")
    await db.run(_COUNT_REPLIES, ids=going)
    await db.run(_NOT_ACCEPTED, ids=going)
    await db.rows(_LOCK_PEOPLE, ids=going)
    await db.run(_COUNT_POSTS, ids=going)
    await db.run(_DELETE, ids=going)
    return len(ids)
