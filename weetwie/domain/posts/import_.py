"""Posts come with an import: full posts of the community, or somebody's own archive, with their own time. Nobody is told of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, Text, column, exists, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.enums import QuoteState, Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.posts.imported_counts import COUNT_POSTS, count_in_ring, count_on
from weetwie.tables.people import Person
from weetwie.tables.posts import (
    COMMUNITY,
    HERE,
    MEDIA,
    POLL,
    Endorsement,
    Mention,
    Post,
    PostTag,
    PostText,
    Tag,
)
from weetwie.text import text as texts

_ENOUGH_TO_TELL = 200
"""So many characters say in which language a text is."""


class ArrivingPost(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    author_id: int
    text: str
    ring: Ring
    root_id: int
    reply_to_id: int | None = None
    reply_to_person_id: int | None = None
    language: str | None = None
    warning: str = ""
    is_sensitive: bool = False
    visibility: Visibility = Visibility.public
    origin: int = COMMUNITY
    is_written_here: bool = False
    """Instead of `origin`: it counts like any other post written here."""
    edited_at: datetime | None = None
    has_media: bool = False
    has_poll: bool = False
    quote_of_id: int | None = None
    is_question: bool | None = None
    """None: it is one when it reads like one."""
    tags: tuple[str, ...] = ()
    """Beside those in the text."""
    mentions: tuple[int, ...] = ()
    endorsements: tuple[tuple[int, str], ...] = ()
    """Person and kind."""


class ImportedParent(msgspec.Struct, frozen=True):
    """What a reply takes from what it replies to."""

    id: int
    root_id: int
    author_id: int
    ring: Ring


_ARE_HERE = Query(select(exists(select(Post.id).where(Post.origin == HERE, Post.deleted_at.is_(None)))))
_given_ids = param("ids", ARRAY(BigInteger))

_PARENTS = Query(
    select(Post.id, Post.root_id, Post.author_id, Post.ring).where(
        Post.id == func.any(_given_ids),
        Post.visibility <= int(Visibility.unlisted),
        Post.deleted_at.is_(None),
    )
)

_tag = (
    func.unnest(param("keys", ARRAY(Text)), param("names", ARRAY(Text)))
    .table_valued(column("key", Text), column("name", Text))
    .render_derived()
)
_NEW_TAGS = Query(
    insert(Tag)
    .from_select(["key", "name"], select(_tag.c.key, _tag.c.name).order_by(_tag.c.key))
    .on_conflict_do_nothing()
)
_TAGS = Query(select(Tag.id, Tag.key).where(Tag.key == func.any(param("keys", ARRAY(Text)))))


_COUNT_REPLIES = count_in_ring("replies_in_ring")
_COUNT_QUOTES = count_in_ring("quotes_in_ring")

_answer = (
    func.unnest(param("questions", ARRAY(BigInteger)), param("answers", ARRAY(BigInteger)))
    .table_valued(column("question_id", BigInteger), column("answer_id", BigInteger))
    .render_derived()
)
_reply = Post.__table__.alias("reply")
_ACCEPT = Query(
    update(Post)
    .where(
        Post.id == _answer.c.question_id,
        _reply.c.id == _answer.c.answer_id,
        _reply.c.id != Post.id,
        _reply.c.root_id == Post.root_id,
        Post.answer_id.is_(None),
    )
    .values(answer_id=_answer.c.answer_id, version=Post.version + 1)
)


async def are_here(db: Db) -> bool:
    """Whether there is anything that somebody wrote, here or elsewhere."""
    return bool(await db.value(_ARE_HERE))


async def parents(db: Db, ids: Iterable[int]) -> dict[int, ImportedParent]:
    """Of posts that are replied to, those that may be: public and not deleted."""
    rows = await db.rows(_PARENTS, ids=list(ids))
    return {
        row["id"]: ImportedParent(row["id"], row["root_id"], row["author_id"], Ring(row["ring"]))
        for row in rows
    }


async def bring_in(db: Db, _: Viewer, arrivals: Sequence[ArrivingPost]) -> None:
    """Writes them with all that hangs on them. The counts come last: their rows are those that others wait for."""
    await _write_posts(db, arrivals)
    await write_tags(db, arrivals)
    await _write_people(db, arrivals)
    await _count(db, arrivals)


async def accept(db: Db, answers: Mapping[int, int]) -> None:
    """Which answer each question's asker accepted; only one of its own thread can be it."""
    await db.run(_ACCEPT, questions=list(answers), answers=list(answers.values()))


