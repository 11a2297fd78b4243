"""What answers a question, said by its asker or by those who know; and whether it is still so, asked now and then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.subject import telling_words
from weetwie.domain.notifications import questions as notified
from weetwie.domain.posts import answer as accepting
from weetwie.domain.questions import answers, rules, still_so, wanting
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import SearchQuery, Term
from weetwie.errors import Forbidden, _
from weetwie.events import AnswerAccepted
from weetwie.runtime import clock
from weetwie.runtime.ids import moment_of
from weetwie.views import posts as seen_posts, texts as seen_words

_OF_A_TOPIC: Final = 60
"""So many of its newest posts say how fast a topic changes."""
_WORDS: Final = 2


async def accept(context: Context, question_id: int, answer_id: int) -> None:
    """By the asker at once; by two others who know, when a week has passed and the asker has said nothing."""
    db, viewer = context.db, context.viewer
    question = await accepting.checked(db, viewer, question_id, answer_id)
    if question["author_id"] == viewer.person_id:
        await accepting.accept(db, viewer, question_id, answer_id)
        return
    answer = await seen_posts.post(db, viewer, answer_id)
    if clock.now() - moment_of(question_id) < rules.WEEK or answer.author.id == viewer.person_id:
        raise Forbidden(_("Only the person who asked can accept an answer."))
    if not await _knows(db, viewer, question_id):
        raise Forbidden(_("After a week, people who know about this can accept an answer too."))
    if await answers.vote(db, viewer, question_id, answer_id) >= answers.ENOUGH:
        await accepting.accept_for(db, context.by_system.viewer, question_id, answer_id)


async def confirm(context: Context, question_id: int, *, is_still_so: bool) -> None:
    """Of an accepted answer; when it is asked about next follows from how fast its topic changes."""
    check_at = clock.now() + max(await pace(context.db, context.viewer, question_id), still_so.A_YEAR)
    await still_so.confirm(context.db, context.viewer, question_id, check_at, is_still_so=is_still_so)


async def accepted(context: Context, facts: Sequence[AnswerAccepted]) -> None:
    """Who would like to know it hears of it, and some day it is asked whether it is still so."""
    db = context.db
    for fact in facts:
        asker_id = await answers.asker_of(db, fact.post_id)
        asker = await context.find_person(asker_id) if asker_id else None
        if asker is None:
            continue
        check_at = None
        if fact.answer_id is not None:
            curious = await wanting.wanting(db, fact.post_id)
            await notified.answered(db, context.viewer, fact.answer_id, curious)
            check_at = clock.now() + await pace(db, asker, fact.post_id)
        await still_so.note_accepted(db, fact.post_id, asker.person_id, check_at)


async def pace(db: Db, viewer: Viewer, question_id: int) -> timedelta:
    """How fast the topic of a question changes, by what the viewer sees."""
    text = await text_of(db, viewer, question_id)
    words = telling_words(text, await who_knows(db, viewer, text)) if text else []
    if not words:
        return rules.pace([])
    wanted = SearchQuery(terms=[Term(word) for word in words[:_WORDS]])
    ids = await search(db, viewer, wanted, Page(_OF_A_TOPIC))
    return rules.pace([clock.now() - moment_of(id) for id in ids if id != question_id])


async def is_stale(db: Db, viewer: Viewer, question_id: int, since: datetime) -> bool:
    """Whether an answer that was last confirmed then is older than its topic's pace."""
    return clock.now() - since > await pace(db, viewer, question_id)


async def _knows(db: Db, viewer: Viewer, question_id: int) -> bool:
    text = await text_of(db, viewer, question_id)
    found = await who_knows(db, viewer, text, among=[viewer.person_id], with_self=True)
    return found.is_named


async def text_of(db: Db, viewer: Viewer, post_id: int) -> str:
    words = await seen_words.words(db, await seen_posts.posts(db, viewer, [post_id]))
    return words[0].text[:1000] if words else ""
