"""Following a unit: who is in it, who joins it later, until one says no; of nobody more than one sees."""

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.access.viewer import system
from weetwie.context import Context
from weetwie.domain.people.create import create
from weetwie.domain.people.profile import change
from weetwie.domain.people.rules import Changes, Newcomer
from weetwie.domain.relations import units
from weetwie.domain.relations.block import block
from weetwie.domain.relations.follow import unfollow
from weetwie.errors import Forbidden, NotFound
from weetwie.flows.units import follow_unit
from weetwie.worker import Worker, drain


async def followed(world: World, someone: Someone) -> set[str]:
    rows = await world.connection.fetch(
        "select handle from follows join people on people.id = followed_id where follower_id = $1", someone.id
    )
    return {row["handle"] for row in rows}


async def take(world: World, someone: Someone, unit: str) -> None:
    await follow_unit(Context(world.db, await world.viewer(someone), world.site), unit)


async def works_in(world: World, someone: Someone, unit: str) -> None:
    """As the directory says; then the worker has done its part."""
    await change(world.db, system(await world.memory.policy(world.db)), someone.id, Changes(unit=unit))
    await drain(Worker(world.database, world.site))


async def test_everybody_in_a_unit_is_followed_and_who_joins_it_until_one_says_no(world: World) -> None:
    ada = await world.member("ada", unit="Sales")
    bo = await world.member("bo", unit="Pumps")
    cy = await world.member("cy", unit="Valves")
    await world.member("gone", unit="pumps", has_joined=False)
    await world.member("hidden", unit="Pumps", is_discoverable=False)
    await take(world, ada, "PUMPS")
    assert await followed(world, ada) == {"bo"}
    assert [one.name for one in await units.own(world.db, await world.viewer(ada))] == ["Pumps"]
    await works_in(world, cy, "pumps")
    assert await followed(world, ada) == {"bo", "cy"}
    made = await create(
        world.db, system(await world.memory.policy(world.db)), Newcomer(handle="dee", name="Dee")
    )
    dee = Someone(made, "dee")
    await works_in(world, dee, "Pumps")
    assert "dee" in await followed(world, ada)
    await unfollow(world.db, await world.viewer(ada), bo.id)
    await works_in(world, bo, "Valves")
    await works_in(world, bo, "Pumps")
    assert "bo" not in await followed(world, ada), "a no stays a no"
    await units.unfollow(world.db, await world.viewer(ada), "Pumps")
    eve = await world.member("eve")
    await works_in(world, eve, "Pumps")
    assert await followed(world, ada) == {"cy", "dee"}


async def test_who_blocks_or_is_muted_is_not_followed_and_who_is_locked_is_asked(world: World) -> None:
    ada = await world.member("ada")
    blocker, muted = await world.member("ben", unit="Pumps"), await world.member("cy", unit="Pumps")
    await world.member("lock", unit="Pumps", is_locked=True)
    await block(world.db, await world.viewer(blocker), ada.id)
    await world.mute(ada, muted)
    await take(world, ada, "Pumps")
    assert await followed(world, ada) == set()
    assert await world.connection.fetchval("select count(*) from follow_requests") == 1


async def test_a_unit_in_which_one_sees_nobody_is_not_there_and_guests_follow_none(world: World) -> None:
    ada = await world.member("ada", unit="Pumps")
    alma = await world.alumnus("alma")
    gus = await world.guest("gus", sponsor=ada)
    open_one = await world.member("una", unit="Sales", profile_ring=int(Ring.network))
    with pytest.raises(NotFound):
        await take(world, ada, "Nowhere")
    with pytest.raises(NotFound):
        await take(world, alma, "Pumps")
    with pytest.raises(Forbidden):
        await take(world, gus, "Sales")
    await take(world, alma, "Sales")
    assert await followed(world, alma) == {open_one.handle}
    bo = await world.member("bo", unit="")
    await works_in(world, bo, "Sales")
    assert await followed(world, alma) == {"una"}, "the profile of bo is not for the network"


async def test_a_large_unit_is_followed_whole_by_the_worker(world: World) -> None:
    ada = await world.member("ada")
    for number in range(105):
        await world.member(f"mate{number}", unit="Pumps")
    await take(world, ada, "Pumps")
    assert len(await followed(world, ada)) == 100
    await drain(Worker(world.database, world.site))
    assert len(await followed(world, ada)) == 105
