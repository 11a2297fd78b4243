"""Old answers are asked about now and then: whether they are still so."""

from collections.abc import Sequence
from typing import Final

from weetwie.access import permissions
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.people import assistant
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import people, rules, still_so
from weetwie.errors import Refusal, _
from weetwie.flows.answers import text_of
from weetwie.runtime import clock
from weetwie.text import language
from weetwie.views import posts as seen_posts, texts as seen_words

_AT_ONCE: Final = 20
_STILL_SO: Final = _("Is this answer still right? Say so on its page:")


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
        text = await text_of(db, asker, one.post_id) if asker else ""
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
