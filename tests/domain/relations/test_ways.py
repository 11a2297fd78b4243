"""How one reaches people, over ties that one sees."""

from tests.world import World
from weetwie.access.enums import Ring
from weetwie.domain.relations.ways import Way, ways


async def test_the_shortest_way_is_told(world: World) -> None:
    ada, bo, cy, dee, eve = [await world.member(name) for name in ("ada", "bo", "cy", "dee", "eve")]
    for one, other in ((ada, bo), (bo, ada), (ada, cy), (dee, cy), (eve, dee)):
        await world.follow(one, other)
    found = await ways(world.db, await world.viewer(ada), [bo.id, cy.id, dee.id, eve.id])
    assert found == {bo.id: Way("mutual"), dee.id: Way("both_follow", cy.id)}


async def test_of_several_the_one_who_knows_the_asker_too(world: World) -> None:
    ada, bo, cy, dee = [await world.member(name) for name in ("ada", "bo", "cy", "dee")]
    for one, other in ((ada, bo), (ada, cy), (cy, ada), (dee, bo), (dee, cy)):
        await world.follow(one, other)
    assert await ways(world.db, await world.viewer(ada), [dee.id]) == {dee.id: Way("both_follow", cy.id)}


async def test_no_way_leads_over_somebody_whom_the_asker_does_not_see(world: World) -> None:
    zoe = await world.alumnus("zoe")
    bo, dee = [await world.member(name, profile_ring=int(Ring.network)) for name in ("bo", "dee")]
    for one in (zoe, dee):
        await world.follow(one, bo)
    viewer = await world.viewer(zoe)
    assert await ways(world.db, viewer, [dee.id]) == {dee.id: Way("both_follow", bo.id)}
    await world.change(dee, profile_ring=int(Ring.colleagues))
    assert await ways(world.db, viewer, [dee.id]) == {}
    await world.change(dee, profile_ring=int(Ring.network))
    await world.block(bo, zoe)
    assert await ways(world.db, viewer, [dee.id]) == {}
    await world.suspend(bo)
    assert await ways(world.db, viewer, [dee.id]) == {}
