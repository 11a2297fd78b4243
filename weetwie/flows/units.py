"""Who follows a unit follows the people in it, a hundred at once and the rest by the worker; and who joins it from then on."""

from collections.abc import Sequence
from typing import Final

from weetwie.context import Context
from weetwie.domain.relations import follow, units
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import Forbidden, NotFound
from weetwie.events import PersonChanged, PersonJoined, PersonReturned, UnitFollowed, record

_AT_ONCE: Final = 100


async def follow_unit(context: Context, name: str) -> None:
    """Raises Forbidden, Invalid and NotFound, as `units.follow`."""
    await units.follow(context.db, context.viewer, name)
    await _bring(context)


async def go_on(context: Context, facts: Sequence[UnitFollowed]) -> None:
    """With those of a large unit who were not reached yet."""
    for person_id in {fact.person_id for fact in facts}:
        person = await context.find_person(person_id)
        if person is not None and await _bring(context.by(person)) == _AT_ONCE:
            await record(context.db, person, UnitFollowed(person_id))


async def arrived(context: Context, facts: Sequence[PersonJoined | PersonChanged | PersonReturned]) -> None:
    """Somebody is in a unit now: who follows it follows them, unless they have said no to them before."""
    for newcomer_id in {fact.person_id for fact in facts}:
        for follower_id in await units.awaiting(context.db, context.viewer, newcomer_id):
            follower = await context.find_person(follower_id)
            if follower is not None:
                await _bring(context.by(follower))


async def _bring(context: Context) -> int:
    """How many were looked at. Who is not there any more, or has blocked them meanwhile, is passed over."""
    found = await units.to_come(context.db, context.viewer, _AT_ONCE)
    for person_id, key in found:
        await units.brought(context.db, context.viewer, person_id, key)
        try:
            async with context.db.savepoint():
                await follow.follow(context.db, context.viewer, person_id, FollowOptions())
        except (NotFound, Forbidden):
            continue
    return len(found)
