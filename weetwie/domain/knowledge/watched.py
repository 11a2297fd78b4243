"""Questions that nobody could answer: kept for their asker alone, who is told once when somebody writes about one."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, DateTime, Text, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.knowledge import background, word_list
from weetwie.domain.knowledge.experts import understood, who_knows
from weetwie.domain.knowledge.translating import Glosses, Translated
from weetwie.domain.knowledge.twins import Twin
from weetwie.errors import Invalid, TooMany, _
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.tables.knowledge import WatchedQuestion

MOST: Final = 20
"""So many one person watches at a time."""
LONGEST: Final = 1000
LASTS: Final = timedelta(days=90)
_CARRIES: Final = 0.5
"""Of the word that says most: words that say as much carry the question."""


class Watched(NamedTuple):
    id: int
    question: str
    ends_at: datetime
    told_at: datetime | None
    told_post_id: int | None
    """None as well where the post is gone."""


async def watch(db: Db, viewer: Viewer, question: str) -> int:
    """Asks for one notification. What was watched before in the same words begins anew.

    Raises Invalid where nothing is asked that posts could answer, TooMany.
    """
    allowed.check(viewer, permissions.act)
    question = _plain(question)
    if len(question) > LONGEST:
        raise Invalid(_("This question is too long: at most {most} characters."), field="q", most=LONGEST)
    terms = await _carrying(db, viewer, question) if question else []
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
    return [one.id for one in await own(db, viewer) if one.question == question and not one.told_at]


async def forget_ended(db: Db) -> None:
    """By the clock."""
    await db.run(_FORGET_ENDED, now=clock.now())


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_FORGET, ids=[fact.person_id for fact in facts])


def _plain(question: str) -> str:
    return " ".join(question.split())


async def _carrying(db: Db, viewer: Viewer, question: str) -> list[int]:
    """The numbers of the words that say most, and of what stands for them in other languages, whoever will use it first."""
    weights = (await who_knows(db, viewer, question)).wanted
    _language, asked, _whole, _left_out = await understood(Glosses(db, viewer), viewer, question)
    each = [max((weights.get(term, 0.0) for term in one.terms), default=0.0) for one in asked.asked]
    carrying = {place for place, weight in enumerate(each) if weight >= _CARRIES * max(each) > 0}
    return await asyncio.to_thread(_terms, asked, carrying)


def _terms(asked: Translated, carrying: set[int]) -> list[int]:
    """A post that says a phrase, or a compound by its parts, has all its words: so the one that says most is enough."""
    said = [term for place in carrying for term in asked.asked[place].terms]
    twins = [twin for twin in asked.twins if not carrying.isdisjoint(twin.of)]
    longest = dict[tuple[int, ...], float]()
    for twin in twins:
        longest[twin.of] = max(longest.get(twin.of, 0.0), twin.share if twin.part >= 0 else 0.0)
    meant = [
        form
        for twin in twins
        if twin.part < 0 or twin.share == longest[twin.of]
        for form in _most_telling(twin)
    ]
    return list(dict.fromkeys([*said, *meant]))


def _most_telling(twin: Twin) -> Sequence[int]:
    if len(twin.words) == 1:
        return twin.words[0]
    usual = background.usual(word_list.spelled(twin.text), twin.code)
    return twin.words[int(usual.argmin())]


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
    select(func.count()).select_from(WatchedQuestion).where(_MINE, WatchedQuestion.told_at.is_(None))
)
_STOP_SAME = Query(delete(WatchedQuestion).where(_MINE, WatchedQuestion.question == param("question", Text)))
_STOP = Query(delete(WatchedQuestion).where(_MINE, WatchedQuestion.id == param("id", BigInteger)))
_OWN = Query(
    select(
        WatchedQuestion.id,
        WatchedQuestion.question,
        WatchedQuestion.ends_at,
        WatchedQuestion.told_at,
        WatchedQuestion.told_post_id,
    )
    .where(_MINE, WatchedQuestion.ends_at > _NOW)
    .order_by(WatchedQuestion.id.desc())
)
_FORGET_ENDED = Query(delete(WatchedQuestion).where(WatchedQuestion.ends_at <= _NOW))
_FORGET = Query(
    delete(WatchedQuestion).where(WatchedQuestion.person_id == func.any(param("ids", ARRAY(BigInteger))))
)
