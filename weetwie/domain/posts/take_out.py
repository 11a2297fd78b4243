"""Posts that came with an import are taken out again, with all that hangs on them."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, array

from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.sql import IdSql
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.posts import Mark, Post, PostTag, Tag
from weetwie.tables.relations import TagFollow

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


def _newest_left(ring: Ring) -> ColumnElement[int]:
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


def _uncount(link: IdSql, counts: str) -> Query:
    """Takes what goes off the numbers of what stays."""
    gone = (
        select(
            link.label("id"), *(func.count().filter(Post.ring == int(ring)).label(ring.name) for ring in Ring)
        )
        .where(Post.id == func.any(_ids), link.is_not(None), *_COUNTED)
        .group_by(link)
        .subquery()
    )
    column = getattr(Post, counts)
    return Query(
        update(Post)
        .where(Post.id == gone.c.id, Post.id != func.all(_ids))
        .values({counts: array([column[int(ring) + 1] - gone.c[ring.name] for ring in Ring])})
    )


_COUNT_REPLIES = _uncount(Post.reply_to_id, "replies_in_ring")
_COUNT_BOOSTS = _uncount(Post.boost_of_id, "boosts_in_ring")
_COUNT_QUOTES = _uncount(Post.quote_of_id, "quotes_in_ring")

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
_people = param("people", ARRAY(BigInteger))
_SOME_BY = Query(
    select(Post.id)
    .where(Post.author_id == func.any(_people))
    .order_by(Post.id)
    .limit(param("count", BigInteger))
)
_lost = (
    select(Mark.post_id, func.count().label("count"))
    .where(Mark.person_id == func.any(_people), Mark.favourite.is_not(None))
    .group_by(Mark.post_id)
    .subquery()
)
_COUNT_FAVOURITES = Query(
    update(Post)
    .where(Post.id == _lost.c.post_id)
    .values(favourites_count=func.greatest(Post.favourites_count - _lost.c["count"], 0))
)
_UNMARK = Query(delete(Mark).where(Mark.person_id == func.any(_people)))
_TAGS = Query(
    select(PostTag.tag_id.label("id"))
    .distinct()
    .join(Post, Post.id == PostTag.post_id)
    .where(Post.author_id == func.any(_people))
)
_FORGET_TAGS = Query(
    delete(Tag).where(
        Tag.id == func.any(_ids),
        ~select(PostTag.tag_id).where(PostTag.tag_id == Tag.id).exists(),
        ~select(TagFollow.tag_id).where(TagFollow.tag_id == Tag.id).exists(),
    )
)
_DELETE = Query(delete(Post).where(Post.id == func.any(_ids)))


async def take_out(db: Db, _: Viewer, ids: Sequence[int]) -> int:
    """Boosts of them go too; replies to them stay. Returns how many of the posts went."""
    going = columns(await db.rows(_WITH_BOOSTS, ids=list(ids)), "id")
    for query in (_COUNT_REPLIES, _COUNT_BOOSTS, _COUNT_QUOTES):
        await db.run(query, ids=going)
    await db.run(_NOT_ACCEPTED, ids=going)
    await db.rows(_LOCK_PEOPLE, ids=going)
    await db.run(_COUNT_POSTS, ids=going)
    await db.run(_DELETE, ids=going)
    return len(ids)


async def some_by(db: Db, people: Sequence[int], count: int) -> list[int]:
    """Some of all that these people wrote or boosted."""
    return columns(await db.rows(_SOME_BY, people=list(people), count=count), "id")


async def unmark(db: Db, people: Sequence[int]) -> None:
    """What these people marked counts no more."""
    await db.run(_COUNT_FAVOURITES, people=list(people))
    await db.run(_UNMARK, people=list(people))


async def tags_by(db: Db, people: Sequence[int]) -> list[int]:
    """All tags that these people wrote."""
    return columns(await db.rows(_TAGS, people=list(people)), "id")


async def forget_tags(db: Db, ids: Sequence[int]) -> None:
    """Those of them that stand in no post any more, and that nobody follows."""
    await db.run(_FORGET_TAGS, ids=list(ids))