async def _write_posts(db: Db, arrivals: Sequence[ArrivingPost]) -> None:
    await db.connection.copy_records_to_table(
        Post.__tablename__,
        columns=[
            *("id", "author_id", "reply_to_id", "reply_to_person_id", "root_id"),
            *("ring", "visibility", "is_question", "is_sensitive", "origin", "edited_at", "attached"),
            *("quote_of_id", "quote_state"),
        ],
        records=[
            (
                *(post.id, post.author_id, post.reply_to_id, post.reply_to_person_id, post.root_id),
                *(int(post.ring), int(post.visibility), _is_question(post), post.is_sensitive),
                *(HERE if post.is_written_here else post.origin, post.edited_at, _attached(post)),
                *(post.quote_of_id, int(QuoteState.accepted) if post.quote_of_id else 0),
            )
            for post in arrivals
        ],
    )
    await db.connection.copy_records_to_table(
        PostText.__tablename__,
        columns=["post_id", "text", "warning", "language"],
        records=[
            (
                post.id,
                post.text,
                post.warning,
                post.language or texts.language_of(post.text[:_ENOUGH_TO_TELL]),
            )
            for post in arrivals
        ],
    )


def _attached(post: ArrivingPost) -> int:
    return (MEDIA if post.has_media else 0) | (POLL if post.has_poll else 0)


def _is_question(post: ArrivingPost) -> bool:
    return texts.is_question(post.text) if post.is_question is None else post.is_question


async def write_tags(db: Db, arrivals: Sequence[ArrivingPost]) -> None:
    used = {post.id: tags for post in arrivals if (tags := _tags(post))}
    names: dict[str, str] = {}
    for tags in used.values():
        names = {**tags, **names}
    if not names:
        return
    await db.run(_NEW_TAGS, keys=list(names), names=list(names.values()))
    ids = {row["key"]: row["id"] for row in await db.rows(_TAGS, keys=list(names))}
    await db.connection.copy_records_to_table(
        PostTag.__tablename__,
        columns=["tag_id", "post_id", "name"],
        records=[(ids[key], post_id, name) for post_id, tags in used.items() for key, name in tags.items()],
    )


def _tags(post: ArrivingPost) -> dict[str, str]:
    """By key, as first written."""
    written = (
        [piece.target for piece in texts.pieces(post.text) if piece.kind == "tag"]
        if "#" in post.text or "＃" in post.text
        else []
    )
    tags: dict[str, str] = {}
    for name in (*written, *post.tags):
        tags.setdefault(texts.tag_key(name), name)
    return tags


async def _write_people(db: Db, arrivals: Sequence[ArrivingPost]) -> None:
    await db.connection.copy_records_to_table(
        Mention.__tablename__,
        columns=["post_id", "person_id"],
        records=[(post.id, person_id) for post in arrivals for person_id in dict.fromkeys(post.mentions)],
    )
    await db.connection.copy_records_to_table(
        Endorsement.__tablename__,
        columns=["post_id", "person_id", "kind"],
        records=[(post.id, *one) for post in arrivals for one in dict.fromkeys(post.endorsements)],
    )


async def _count(db: Db, arrivals: Sequence[ArrivingPost]) -> None:
    counted = [post for post in arrivals if post.visibility <= Visibility.unlisted]
    replies = [(post.reply_to_id, post) for post in counted if post.reply_to_id]
    await count_on(db, Post, _COUNT_REPLIES, replies)
    quotes = [(post.quote_of_id, post) for post in counted if post.quote_of_id]
    await count_on(db, Post, _COUNT_QUOTES, quotes)
    await count_on(db, Person, COUNT_POSTS, [(post.author_id, post) for post in counted])
