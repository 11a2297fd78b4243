"""Questions that nobody could answer: kept for their asker alone, who is told once when somebody writes about one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, and_, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.knowledge import packing
from weetwie.domain.knowledge.answer import ExpertAnswer
from weetwie.domain.knowledge.experts import who_knows
from weetwie.errors import Forbidden, Invalid, TooMany, _
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.tables.knowledge import Evidence, WatchedQuestion
from weetwie.tables.posts import Post

MOST: Final = 20
"""So many one person watches at a time."""
LONGEST: Final = 1000
LASTS: Final = timedelta(days=90)
_CARRIES: Final = 0.5
"""Of the word that says most: words that say as much carry the question."""
_WRITTEN_HERE: Final = 0
_MOST_AT_ONCE: Final = 200
"""So many questions are asked again for what was just written; the oldest first."""


class Watched(NamedTuple):
    id: int
    question: str
    ends_at: datetime
    told_post_id: int | None


class Met(msgspec.Struct, frozen=True):
    """A post that has words of a question that somebody watches."""

    id: int
    person_id: int
    question: str
    post_id: int
    author_id: int


async def watch(db: Db, viewer: Viewer, question: str) -> int:
    """Asks for one notification. What was watched before in the same words begins anew.

    Raises Invalid where nothing is asked that posts could answer, TooMany.
    """
    if not permissions.act(viewer, clock.now()):
        raise Forbidden
    question = _plain(question)
    if len(question) > LONGEST:
        raise Invalid(_("This question is too long: at most {most} characters."), field="q", most=LONGEST)
    terms = _carrying(await who_knows(db, viewer, question)) if question else []
    if not terms:
        raise Invalid(_("Say what you would like to be notified about."), field="q")
    await db.run(_STOP_SAME, person_id=viewer.person_id, question=question)
    if await db.value(_COUNT, person_id=viewer.person_id) >= MOST:
        raise TooMany(
            _("You're already waiting for {most} answers. Stop waiting for one of them first."), most=MOST
        )
    ends_at = clock.now() + LASTS
    kept = await db.value(_WATCH, person_id=viewer.person_id, question=question, terms=terms, ends_at=ends_at)
    return int(kept)


async def stop(db: Db, viewer: Viewer, id: int) -> None:
    """One's own; any other id changes nothing."""
    await db.run(_STOP, id=id, person_id=viewer.person_id)


async def own(db: Db, viewer: Viewer) -> list[Watched]:
    """Newest first; those too of which one has been told."""
    rows = await db.rows(_OWN, person_id=viewer.person_id, now=clock.now())
    return [Watched(*row) for row in rows]


async def watching(db: Db, viewer: Viewer, question: str) -> list[int]:
    """Whether one is told of this question; empty where not."""
    question = _plain(question)
    return [one.id for one in await own(db, viewer) if one.question == question and not one.told_post_id]


async def met(db: Db, post_ids: Sequence[int]) -> list[Met]:
    """Which watched questions have words of these posts. Whether a post is about one, and seen, is not decided yet.

    What asks a question itself answers none, and nobody is notified of what was imported.
    """
    rows = await db.rows(_WRITTEN, ids=list(post_ids))
    found = []
    for row in rows:
        terms, _times = packing.unpacked_terms(row["terms"])
        watching = await db.rows(
            _MET, terms=list(terms), author_id=row["author_id"], now=clock.now(), most=_MOST_AT_ONCE
        )
        found += [
            Met(one["id"], one["person_id"], one["question"], row["post_id"], row["author_id"])
            for one in watching
        ]
    return found


async def is_answered(db: Db, asker: Viewer, one: Met) -> bool:
    """Whether the asker, if they asked again, would find the author by this post."""
    answer = await who_knows(db, asker, one.question, among=[one.author_id])
    return any(proof.post_id == one.post_id for expert in answer.named().people for proof in expert.proofs)


async def told(db: Db, id: int, post_id: int) -> bool:
    """Whether this post is the first that they are told of; of two at once one is."""
    return await db.value(_TOLD, id=id, post_id=post_id) is not None


async def forget_ended(db: Db) -> None:
    """By the clock."""
    await db.run(_FORGET_ENDED, now=clock.now())


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_FORGET, ids=[fact.person_id for fact in facts])


def _plain(question: str) -> str:
    return " ".join(question.split())


def _carrying(answer: ExpertAnswer) -> list[int]:
    """The numbers of the words that say most, and of what stands for them in other languages."""
    least = _CARRIES * max(answer.wanted.values(), default=0.0)
    said = [term for term, weight in answer.wanted.items() if weight >= least]
    meant = [term for one in answer.stand_ins for word in one.words for term in word]
    return list(dict.fromkeys([*said, *meant]))


_NOW = param("now", DateTime(timezone=True))
_MINE = WatchedQuestion.person_id == param("person_id", BigInteger)
_WATCH = Query(
    insert(WatchedQuestion)
    .values(
        person_id=param("person_id", BigInteger),
        question=param("question", Text),
        terms=param("terms", ARRAY(BigInteger)),
        ends_at=param("ends_at", DateTime(timezone=True)),
    )
    .returning(WatchedQuestion.id)
)
_COUNT = Query(
    select(func.count()).select_from(WatchedQuestion).where(_MINE, WatchedQuestion.told_post_id.is_(None))
)
_STOP_SAME = Query(delete(WatchedQuestion).where(_MINE, WatchedQuestion.question == param("question", Text)))
_STOP = Query(delete(WatchedQuestion).where(_MINE, WatchedQuestion.id == param("id", BigInteger)))
_OWN = Query(
    select(
        WatchedQuestion.id, WatchedQuestion.question, WatchedQuestion.ends_at, WatchedQuestion.told_post_id
    )
    .where(_MINE, WatchedQuestion.ends_at > _NOW)
    .order_by(WatchedQuestion.id.desc())
)
_WRITTEN = Query(
    select(Evidence.post_id, Evidence.author_id, Evidence.terms)
    .join(Post, Post.id == Evidence.post_id)
    .where(
        Evidence.post_id == func.any(param("ids", ARRAY(BigInteger))),
        Post.origin == _WRITTEN_HERE,
        ~Evidence.is_gone,
        ~and_(Post.is_question, Post.reply_to_id.is_(None)),
    )
)
_MET = Query(
    select(WatchedQuestion.id, WatchedQuestion.person_id, WatchedQuestion.question)
    .where(
        WatchedQuestion.terms.overlap(param("terms", ARRAY(BigInteger))),
        WatchedQuestion.told_post_id.is_(None),
        WatchedQuestion.ends_at > _NOW,
        WatchedQuestion.person_id != param("author_id", BigInteger),
    )
    .order_by(WatchedQuestion.id)
    .limit(param("most", BigInteger))
)
_TOLD = Query(
    update(WatchedQuestion)
    .values(told_post_id=param("post_id", BigInteger))
    .where(WatchedQuestion.id == param("id", BigInteger), WatchedQuestion.told_post_id.is_(None))
    .returning(WatchedQuestion.id)
)
_FORGET_ENDED = Query(delete(WatchedQuestion).where(WatchedQuestion.ends_at <= _NOW))
_FORGET = Query(
    delete(WatchedQuestion).where(WatchedQuestion.person_id == func.any(param("ids", ARRAY(BigInteger))))
)
