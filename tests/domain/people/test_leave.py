"""Leaving by the clock and by reason, and what is found of those who have left."""

from datetime import timedelta

import pytest

from tests.world import World
from weetwie.access.policy import Policy
from weetwie.access.viewer import system
from weetwie.context import of_system
from weetwie.domain.people.end import set_end
from weetwie.domain.people.leave import leave
from weetwie.domain.people.rejoin import rejoin
from weetwie.domain.people.search import search
from weetwie.errors import Forbidden, Invalid
from weetwie.flows import offboard
from weetwie.runtime import clock

SYSTEM = system(Policy())


async def test_a_member_leaves_on_their_last_day_and_does_not_leave_again(world: World) -> None:
    ada = await world.member("ada")
    await set_end(world.db, SYSTEM, ada.id, clock.now() + timedelta(days=1))
    await offboard.leave_due(await of_system(world.db, world.site))
    assert await world.connection.fetchval("select standing from people") == 0
    await world.change(ada, until=clock.now() - timedelta(seconds=1))
    await offboard.leave_due(await of_system(world.db, world.site))
    row = await world.connection.fetchrow("select * from people join farewells on person_id = id")
    assert (row["standing"], row["is_dormant"], row["until"], row["reason"]) == (1, True, None, "end-date")
    await rejoin(world.db, SYSTEM, ada.id)
    await offboard.leave_due(await of_system(world.db, world.site))
    assert await world.connection.fetchval("select standing from people") == 0
    assert await world.connection.fetchval("select count(*) from farewells") == 0


async def test_a_sponsor_prolongs_their_guest_and_nobody_elses(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    guest = await world.guest("guest", sponsor=ada)
    later = clock.now() + timedelta(days=90)
    await set_end(world.db, await world.viewer(ada), guest.id, later)
    assert await world.connection.fetchval("select until from people where id = $1", guest.id) == later
    with pytest.raises(Forbidden):
        await set_end(world.db, await world.viewer(bo), guest.id, later)
    with pytest.raises(Invalid):
        await set_end(world.db, await world.viewer(ada), guest.id, None)


async def test_whoever_sleeps_is_not_found_but_their_posts_stay_under_their_name(world: World) -> None:
    ada, bo = await world.member("ada", name="Ada Verhoeven"), await world.member("bo")
    viewer = await world.viewer(bo)
    assert await search(world.db, viewer, "Verhoeven", limit=5) == [ada.id]
    await leave(world.db, SYSTEM, ada.id)
    assert await search(world.db, viewer, "Verhoeven", limit=5) == []


async def test_a_reason_is_a_code(world: World) -> None:
    ada = await world.member("ada")
    with pytest.raises(Invalid):
        await leave(world.db, SYSTEM, ada.id, "She quarrelled with Bo")
