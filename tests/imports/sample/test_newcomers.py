"""Somebody new in the sample company finds, for each thing that they want to learn, one who truly knows it."""

from collections.abc import AsyncIterator
from typing import Final

import pytest

from tests.imports.bringing import acting
from tests.world import Someone, World
from weetwie.context import Context
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.meeting import first_weeks
from weetwie.events import PersonJoined
from weetwie.flows import begin, first_weeks as weeks
from weetwie.flows.imports.sample import fill
from weetwie.imports.sample.company import company
from weetwie.runtime import clock

KNOWERS: Final = {
    "hydraulics": {"henk", "femke", "lotte"},
    "castings": {"mirthe", "till"},
    "vibration": {"katrin"},
    "pump curves": {"henk", "femke"},
    "water hammer": {"henk"},
    "SCADA": {"ruben"},
    "frequency converters": {"mehmet"},
    "Korf": {"kwame"},
    "Dutch": {"gesa", "liam"},
}
"""Judged by people who read what the sample company wrote: who would be asked about it, whatever a program says."""


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    yield world
    await world.close()


async def test_for_each_wish_of_a_newcomer_stands_a_true_knower(world: World) -> None:
    sample = company(clock.now())
    await fill(world.database, await acting(world.database), world.store, sample)
    assert {topic for one in sample.people for topic in one.learns} == set(KNOWERS)
    rows = await world.connection.fetch("select id, handle from people")
    handles = {row["id"]: row["handle"] for row in rows}
    new = await world.member("brandnew", unit="Logistics")
    async with world.database.transaction() as db:
        context = Context(db, await world.viewer(new), world.site)
        found = {
            wish.topic: {handles[one.person_id] for one in wish.people}
            for wish in await begin.wishes(context, KNOWERS)
        }
    missed = {topic: found[topic] for topic, knowers in KNOWERS.items() if not found[topic] & knowers}
    assert missed == {}
    assert all(len(people) <= begin.OF_EACH for people in found.values())
    for topic in ("water hammer", "vibration", "Korf"):
        await topics.choose(world.db, await world.viewer(new), topic, TopicChoice.learning)
    assert await on_card(world, new, handles) == {"henk", "katrin", "kwame"}


async def on_card(world: World, new: Someone, handles: dict[int, str]) -> set[str]:
    """Of their second week."""
    async with world.database.transaction() as db:
        viewer = await world.viewer(new)
        await first_weeks.joined(db, viewer, [PersonJoined(new.id)])
        await db.connection.execute("update first_weeks set began_at = now() - interval '8 days'")
        card = await weeks.for_home(db, viewer)
    return {handles[one.person_id] for one in card.people} if card else set()
