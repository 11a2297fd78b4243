"""Introductions: what somebody chose about them, who is asked, and what happens once both have said yes."""

from typing import Final

from weetwie.access.enums import Visibility
from weetwie.context import Context
from weetwie.domain.beyond import choice
from weetwie.domain.beyond.rules import HowOften
from weetwie.domain.meeting import first_weeks, pairs, preferences, proposals, rules
from weetwie.domain.people import assistant
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.errors import _
from weetwie.runtime import clock
from weetwie.text.language import translate

_TOGETHER: Final = {
    "topic": _("You share a topic, {topic}, and you both said yes to an introduction. Say hello!"),
    "question": _("You both asked about {topic}, and you both said yes to an introduction. Say hello!"),
    "task": _("You're both working on {topic}, and you both said yes to an introduction. Say hello!"),
}


async def choose(
    context: Context, *, how_often: HowOften | None, is_introduced: bool, wants_first_weeks: bool
) -> None:
    """None leaves that as it is."""
    if how_often is not None:
        await choice.choose(context.db, context.viewer, how_often)
    await preferences.choose(context.db, context.viewer, is_introduced=is_introduced)
    await first_weeks.choose(context.db, context.viewer, is_wanted=wants_first_weeks)


async def propose_due(context: Context) -> None:
    """Whose hour of the week it is: the best of whom they could be introduced to, if there is anybody. Both are asked, each alone."""
    db = context.db
    if await assistant.person_id(db) is None or not context.viewer.policy.assistant:
        return  # nobody could introduce them
    for person_id in await proposals.turn(db, clock.now()):
        async with context.apart("somebody could not be asked about an introduction", person_id):
            found = rules.best(await pairs.shared(db, context.viewer, person_id))
            if found is not None:
                await proposals.propose(db, person_id, found)


async def answer(context: Context, meeting_id: int, *, says: bool) -> bool:
    """Whether both have said yes by now: then one message is with both. Raises NotFound."""
    db, viewer = context.db, context.viewer
    meeting = await proposals.answer(db, viewer, meeting_id, says=says)
    if meeting is None:
        return False
    service_id = await assistant.person_id(db)
    ours = await context.find_person(service_id) if service_id is not None else None
    other = await context.find_person(meeting.other_id)
    if ours is None or other is None:
        return False
    lines = dict.fromkeys(
        translate(_TOGETHER[meeting.kind], one.pages_language or one.language, topic=meeting.topic)
        for one in (viewer, other)
    )
    text = f"@{viewer.handle} @{other.handle} " + "\n\n".join(lines)
    draft = Draft(
        text=text,
        visibility=Visibility.direct,
        allowed_mentions=[viewer.person_id, other.person_id],
        is_question=False,
    )
    await publish(db, ours, draft)
    await proposals.introduced(db, meeting_id)
    return True
