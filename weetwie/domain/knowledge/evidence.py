"""What a post shows is written in the transaction of the act: from then on it counts, and from its end it does not."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Executable,
    LargeBinary,
    SmallInteger,
    Text,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Record, Value, columns, param
from weetwie.database.sql import BoolSql
from weetwie.domain.knowledge import packing, words
from weetwie.events import AnswerAccepted, PersonErased, PostDeleted, PostEdited, PostPublished, RankingChosen
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import Evidence, KnownWord
from weetwie.tables.people import Person
from weetwie.tables.posts import Endorsement, Mention, Post, PostTag, PostText

_IDS = param("ids", ARRAY(BigInteger))
_MOST_OF_A_THREAD = 1000
_AT_A_TIME = 500


async def written(db: Db, viewer: Viewer, facts: Sequence[PostPublished | PostEdited]) -> None:
    await bring_in(db, [fact.post_id for fact in facts])


async def accepted(db: Db, viewer: Viewer, facts: Sequence[AnswerAccepted]) -> None:
    """Another answer may have been the accepted one before, so all of the thread are looked at."""
    threads = await db.rows(_THREADS, ids=[fact.post_id for fact in facts])
    await bring_in(db, columns(threads, "id"))


async def deleted(db: Db, viewer: Viewer, facts: Sequence[PostDeleted]) -> None:
    await db.run(_FORGET, ids=[fact.post_id for fact in facts])


async def left_out(db: Db, viewer: Viewer, facts: Sequence[RankingChosen | PersonErased]) -> None:
    """At once: what was derived from the posts of those who are gone or want to be left out is dropped."""
    await db.run(_LEAVE_OUT, ids=[fact.person_id for fact in facts])


async def let_in(db: Db, viewer: Viewer, facts: Sequence[RankingChosen]) -> None:
    """Afterwards: what those wrote who stand in it again."""
    posts = columns(await db.rows(_OF_RANKED, ids=[fact.person_id for fact in facts]), "id")
    for start in range(0, len(posts), _AT_A_TIME):
        await bring_in(db, posts[start : start + _AT_A_TIME])


async def bring_in(db: Db, post_ids: Iterable[int]) -> None:
    """Writes down, or anew, what these posts show."""
    rows = await db.rows(_READ, ids=list(post_ids))
    if not rows:
        return
    await write(db, rows, is_passage=False)


async def write(db: Db, rows: Sequence[Record], *, is_passage: bool) -> None:
    """What was read of posts, or of passages."""
    readings = [words.read(_said(row), row["language"], row["tags"] or ()) for row in rows]
    known = sorted(set().union(*(reading.words for reading in readings)))
    await db.run(_WRITE, **_as_columns(rows, readings), is_passage=is_passage, words=known)


def _said(row: Record) -> str:
    warning: str = row["warning"]
    return f"{warning}\n{row['text']}" if warning else row["text"]


def _as_columns(rows: Sequence[Record], readings: Sequence[words.PostTerms]) -> Mapping[str, Value]:
    return {
        "ids": columns(rows, "id"),
        "authors": columns(rows, "author_id"),
        "roots": columns(rows, "root_id"),
        "rings": columns(rows, "ring"),
        "questions": [row["is_question"] and row["root_id"] == row["id"] for row in rows],
        "accepted": columns(rows, "is_accepted"),
        "lengths": [reading.length for reading in readings],
        "likenesses": [reading.likeness for reading in readings],
        "terms": [packing.terms(reading.terms) for reading in readings],
        "endorsers": [",".join(map(str, row["endorsers"] or ())) for row in rows],
    }


def _read() -> Executable:
    root = aliased(Post)
    tags = (
        select(func.array_agg(PostTag.name)).where(PostTag.post_id == Post.id).scalar_subquery().label("tags")
    )
    endorsers = (
        select(func.array_agg(aggregate_order_by(Endorsement.person_id.distinct(), Endorsement.person_id)))
        .where(Endorsement.post_id == Post.id)
        .scalar_subquery()
        .label("endorsers")
    )
    service, named = aliased(Person), aliased(Mention)
    asks_service = exists().where(named.post_id == Post.id, service.id == named.person_id, service.is_service)
    return (
        select(
            Post.id,
            Post.author_id,
            Post.root_id,
            Post.ring,
            Post.is_question,
            func.coalesce(root.answer_id == Post.id, literal(False)).label("is_accepted"),
            PostText.text,
            PostText.warning,
            PostText.language,
            tags,
            endorsers,
        )
        .join(PostText, PostText.post_id == Post.id)
        .outerjoin(root, root.id == Post.root_id)
        .join(Person, Person.id == Post.author_id)
        .where(
            or_(Person.may_rank, ~Person.has_joined),
            ~Person.is_service,
            ~asks_service,
            Post.id == func.any(_IDS),
            Post.deleted_at.is_(None),
            Post.boost_of_id.is_(None),
            Post.visibility <= int(Visibility.unlisted),
        )
        .order_by(Post.id)
    )


_READ = Query(_read)
_KINDS = {
    "ids": BigInteger,
    "authors": BigInteger,
    "roots": BigInteger,
    "rings": SmallInteger,
    "questions": Boolean,
    "accepted": Boolean,
    "lengths": BigInteger,
    "likenesses": BigInteger,
    "terms": LargeBinary,
    "endorsers": Text,
}


def _write() -> Executable:
    given = (
        func.unnest(*(param(name, ARRAY(kind)) for name, kind in _KINDS.items()))
        .table_valued(*(column(name, kind) for name, kind in _KINDS.items()))
        .render_derived()
    )
    each = given.c
    endorsers = func.string_to_array(each.endorsers, ",").cast(ARRAY(BigInteger))
    rows = select(
        each.ids, each.authors, each.roots, each.rings, each.questions, each.accepted, each.lengths, each.likenesses,
        each.terms, endorsers, param("is_passage", Boolean),
    )  # fmt: skip
    names = [
        *("post_id", "author_id", "root_id", "ring", "is_question", "is_accepted", "length", "likeness"),
        *("terms", "endorsers", "is_passage"),
    ]
    new = insert(Evidence).from_select(names, rows)
    anew = {name: new.excluded[name] for name in names[1:]}
    kept = new.on_conflict_do_update(index_elements=["post_id"], set_={**anew, "is_gone": False, **NOW})
    said = func.unnest(param("words", ARRAY(Text))).table_valued(column("word", Text)).render_derived()
    learned = insert(KnownWord).from_select(["word"], select(said.c.word)).on_conflict_do_nothing()
    return kept.add_cte(learned.cte("learned"))


NOW = {"written_in": func.pg_current_xact_id(), "revision": func.new_id()}
_WRITE = Query(_write)

_thread = aliased(Post)
_THREADS = Query(
    select(_thread.id)
    .where(_thread.root_id.in_(select(Post.root_id).where(Post.id == func.any(_IDS))))
    .limit(_MOST_OF_A_THREAD)
)


_OPEN = (Post.visibility <= int(Visibility.unlisted), Post.boost_of_id.is_(None))


def _forget(*which: BoolSql) -> Executable:
    gone = select(Post.id, literal(True)).where(*which, *_OPEN)
    new = insert(Evidence).from_select(["post_id", "is_gone"], gone)
    return new.on_conflict_do_update(
        index_elements=["post_id"], set_={"is_gone": True, "terms": b"", "endorsers": text("'{}'"), **NOW}
    )


_FORGET = Query(_forget(Post.id == func.any(_IDS)))

_BY = Post.author_id.in_(select(Person.id).where(Person.id == func.any(_IDS), ~Person.may_rank))
_LEAVE_OUT = Query(_forget(_BY, Post.deleted_at.is_(None)))
_OF_RANKED = Query(
    select(Post.id)
    .join(Person, Person.id == Post.author_id)
    .where(Person.id == func.any(_IDS), Person.may_rank, Post.deleted_at.is_(None), *_OPEN)
)
