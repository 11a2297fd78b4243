"""Counts that are kept with the row, by ring, and changed in the transaction of the act (docs/law.md, "Counts").

Whatever changes rows of people and of posts takes those of people first, so that nobody waits in a circle.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Executable, Integer, ScalarSelect, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import Ring, Visibility
from weetwie.database.pool import Db, Query, param
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Post

_PLACE = param("place", Integer)
_BY = param("by", BigInteger)
_ID = param("id", BigInteger)


async def hold(db: Db, person_id: int) -> None:
    """What counts nowhere holds its author all the same: who begins to follow them waits, and neither misses the other."""
    await db.run(_HOLD, id=person_id)


async def hold_authors(db: Db, post_ids: Sequence[int]) -> None:
    """Holds all whose numbers change when these posts go: their authors, and those who boosted them."""
    await db.rows(_HOLD_AUTHORS, ids=list(post_ids))


async def post(db: Db, person_id: int, post_id: int, ring: Ring) -> None:
    """A public or unlisted post (or boost) of a person is there."""
    await db.run(_POST_ADDED, id=person_id, post_id=post_id, place=_place(ring))


async def post_gone(db: Db, person_id: int, ring: Ring) -> None:
    """One is gone; it is marked as deleted already."""
    await db.run(_POST_GONE, id=person_id, ring=int(ring), place=_place(ring))


async def reply(db: Db, parent_id: int, ring: Ring, *, by: int) -> None:
    await db.run(_REPLIES, id=parent_id, place=_place(ring), by=by)


async def boost(db: Db, original_id: int, ring: Ring, *, by: int) -> None:
    await db.run(_BOOSTS, id=original_id, place=_place(ring), by=by)


async def quote(db: Db, quoted_id: int, ring: Ring, *, by: int) -> None:
    await db.run(_QUOTES, id=quoted_id, place=_place(ring), by=by)


async def favourite(db: Db, post_id: int, *, by: int) -> None:
    await db.run(_FAVOURITES, id=post_id, by=by)


def _place(ring: Ring) -> int:
    return int(ring) + 1


def _newest_left() -> ScalarSelect[int]:
    left = aliased(Post)
    return (
        select(func.coalesce(func.max(left.id), 0))
        .where(
            left.author_id == _ID,
            left.deleted_at.is_(None),
            left.ring == param("ring", Integer),
            left.visibility <= int(Visibility.unlisted),
        )
        .scalar_subquery()
    )


def _hold_authors() -> Executable:
    ids = param("ids", ARRAY(BigInteger))
    gone = select(Post.author_id).where(
        or_(Post.id.in_(select(func.unnest(ids))), Post.boost_of_id.in_(select(func.unnest(ids))))
    )
    return select(Person.id).where(Person.id.in_(gone)).order_by(Person.id).with_for_update(key_share=True)


_HOLD = Query(select(Person.id).where(Person.id == _ID).with_for_update(key_share=True))
_HOLD_AUTHORS = Query(_hold_authors)
_POST_ADDED = Query(
    update(Person)
    .where(Person.id == _ID)
    .values(
        {
            Person.posts_in_ring[_PLACE]: Person.posts_in_ring[_PLACE] + 1,
            Person.last_post_in_ring[_PLACE]: func.greatest(
                Person.last_post_in_ring[_PLACE], param("post_id", BigInteger)
            ),
        }
    )
)
_POST_GONE = Query(
    update(Person)
    .where(Person.id == _ID)
    .values(
        {
            Person.posts_in_ring[_PLACE]: Person.posts_in_ring[_PLACE] - 1,
            Person.last_post_in_ring[_PLACE]: _newest_left(),
        }
    )
)
_REPLIES = Query(
    update(Post)
    .where(Post.id == _ID)
    .values({Post.replies_in_ring[_PLACE]: Post.replies_in_ring[_PLACE] + _BY})
)
_BOOSTS = Query(
    update(Post)
    .where(Post.id == _ID)
    .values({Post.boosts_in_ring[_PLACE]: Post.boosts_in_ring[_PLACE] + _BY})
)
_QUOTES = Query(
    update(Post)
    .where(Post.id == _ID)
    .values({Post.quotes_in_ring[_PLACE]: Post.quotes_in_ring[_PLACE] + _BY})
)
_FAVOURITES = Query(update(Post).where(Post.id == _ID).values(favourites_count=Post.favourites_count + _BY))
