"""What answers a question, said by its asker or by those who know; and whether it is still so, asked now and then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from weetwie.access import permissions
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.subject import telling_words
from weetwie.domain.notifications import questions as notified
from weetwie.domain.people import assistant
from weetwie.domain.posts import answer as accepting
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import answers, people, rules, still_so, wanting
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import SearchQuery, Term
from weetwie.errors import Forbidden, Refusal, _
from weetwie.events import AnswerAccepted
from weetwie.runtime import clock
from weetwie.runtime.ids import moment_of
from weetwie.text import language
from weetwie.views import posts as seen_posts
from weetwie.views import texts as seen_words

_OF_A_TOPIC: Final = 60
"""So many of its newest posts say how fast a topic changes."""
_WORDS: Final = 2
_AT_ONCE: Final = 20
_STILL_SO: Final = _("Is this answer still right? Say so on its page:")


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


async def check_due(context: Context) -> None:
    """Whether old answers are still so: the answerer is asked, then somebody who knows today."""
    service_id = await assistant.person_id(context.db) if context.viewer.policy.assistant else None
    ours = await context.find_person(service_id) if service_id else None
    for one in await still_so.due(context.db, _AT_ONCE):
        if ours is not None:
            async with context.apart("an answer could not be asked about", one.post_id):
                await _ask_about(context, ours, one)
        await still_so.asked_about(context.db, one)


async def _ask_about(context: Context, ours: Viewer, one: still_so.DueCheck) -> None:
    db, candidates = context.db, [one.answerer_id]
    if one.checks:
        asker = await context.find_person(one.asker_id)
        text = await _text(db, asker, one.post_id) if asker else ""
        found = (await who_knows(db, asker, text, exclude=[one.answerer_id])).named().people if asker else ()
        candidates = [expert.person_id for expert in found]
    person_id = await _askable(context, candidates, one.terms)
    person = await context.find_person(person_id) if person_id else None
    seen = await seen_posts.posts(db, person, [one.post_id, one.answer_id]) if person else []
    if person is None or len(seen) < 2 or not permissions.act(person, clock.now()):
        return
    (handle,) = [words.author_handle for words in await seen_words.words(db, seen) if words.id == one.post_id]
    say = language.translate(_STILL_SO, person.language)
    text = f"@{person.handle} {say} {context.address(f'@{handle}/{one.post_id}')}"
    try:
        async with db.savepoint():
            await publish(db, ours, Draft(text=text, visibility=Visibility.direct, is_question=False))
    except Refusal:
        return  # they have blocked us


async def _askable(context: Context, candidates: Sequence[int], terms: Sequence[int]) -> int:
    """The first who wants to be asked, about this and now; 0 for none. This is a question to them like any other."""
    at = clock.now()
    found = await people.people(context.db, context.viewer.policy, candidates, at)
    return next(
        (
            id
            for id in candidates
            if id in found and rules.wants(found[id], terms) and rules.is_there(found[id], at)
        ),
        0,
    )


async def pace(db: Db, viewer: Viewer, question_id: int) -> timedelta:
    """How fast the topic of a question changes, by what the viewer sees."""
    text = await _text(db, viewer, question_id)
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
    text = await _text(db, viewer, question_id)
    found = await who_knows(db, viewer, text, among=[viewer.person_id], with_self=True)
    return found.is_named


async def _text(db: Db, viewer: Viewer, post_id: int) -> str:
    words = await seen_words.words(db, await seen_posts.posts(db, viewer, [post_id]))
    return words[0].text[:1000] if words else ""
