"""Who is new and has said hello, as each viewer sees it."""

from datetime import timedelta

from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.domain.posts.introduce import introduce
from weetwie.domain.timelines.introductions import introductions
from weetwie.runtime import clock


async def test_an_introduction_is_shown_for_two_weeks(world: World) -> None:
    lotte, ada = await world.member("lotte"), await world.member("ada")
    post = await _introduced(world, lotte)
    assert await _seen_by(world, ada) == [post]
    clock.stop(clock.now() + timedelta(days=15))
    assert await _seen_by(world, ada) == []


async def test_nobody_is_introduced_to_themselves_or_to_whoever_mutes_them(world: World) -> None:
    lotte, ada = await world.member("lotte"), await world.member("ada")
    await _introduced(world, lotte)
    assert await _seen_by(world, lotte) == []
    await world.mute(ada, lotte)
    assert await _seen_by(world, ada) == []


async def test_an_introduction_is_seen_by_whoever_sees_the_post(world: World) -> None:
    lotte, henk = await world.member("lotte"), await world.alumnus("henk")
    await _introduced(world, lotte, ring=Ring.colleagues)
    assert await _seen_by(world, henk) == []
    wider = await _introduced(world, lotte, ring=Ring.network)
    assert await _seen_by(world, henk) == [wider]


async def test_a_deleted_introduction_is_gone_and_a_later_one_replaces_it(world: World) -> None:
    lotte, ada = await world.member("lotte"), await world.member("ada")
    first = await _introduced(world, lotte)
    second = await _introduced(world, lotte)
    assert await _seen_by(world, ada) == [second]
    await world.delete(second)
    assert await _seen_by(world, ada) == []
    assert first != second


async def test_a_post_of_somebody_else_is_no_introduction(world: World) -> None:
    lotte, ada, bo = await world.member("lotte"), await world.member("ada"), await world.member("bo")
    await introduce(world.db, await world.viewer(lotte), await world.post(bo))
    assert await _seen_by(world, ada) == []


async def _introduced(world: World, someone: Someone, ring: Ring = Ring.colleagues) -> int:
    post = await world.post(someone, "Hello, I'm new here.", ring=ring)
    await introduce(world.db, await world.viewer(someone), post)
    return post


async def _seen_by(world: World, someone: Someone) -> list[int]:
    return [one.post_id for one in await introductions(world.db, await world.viewer(someone), 3)]
