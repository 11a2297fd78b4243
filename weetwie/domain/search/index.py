"""A post can be found from the moment it stands, and no more from the moment it is gone: in the transaction of the act."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR, array, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.sql import ColumnSql
from weetwie.domain.search.spaced import spaced
from weetwie.events import MediaChanged, PollChanged, PostDeleted, PostEdited, PostPublished
from weetwie.tables.media import AUDIO, IMAGE, UNKNOWN, VIDEO, Media
from weetwie.tables.polls import Poll
from weetwie.tables.posts import MEDIA, POLL, Mention, Post, PostTag, PostText, Tag
from weetwie.tables.search import PostWords

_IDS = param("ids", ARRAY(BigInteger))
_MOST_CHARACTERS = 200_000
"""So many are read of one text: there is an end to what one row can hold."""

_GAP = cast(literal("':gap':9"), TSVECTOR)
"""Between the words and their stems, so that no phrase goes from the one into the other."""
AGES = (41, 43, 45, 47, 49, 51)
"""Ids that agree above so many bits are of the same nine hours, one and a half days, six days, 25 days, 14 weeks, 13 months."""


async def written(
    db: Db, viewer: Viewer, facts: Sequence[PostPublished | PostEdited | MediaChanged | PollChanged]
) -> None:
    await bring_in(db, [fact.post_id for fact in facts])


async def deleted(db: Db, viewer: Viewer, facts: Sequence[PostDeleted]) -> None:
    await db.run(_FORGET, ids=[fact.post_id for fact in facts])


async def bring_in(db: Db, post_ids: Sequence[int]) -> None:
    """Writes down, or anew, by what these posts are found."""
    await db.run(_WRITE, ids=list(post_ids))


def _write() -> Executable:
    text = spaced(func.left(_said(), _MOST_CHARACTERS))
    words = func.to_tsvector(literal("words_simple"), text)
    stems = func.to_tsvector(func.reading_of(PostText.language), text)
    rows = (
        select(Post.id, words.concat(_GAP).concat(stems).concat(func.array_to_tsvector(_signs())))
        .join(PostText, PostText.post_id == Post.id)
        .where(Post.id == func.any(_IDS), Post.deleted_at.is_(None), Post.boost_of_id.is_(None))
    )
    new = insert(PostWords).from_select(["post_id", "words"], rows)
    return new.on_conflict_do_update(index_elements=["post_id"], set_={"words": new.excluded.words})


def _said() -> ColumnElement[str]:
    """All that can be read in a post, its warning and what its pictures show among it."""
    described = (
        select(func.string_agg(Media.description, " "))
        .where(Media.post_id == Post.id, Media.place.is_not(None))
        .scalar_subquery()
    )
    offered = select(func.array_to_string(Poll.options, " ")).where(Poll.post_id == Post.id).scalar_subquery()
    return func.concat_ws(" ", PostText.warning, PostText.text, described, offered)


def _signs() -> ColumnElement[list[str]]:
    """A sign begins with a colon, as no word does."""
    shown = and_(Media.post_id == Post.id, Media.place.is_not(None))
    kind = case(
        {IMAGE: ":has=image", VIDEO: ":has=video", AUDIO: ":has=audio", UNKNOWN: ":has=file"},
        value=Media.kind,
    )
    own = [
        literal(":post"),
        _sign(":from=", Post.author_id),
        *(_sign(f":{bits}=", Post.id.op(">>")(bits)) for bits in AGES),
        _sign(":language=", func.split_part(func.folded(PostText.language), "-", 1)),
        case((Post.is_question, ":question")),
        case((Post.is_sensitive, ":sensitive")),
        case((Post.attached.op("&")(MEDIA) != 0, ":has=media")),
        case((Post.attached.op("&")(POLL) != 0, ":has=poll")),
        case((PostText.text.like("%://%"), ":has=link")),
    ]
    many = [
        func.array(
            select(_sign(":to=", Mention.person_id)).where(Mention.post_id == Post.id).scalar_subquery()
        ),
        array([func.concat(":to=", func.coalesce(Post.reply_to_person_id, 0))]),
        func.array(
            select(_sign(":tag=", Tag.key))
            .join(PostTag, PostTag.tag_id == Tag.id)
            .where(PostTag.post_id == Post.id)
            .scalar_subquery()
        ),
        func.array(select(kind).where(shown).scalar_subquery()),
    ]
    signs: ColumnElement[list[str]] = func.array_remove(array(own), None)
    for more in many:
        signs = signs.op("||")(more)
    return signs


def _sign(name: str, value: ColumnSql) -> ColumnElement[str]:
    return literal(name).op("||")(cast(value, Text))


_WRITE = Query(_write)
_FORGET = Query(delete(PostWords).where(PostWords.post_id == func.any(_IDS)))
