"""Delete a post: its words are gone at once, a tombstone stays until its event has reached those who saw it."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Executable,
    and_,
    delete,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import QuoteState, Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Record, columns, param
from weetwie.domain.posts import counts, edit, take_out
from weetwie.events import PersonErased, PostDeleted, record
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.tables.posts import MASTODON, Mark, Post, PostEdit, PostTag, PostText


async def remove(db: Db, viewer: Viewer, post_id: int, *, keeps_media: bool = False) -> None:
    """Raises NotFound for a post that the viewer does not see, Forbidden for another's."""
    await edit.own(db, viewer, post_id)
    await bury(db, viewer, [post_id], keeps_media=keeps_media)


async def bury(db: Db, viewer: Viewer, post_ids: Sequence[int], *, keeps_media: bool = False) -> None:
    """Empties posts, takes back the boosts of them, and corrects what was counted."""
    await counts.hold_authors(db, post_ids)
    gone = await db.rows(_DELETE, ids=list(post_ids), now=clock.now())
    ids = columns(gone, "id")
    for query in (_EMPTY, _FORGET_EDITS):
        await db.run(query, ids=ids)
    tags: dict[int, list[int]] = {}
    for row in await db.rows(_FORGET_TAGS, ids=ids):
        tags.setdefault(row["post_id"], []).append(row["tag_id"])
    for row in gone:
        await _uncount(db, row)
        had = tags.get(row["id"], [])
        await record(db, viewer, PostDeleted(row["id"], row["author_id"], keeps_media, had))


async def _uncount(db: Db, row: Record) -> None:
    if row["boost_of_id"] is not None:
        await db.run(_UNMARK, person_id=row["author_id"], post_id=row["boost_of_id"], boost_id=row["id"])
    if row["visibility"] > Visibility.unlisted:
        return
    ring = Ring(row["ring"])
    await counts.post_gone(db, row["author_id"], ring)
    if row["reply_to_id"] is not None:
        await counts.reply(db, row["reply_to_id"], ring, by=-1)
    if row["quote_of_id"] is not None and row["quote_state"] == QuoteState.accepted:
        await counts.quote(db, row["quote_of_id"], ring, by=-1)
    if row["boost_of_id"] is not None:
        await counts.boost(db, row["boost_of_id"], ring, by=-1)


async def remove_all_of(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """Of people who were erased together with what they wrote, everything goes; of all others what they brought along."""
    tags = await take_out.tags_by(db, [fact.person_id for fact in facts])
    for fact in facts:
        while ids := columns(await db.rows(_SOME_OF_REMOVED, person_id=fact.person_id), "id"):
            await bury(db, viewer, ids)
    await take_out.forget_tags(db, tags)


_IDS = param("ids", ARRAY(BigInteger))


def _delete() -> Executable:
    return (
        update(Post)
        .where(
            or_(Post.id.in_(select(_unnested())), Post.boost_of_id.in_(select(_unnested()))),
            Post.deleted_at.is_(None),
        )
        .values(deleted_at=param("now", DateTime(timezone=True)), attached=0, version=Post.version + 1)
        .returning(Post.id, Post.author_id, Post.ring, Post.visibility, Post.reply_to_id, Post.boost_of_id)
        .returning(Post.quote_of_id, Post.quote_state)
    )


def _unnested() -> ColumnElement[str]:
    return func.unnest(_IDS)


_DELETE = Query(_delete)
_EMPTY = Query(
    lambda: update(PostText).where(PostText.post_id.in_(select(_unnested()))).values(text="", warning="")
)
_FORGET_EDITS = Query(lambda: delete(PostEdit).where(PostEdit.post_id.in_(select(_unnested()))))
_UNMARK = Query(
    update(Mark)
    .where(
        Mark.person_id == param("person_id", BigInteger),
        Mark.post_id == param("post_id", BigInteger),
        Mark.boost_id == param("boost_id", BigInteger),
    )
    .values(boost_id=null())
)
_FORGET_TAGS = Query(
    lambda: (
        delete(PostTag)
        .where(PostTag.post_id.in_(select(_unnested())))
        .returning(PostTag.post_id, PostTag.tag_id)
    )
)
_SOME_OF_REMOVED = Query(
    select(Post.id)
    .join(Person, Person.id == Post.author_id)
    .where(
        Post.author_id == param("person_id", BigInteger),
        or_(Person.is_removed, and_(Post.origin >= MASTODON, Person.erased_at.is_not(None))),
        Post.deleted_at.is_(None),
    )
    .limit(500)
)
