"""What has been kept long enough goes; what is younger, of another ring, or held stays."""

from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.site import act, browser, give_password, sign_in
from tests.world import SOME_DAY, Someone, World
from weetwie import jobs, reactions
from weetwie.access.enums import Ring, Visibility
from weetwie.domain.people.erase import erase
from weetwie.domain.retention import holds, retention
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound
from weetwie.runtime import clock

DAY = timedelta(days=1)
NUMBERS = count()


@pytest.fixture
async def world(dsn: str) -> Any:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    yield world
    await world.close()


async def old_post(world: World, author: Someone, days: int, **more: Any) -> int:
    return await world.post(author, id=id_of(clock.now() - days * DAY), **more)


def id_of(at: datetime) -> int:
    return (int(at.timestamp() * 1000) << 16) + next(NUMBERS)


async def left(world: World) -> set[int]:
    return {
        row["id"] for row in await world.connection.fetch("select id from posts where deleted_at is null")
    }


async def sweep(world: World) -> None:
    await jobs.let_go(world.database, world.site)


async def test_each_ring_and_direct_posts_have_a_time_of_their_own(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    kept, gone = set(), set()
    await world.policy(keeps_colleagues_days=30, keeps_direct_days=10, widest_ring=Ring.world)
    gone.add(await old_post(world, ada, 31, ring=Ring.colleagues))
    kept.add(await old_post(world, ada, 29, ring=Ring.colleagues))
    kept.add(await old_post(world, ada, 4000, ring=Ring.network))
    kept.add(await old_post(world, ada, 4000, ring=Ring.world))
    direct = {"visibility": Visibility.direct, "mentions": [bo]}
    gone.add(await old_post(world, ada, 11, ring=Ring.network, **direct))
    kept.add(await old_post(world, ada, 9, ring=Ring.colleagues, **direct))
    kept_direct_older_than_its_ring = await old_post(world, ada, 9, ring=Ring.colleagues, **direct)
    await sweep(world)
    assert await left(world) == kept | {kept_direct_older_than_its_ring}


async def test_what_goes_leaves_no_word_behind(world: World) -> None:
    ada = await world.member("ada")
    await world.policy(keeps_network_days=30)
    post_id = await old_post(world, ada, 40, ring=Ring.network, text="quokka", tags=["wombatry"])
    await sweep(world)
    assert await left(world) == set()
    row = await world.connection.fetchrow("select text from post_texts where post_id = $1", post_id)
    assert row is None or row["text"] == ""
    assert await world.connection.fetchval("select count(*) from post_tags where post_id = $1", post_id) == 0


async def test_for_ever_is_for_ever(world: World) -> None:
    ada = await world.member("ada")
    await old_post(world, ada, 5000, ring=Ring.network)
    await sweep(world)
    assert len(await left(world)) == 1


async def test_a_hold_keeps_what_one_person_wrote_or_everybody_until_it_is_lifted_or_ends(
    world: World,
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    chief = await world.viewer(await world.member("chief", is_admin=True))
    await world.policy(keeps_network_days=30)
    of_ada_id, of_bo_id = [await old_post(world, one, 40, ring=Ring.network) for one in (ada, bo)]
    hold_id = await holds.hold(world.db, chief, ada.id, "2026/114")
    everybody = await holds.hold(world.db, chief, None, "2026/115", clock.now() + DAY)
    await sweep(world)
    assert await left(world) == {of_ada_id, of_bo_id}
    await holds.lift(world.db, chief, everybody)
    await sweep(world)
    assert await left(world) == {of_ada_id}
    with pytest.raises(NotFound):
        await holds.lift(world.db, chief, everybody)
    await holds.lift(world.db, chief, hold_id)
    await holds.hold(world.db, chief, ada.id, "2026/116", clock.now() + timedelta(seconds=1))
    clock.stop(clock.now() + timedelta(minutes=1))
    try:
        await sweep(world)
    finally:
        clock.stop(None)
    assert await left(world) == set(), "its end has come"
    acts = await world.connection.fetch("select act from audit where act like 'hold.%' order by id")
    assert [row["act"] for row in acts] == ["hold.put", "hold.put", "hold.lift", "hold.lift", "hold.put"]


async def test_who_is_held_is_not_erased(world: World) -> None:
    ada = await world.member("ada")
    chief = await world.viewer(await world.member("chief", is_admin=True))
    hold_id = await holds.hold(world.db, chief, ada.id, "2026/114")
    with pytest.raises(Conflict, match="under legal hold"):
        await erase(world.db, chief, ada.id)
    await holds.lift(world.db, chief, hold_id)
    await erase(world.db, chief, ada.id)


async def test_only_administrators_hold_and_name_a_case_by_its_number(world: World) -> None:
    ada = await world.member("ada")
    helper = await world.viewer(await world.member("helper", is_people_admin=True))
    chief = await world.viewer(await world.member("chief", is_admin=True))
    with pytest.raises(Forbidden):
        await holds.hold(world.db, helper, ada.id, "1")
    with pytest.raises(Forbidden):
        await holds.listed(world.db, helper)
    with pytest.raises(Forbidden):
        await retention.would_go(world.db, helper, dict.fromkeys(retention.RULES, 1))
    for wrong in ("", "because, well\nhe", "x" * 65):
        with pytest.raises(Invalid):
            await holds.hold(world.db, chief, ada.id, wrong)
    with pytest.raises(Invalid):
        await holds.hold(world.db, chief, ada.id, "1", clock.now() - DAY)


async def test_the_page_shows_what_would_go_before_anything_does(world: World) -> None:
    ada = await world.member("ada")
    chief = await world.member("chief", is_admin=True)
    await give_password(world, chief)
    for days in (10, 20, 40):
        await old_post(world, ada, days, ring=Ring.network)
    async with browser(world) as site:
        await sign_in(site, "chief")
        page = await act(site, "/admin/retention", preview="1", keeps_network_days="15")
        assert 'Posts<span class="n">2</span>' in page.text and "Nothing has been changed yet" in page.text
        await sweep(world)
        assert len(await left(world)) == 3
        assert (
            await act(site, "/admin/retention", preview="1", keeps_network_days="soon")
        ).status_code == 422
        held = await act(site, "/admin/retention/holds", handle="@ada", reason="2026/114")
        assert held.status_code == 303 and "2026/114" in (await site.get("/admin/retention")).text
        assert (
            "Nobody has this username"
            in (await act(site, "/admin/retention/holds", handle="x", reason="1")).text
        )
        page = await act(site, "/admin/retention", preview="1", keeps_network_days="15")
        assert 'Posts<span class="n">0</span>' in page.text
        assert 'On legal hold<span class="n">2</span>' in page.text
        await act(site, "/admin/retention", keeps_network_days="15")
        await sweep(world)
        assert len(await left(world)) == 3
        hold_id = await world.connection.fetchval("select id from holds")
        assert (await act(site, f"/admin/retention/holds/{hold_id}/lift")).status_code == 303
        await sweep(world)
        assert len(await left(world)) == 1


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_what_would_go_goes_and_nothing_else(dsn: str, seed: int) -> None:
    import asyncio

    async def story() -> None:
        pick = Random(seed)
        world = await World.open(dsn, at=SOME_DAY)
        try:
            chief = await world.viewer(await world.member("chief", is_admin=True))
            people = [await world.member(name) for name in ("ada", "bo", "cy")]
            days = {rule: pick.choice((0, 5, 20)) for rule in retention.RULES}
            await world.policy(widest_ring=Ring.world, **days)
            held = {pick.choice(people).id} if pick.random() < 0.5 else set()
            for one in held:
                await holds.hold(world.db, chief, one, "1")
            wanted: set[int] = set()
            for _number in range(12):
                author, ring = pick.choice(people), pick.choice(list(Ring))
                visibility, age = pick.choice(list(Visibility)), pick.choice((1, 6, 19, 21))
                post_id = await old_post(world, author, age, ring=ring, visibility=visibility)
                rule = days[retention.RULES[3 if visibility is Visibility.direct else int(ring)]]
                if rule and age > rule and author.id not in held:
                    wanted.add(post_id)
            policy = await world.memory.policy(world.db)
            would = await retention.would_go(world.db, chief, days)
            assert sum(one.posts for one in would) == len(wanted)
            assert set(await retention.due(world.db, policy)) == wanted
        finally:
            await world.close()

    asyncio.run(story())
