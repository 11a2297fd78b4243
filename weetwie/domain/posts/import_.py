"""Posts come with an import: full posts of the community, or somebody's own archive, with their own time. Nobody is told of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Text, column, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, array, insert

from weetwie.access.enums import QuoteState, Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.passages import SourcePassage
from weetwie.tables.people import Person
from weetwie.tables.posts import (
    COMMUNITY,
    HERE,
    MASTODON,
    MEDIA,
    POLL,
    Endorsement,
    Mention,
    Post,
    PostEdit,
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


_moment = (
    func.unnest(param("moments", ARRAY(DateTime(timezone=True))))
    .table_valued(column("at", DateTime(timezone=True)), with_ordinality="number")
    .render_derived()
)
_IDS = Query(select(func.new_id(_moment.c.at).label("id")).order_by(_moment.c.number))

_ARE_HERE = Query(select(exists(select(Post.id).where(Post.origin == HERE, Post.deleted_at.is_(None)))))
_given_ids = param("ids", ARRAY(BigInteger))
_TAKEN = Query(
    select(Post.id)
    .where(Post.id == func.any(_given_ids))
    .union_all(select(SourcePassage.id).where(SourcePassage.id == func.any(_given_ids)))
)
"""Posts and passages stand in one index of evidence by their ids."""

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

_tally = (
    func.unnest(
        param("ids", ARRAY(BigInteger)),
        *(param(f"count_{ring}", ARRAY(BigInteger)) for ring in range(3)),
        *(param(f"newest_{ring}", ARRAY(BigInteger)) for ring in range(3)),
    )
    .table_valued(
        column("id", BigInteger),
        *(column(f"count_{ring}", BigInteger) for ring in range(3)),
        *(column(f"newest_{ring}", BigInteger) for ring in range(3)),
    )
    .render_derived()
)
_LOCK = {
    table: Query(
        select(table.id)
        .where(table.id == func.any(_given_ids))
        .order_by(table.id)
        .with_for_update(key_share=True)
    )
    for table in (Person, Post)
}
"""Rows that are counted on are locked in one order, so that two who count do not wait for each other in a ring."""

COUNT_POSTS = Query(
    update(Person)
    .where(Person.id == _tally.c.id)
    .values(
        posts_in_ring=array(
            [Person.posts_in_ring[ring + 1] + _tally.c[f"count_{ring}"] for ring in range(3)]
        ),
        last_post_in_ring=array(
            [
                func.greatest(Person.last_post_in_ring[ring + 1], _tally.c[f"newest_{ring}"])
                for ring in range(3)
            ]
        ),
    )
)


def count_in_ring(counts: str) -> Query:
    column = getattr(Post, counts)
    more = [column[ring + 1] + _tally.c[f"count_{ring}"] for ring in range(3)]
    return Query(update(Post).where(Post.id == _tally.c.id).values({counts: array(more)}))


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


_CHANGEABLE = Query(
    select(Post.id, Post.ring, Post.root_id, Post.author_id, PostText.text, PostText.warning)
    .join(PostText, PostText.post_id == Post.id)
    .where(
        Post.id == func.any(_given_ids),
        Post.deleted_at.is_(None),
        Post.origin >= MASTODON,
        ~select(PostEdit.id).where(PostEdit.post_id == Post.id).exists(),
    )
    .order_by(Post.id)
    .with_for_update(of=Post, key_share=True)
)
_SAY = Query(
    update(PostText)
    .where(PostText.post_id == param("id", BigInteger))
    .values(text=param("text", Text), warning=param("warning", Text), language=param("language", Text))
)
_CHANGED = Query(
    update(Post)
    .where(Post.id == param("id", BigInteger))
    .values(
        edited_at=param("edited_at", DateTime(timezone=True)),
        is_sensitive=param("is_sensitive", Boolean),
        version=Post.version + 1,
    )
)
_UNTAG = Query(delete(PostTag).where(PostTag.post_id == func.any(_given_ids)))


async def are_here(db: Db) -> bool:
    """Whether there is anything that somebody wrote, here or elsewhere."""
    return bool(await db.value(_ARE_HERE))


async def ids_at(db: Db, moments: Sequence[datetime]) -> list[int]:
    """An id for each moment: posts that are brought in stand among the others at their own time."""
    ids = columns(await db.rows(_IDS, moments=list(moments)), "id")
    while clashing := await _clashing(db, ids):
        fresh = await db.rows(_IDS, moments=[moments[at] for at in clashing])
        for at, row in zip(clashing, fresh, strict=True):
            ids[at] = row["id"]
    return ids


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
    await _write_tags(db, arrivals)
    await _write_people(db, arrivals)
    await _count(db, arrivals)


async def renew(db: Db, _: Viewer, arrivals: Sequence[ArrivingPost]) -> list[int]:
    """Posts of an archive that say something else in a newer one; what was edited or deleted here stays as it is here.

    Returns the ids of those that were changed."""
    rows = {row["id"]: row for row in await db.rows(_CHANGEABLE, ids=[post.id for post in arrivals])}
    changed = [
        post
        for post in arrivals
        if (row := rows.get(post.id)) and (row["text"], row["warning"]) != (post.text, post.warning)
    ]
    for post in changed:
        await db.run(_SAY, id=post.id, text=post.text, warning=post.warning, language=post.language)
        await db.run(_CHANGED, id=post.id, edited_at=post.edited_at, is_sensitive=post.is_sensitive)
    if changed:
        await db.run(_UNTAG, ids=[post.id for post in changed])
        await _write_tags(db, changed)
    return [post.id for post in changed]


async def accept(db: Db, answers: Mapping[int, int]) -> None:
    """Which answer each question's asker accepted; only one of its own thread can be it."""
    await db.run(_ACCEPT, questions=list(answers), answers=list(answers.values()))


async def _clashing(db: Db, ids: Sequence[int]) -> list[int]:
    """Where in the list an id is that is taken: the running number comes round every 65,536 ids."""
    taken = set(columns(await db.rows(_TAKEN, ids=list(ids)), "id"))
    places, seen = [], set[int]()
    for at, given in enumerate(ids):
        if given in taken or given in seen:
            places.append(at)
        seen.add(given)
    return places


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


async def _write_tags(db: Db, arrivals: Sequence[ArrivingPost]) -> None:
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


class CountedPost(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def ring(self) -> Ring: ...


async def count_on(
    db: Db, table: type[Person] | type[Post], query: Query, counted: Sequence[tuple[int, CountedPost]]
) -> None:
    """Each with the id of the row that it counts on."""
    if not counted:
        return
    tally: dict[int, list[int]] = {}
    for row_id, post in counted:
        row = tally.setdefault(row_id, [0] * 6)
        row[post.ring] += 1
        row[3 + post.ring] = max(row[3 + post.ring], post.id)
    await db.rows(_LOCK[table], ids=list(tally))
    rows = list(tally.values())
    await db.run(
        query,
        ids=list(tally),
        **{f"count_{ring}": [row[ring] for row in rows] for ring in range(3)},
        **{f"newest_{ring}": [row[3 + ring] for row in rows] for ring in range(3)},
    )
