"""The survey before and after: which topics it asks about, and whether somebody who was named knows about one."""

from collections.abc import Mapping, Sequence
from typing import Final

from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.folding import folded
from weetwie.database.pool import Db
from weetwie.domain.benefits import survey, survey_answers
from weetwie.domain.benefits.survey_answers import AskedRound
from weetwie.domain.benefits.survey_rules import EACH, MOST_TOPICS, asked_of
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.known_topics import known_topics
from weetwie.domain.knowledge.topic_rules import TopicChoice, key_of
from weetwie.domain.people.lookup import lookup_all
from weetwie.domain.people.search import search
from weetwie.errors import Invalid, _
from weetwie.views import people as seen_people

_SHOWN: Final = 24
"""So many of those who know something count as shown by Who knows."""
_OFFERED: Final = 2 * MOST_TOPICS


async def to_ask(db: Db, viewer: Viewer) -> tuple[list[str], int | None]:
    """Topics that a round may ask about, and the round that it is then compared with: the same as the first time, as long as
    enough of them are listed on profiles."""
    known = await known_topics(db, viewer)
    rounds = await survey.counted(db)
    last = survey.last_told(rounds)
    if last:
        first = survey.before(rounds, last) or last
        same = [topic for topic in first.topics if key_of(topic) in known]
        if len(same) >= EACH:
            return same, first.id
    return list(known.values())[:_OFFERED], None


async def start(context: Context, wanted: Sequence[str], days: int) -> None:
    """A round that is compared with another asks about the same topics. Raises Forbidden, Invalid and Conflict."""
    survey.check(context.viewer)
    offered, compared_with_id = await to_ask(context.db, context.viewer)
    asked = offered if compared_with_id else [topic for topic in offered if topic in wanted]
    await survey.start(context.db, context.viewer, asked, days, compared_with_id)


async def asked(db: Db, viewer: Viewer) -> tuple[AskedRound, list[str]] | None:
    """With the topics that the viewer is asked about: none that they list themselves."""
    found = await survey_answers.asked(db, viewer)
    if found is None:
        return None
    own = {one.key for one in await topics.own(db, viewer) if one.choice is TopicChoice.knows}
    others = [topic for topic in found.topics if key_of(topic) not in own]
    return found, asked_of(viewer.person_id, others)


async def answer(context: Context, given: Mapping[str, str | None]) -> None:
    """For each topic a username or a name, None for "I don't know". Only whether they know about it is stored. Raises Invalid, with
    the topic's place as the field, Forbidden and Conflict."""
    survey_answers.check(context.viewer)
    found: dict[str, bool | None] = {}
    for topic, who in given.items():
        found[topic] = None
        if who is not None:
            found[topic] = await _knows(context, await _named(context, topic, who), topic)
    await survey_answers.answer(context.db, context.viewer, found)


async def _named(context: Context, topic: str, who: str) -> int:
    db, viewer = context.db, context.viewer
    handle = who.strip().removeprefix("@")
    ids = list((await lookup_all(db, viewer, [handle])).values()) or await _by_name(context, handle)
    if len(ids) != 1:
        raise Invalid(
            _("There's no one called {who} here, or more than one. Choose a username."), field=topic, who=who
        )
    if ids[0] == viewer.person_id:
        raise Invalid(_("Choose someone other than yourself."), field=topic)
    return ids[0]


async def _by_name(context: Context, name: str) -> list[int]:
    found = await search(context.db, context.viewer, name, limit=_SHOWN)
    cards = await seen_people.cards(context.db, context.viewer, found)
    return [
        one.id for one in await seen_people.profiles(context.db, cards) if folded(one.name) == folded(name)
    ]


async def _knows(context: Context, person_id: int, topic: str) -> bool:
    """They say so on their profile, or Who knows names them, by what the viewer sees."""
    said = await topics.published(context.db, context.viewer, person_id)
    if any(one.choice is TopicChoice.knows and key_of(one.name) == key_of(topic) for one in said):
        return True
    answer = await who_knows(context.db, context.viewer, topic, limit=_SHOWN)
    return any(one.is_named and one.person_id == person_id for one in answer.people)
