"""What is written about questions that somebody watches: noted with each post, and asked again afterwards, question by question."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Executable, and_, column, exists, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.knowledge import packing
from weetwie.domain.knowledge.experts import who_knows
from weetwie.events import PostEdited, PostPublished, QuestionMet, record
from weetwie.runtime import clock
from weetwie.tables.knowledge import Evidence, GlossaryEntry, WatchedQuestion
from weetwie.tables.posts import Post

_WRITTEN_HERE = 0
"""`posts.origin`: of what is imported nobody is told."""
_MOST_PROOFS: Final = 1000
"""Of what speaks for somebody, so many posts are looked at."""


class Met(msgspec.Struct, frozen=True):
    """A question that somebody still watches, and posts that have words of it."""

    id: int
    person_id: int
    question: str
    posts: Mapping[int, int]
    """By id who wrote it."""


async def written(db: Db, viewer: Viewer, facts: Sequence[PostPublished | PostEdited]) -> None:
    """Says which watched questions have words of these posts. Whether a post is about one, and seen, is not decided yet.

    What asks a question itself answers none, and nobody is notified of what was imported.
    """
    for row in await db.rows(_WRITTEN, ids=[fact.post_id for fact in facts], now=clock.now()):
        terms, _times = packing.unpacked_terms(row["terms"])
        watching = await db.rows(_MET, terms=list(terms), author_id=row["author_id"], now=clock.now())
        for one in watching:
            await record(db, viewer, QuestionMet(one["id"], row["post_id"]))


async def met(db: Db, pairs: Sequence[tuple[int, int]]) -> list[Met]:
    """Of questions and posts, each question once, whatever was written about it."""
    ids, posts = [id for id, _post_id in pairs], [post_id for _id, post_id in pairs]
    found: dict[int, Met] = {}
    for row in await db.rows(_WAITING, ids=ids, posts=posts, now=clock.now()):
        one = found.setdefault(row["id"], Met(row["id"], row["person_id"], row["question"], {}))
        found[row["id"]] = msgspec.structs.replace(one, posts={**one.posts, row["post_id"]: row["author_id"]})
    return list(found.values())


async def answering(db: Db, asker: Viewer, one: Met) -> list[int]:
    """Of these posts those by which the asker, if they asked again, would find who wrote them; the oldest first."""
    authors = list(dict.fromkeys(one.posts.values()))
    answer = await who_knows(
        db, asker, one.question, among=authors, limit=len(authors), most_proofs=_MOST_PROOFS
    )
    shown = {(expert.person_id, proof.post_id) for expert in answer.named().people for proof in expert.proofs}
    return [post for post, author in sorted(one.posts.items()) if (author, post) in shown]


async def waits(db: Db, id: int) -> bool:
    """Whether its asker has not been told yet. Nobody else can tell them before this transaction is over."""
    return await db.value(_WAITS, id=id) is not None


async def told(db: Db, id: int, post_id: int) -> None:
    await db.run(_TOLD, id=id, post_id=post_id, at=clock.now())


_NOW = param("now", DateTime(timezone=True))
_SAYS = (
    Post.origin == _WRITTEN_HERE,
    ~Evidence.is_gone,
    ~and_(Post.is_question, Post.reply_to_id.is_(None)),
)
_STILL_WAITS = (WatchedQuestion.told_at.is_(None), WatchedQuestion.ends_at > _NOW)
_WRITTEN = Query(
    select(Evidence.post_id, Evidence.author_id, Evidence.terms)
    .join(Post, Post.id == Evidence.post_id)
    .where(
        Evidence.post_id == func.any(param("ids", ARRAY(BigInteger))),
        *_SAYS,
        exists().where(WatchedQuestion.person_id != Evidence.author_id, *_STILL_WAITS),
    )
)
"""None where nobody watches a question."""


def _met() -> Executable:
    """By the words of a post, and by what the glossary has beside them."""
    said = param("terms", ARRAY(BigInteger))
    each = (
        select(func.unnest(GlossaryEntry.firsts).label("term"))
        .where(GlossaryEntry.firsts.overlap(said))
        .subquery()
    )
    beside = select(func.array_agg(each.c.term)).scalar_subquery()
    return select(WatchedQuestion.id).where(
        WatchedQuestion.terms.overlap(func.array_cat(said, beside)),
        WatchedQuestion.person_id != param("author_id", BigInteger),
        *_STILL_WAITS,
    )


_MET = Query(_met)


def _waiting() -> Executable:
    given = (
        func.unnest(param("ids", ARRAY(BigInteger)), param("posts", ARRAY(BigInteger)))
        .table_valued(column("id", BigInteger), column("post_id", BigInteger))
        .render_derived()
    )
    return (
        select(
            WatchedQuestion.id,
            WatchedQuestion.person_id,
            WatchedQuestion.question,
            Evidence.post_id,
            Evidence.author_id,
        )
        .select_from(given)
        .join(WatchedQuestion, WatchedQuestion.id == given.c.id)
        .join(Evidence, Evidence.post_id == given.c.post_id)
        .join(Post, Post.id == Evidence.post_id)
        .where(*_STILL_WAITS, *_SAYS)
        .order_by(WatchedQuestion.id, Evidence.post_id)
    )


_WAITING = Query(_waiting)
_WAITS = Query(
    select(WatchedQuestion.id)
    .where(WatchedQuestion.id == param("id", BigInteger), WatchedQuestion.told_at.is_(None))
    .with_for_update()
)
_TOLD = Query(
    update(WatchedQuestion)
    .values(told_post_id=param("post_id", BigInteger), told_at=param("at", DateTime(timezone=True)))
    .where(WatchedQuestion.id == param("id", BigInteger))
)
