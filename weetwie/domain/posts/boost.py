"""Boost a post: an entry of one's own that shows somebody else's post to one's followers."""

from sqlalchemy import BigInteger, Executable, SmallInteger, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from weetwie.access import permissions, visibility
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, param
from weetwie.domain.posts import counts, remove, rules
from weetwie.domain.posts.publish import ONE_AT_A_TIME
from weetwie.errors import Forbidden, _, or_not_found
from weetwie.events import PostBoosted, record
from weetwie.runtime import clock
from weetwie.tables.posts import Mark, Post
from weetwie.views.posts import SeenPost


async def boost(db: Db, viewer: Viewer, post_id: int, visibility: Visibility | None = None) -> int:
    """The id of the boost; boosting twice is boosting once. A boost of a boost is one of the original."""
    original = await original_of(db, viewer, post_id)
    theirs = Visibility(original["visibility"])
    if not permissions.boost(viewer, original["author_id"], theirs, clock.now()):
        raise Forbidden(_("This post can't be boosted: not everyone in its audience can read it."))
    if viewer.is_limited:
        raise Forbidden(rules.LIMITED)
    await db.run(_WAIT, person_id=viewer.person_id)
    before = await db.value(_MINE, person_id=viewer.person_id, post_id=original["id"])
    if before is not None:
        return int(before)
    shown = max(visibility if visibility is not None else Visibility.public, theirs)
    ring = Ring(original["ring"])
    boost_id: int = await db.value(
        _BOOST, author_id=viewer.person_id, original_id=original["id"], ring=int(ring), visibility=int(shown)
    )
    await db.run(_MARK, person_id=viewer.person_id, post_id=original["id"], boost_id=boost_id)
    if shown <= Visibility.unlisted:
        await counts.post(db, viewer.person_id, boost_id, ring)
        await counts.boost(db, original["id"], ring, by=1)
    else:
        await counts.hold(db, viewer.person_id)
    await record(db, viewer, PostBoosted(boost_id, original["id"]))
    return boost_id


async def unboost(db: Db, viewer: Viewer, post_id: int) -> int:
    """Takes a boost back; the id of the original. Nothing happens where there is none."""
    original = await original_of(db, viewer, post_id)
    before = await db.value(_MINE, person_id=viewer.person_id, post_id=original["id"])
    if before is not None:
        await remove.bury(db, viewer, [int(before)])
    return int(original["id"])


async def take_back(db: Db, viewer: Viewer, boost: SeenPost) -> None:
    """Deletes a boost that the viewer sees. Raises Forbidden for somebody else's."""
    if boost.booster is None or not permissions.change(viewer, boost.booster.id, clock.now()):
        raise Forbidden(_("You can only undo your own boosts."))
    await unboost(db, viewer, boost.id)


async def original_of(db: Db, viewer: Viewer, post_id: int) -> Record:
    """What is meant by an id: the post itself, or what it boosts. Raises NotFound for what the viewer does not see."""
    return or_not_found(await _ORIGINAL.row(db, viewer, id=post_id))


def _original(viewer_sql: ViewerSql) -> Executable:
    post, original = Post, Post.__table__.alias("original")
    return (
        select(
            original.c.id, original.c.author_id, original.c.ring, original.c.visibility, original.c.root_id
        )
        .select_from(post)
        .join(original, original.c.id == func.coalesce(post.boost_of_id, post.id))
        .where(post.id == param("id", BigInteger), visibility.post(viewer_sql, post))
    )


_ORIGINAL = VisibleQuery(_original)

_PERSON = param("person_id", BigInteger)
_POST = param("post_id", BigInteger)

# Two boosts of one person do not pass each other, so that one post is never boosted twice.
_WAIT = Query(select(func.pg_advisory_xact_lock(_PERSON)))
_MINE = Query(
    select(Post.id).where(Post.author_id == _PERSON, Post.boost_of_id == _POST, Post.deleted_at.is_(None))
)


def _boost() -> Executable:
    turn = (
        select(func.pg_advisory_xact_lock(literal(ONE_AT_A_TIME, BigInteger)))
        .cte("turn")
        .prefix_with("materialized")
    )
    number = select(func.new_id().label("id")).select_from(turn).cte("number").prefix_with("materialized")
    return (
        insert(Post)
        .from_select(
            ["id", "author_id", "boost_of_id", "root_id", "ring", "visibility"],
            select(
                number.c.id,
                param("author_id", BigInteger),
                param("original_id", BigInteger),
                number.c.id,
                param("ring", SmallInteger),
                param("visibility", SmallInteger),
            ),
            include_defaults=False,
        )
        .returning(Post.id)
    )


_BOOST = Query(_boost)
_MARK = Query(
    insert_or_not(Mark)
    .values(person_id=_PERSON, post_id=_POST, boost_id=param("boost_id", BigInteger))
    .on_conflict_do_update(
        index_elements=[Mark.person_id, Mark.post_id], set_={"boost_id": param("boost_id", BigInteger)}
    )
)
