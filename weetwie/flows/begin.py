"""The first minutes of somebody new: who they are, what they know and would like to learn, and whom they meet first."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from weetwie.context import Context
from weetwie.database.folding import folded
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.answer import Level
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.spread import spread
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.people import staying
from weetwie.domain.people.rules import Changes
from weetwie.domain.relations import follow
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import Forbidden, NotFound
from weetwie.flows import profile, sign_in, units
from weetwie.views import people as seen_people

OF_EACH: Final = 3
"""So many people for each wish, of so many units."""
_LOOKED_AT: Final = 24


async def introduce(context: Context, changes: Changes, face: UploadedFile | None, own_address: str) -> None:
    """An address of their own counts once the email to it was answered."""
    await profile.change(context, changes, face=face)
    if own_address:
        await sign_in.choose_address(context, own_address)


async def choose_topics(context: Context, knows: Iterable[str], learns: Iterable[str]) -> None:
    """What one knows stands on one's profile; what one would like to learn does too, and comes home where it is a tag."""
    for name in knows:
        await topics.choose(context.db, context.viewer, name, TopicChoice.knows)
    for name in learns:
        await topics.choose(context.db, context.viewer, name, TopicChoice.learning)
        await profile.follow_tag(context, profile.joined(name))


class WishedPerson(msgspec.Struct, frozen=True):
    person_id: int
    level: Level


class Wish(msgspec.Struct, frozen=True):
    """What somebody would like to learn, and who shows it, as far as they see."""

    topic: str
    people: Sequence[WishedPerson]


async def wishes(context: Context, learns: Iterable[str]) -> list[Wish]:
    """For each the one who knows most first, then people of other units."""
    db, viewer, found = context.db, context.viewer, []
    for topic in learns:
        answer = await who_knows(db, viewer, topic, limit=_LOOKED_AT)
        levels = {one.person_id: one.level for one in answer.people if one.is_named}
        cards = await seen_people.cards(db, viewer, levels)
        at = {one.id: folded(one.unit) for one in await seen_people.profiles(db, cards)}
        chosen = spread([id for id in levels if id in at], at, OF_EACH)
        found.append(Wish(topic, [WishedPerson(id, levels[id]) for id in chosen]))
    return found


async def follow_people(
    context: Context, people: Iterable[int], unit: str, *, wants_week: bool = False
) -> None:
    """Whoever has gone in the meantime is passed over, and so is a unit that nobody is seen in any more."""
    if wants_week:
        await staying.want_week(context.db, context.viewer.person_id, wants=True)
    for person_id in people:
        try:
            async with context.db.savepoint():
                await follow.follow(context.db, context.viewer, person_id, FollowOptions())
        except (NotFound, Forbidden):
            continue
    if unit:
        try:
            async with context.db.savepoint():
                await units.follow_unit(context, unit)
        except (NotFound, Forbidden):
            return
