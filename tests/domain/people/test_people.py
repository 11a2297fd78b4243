"""People come, leave, come back and go for good."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer, system
from weetwie.domain.people.create import create
from weetwie.domain.people.erase import erase
from weetwie.domain.people.leave import leave
from weetwie.domain.people.profile import change
from weetwie.domain.people.rejoin import rejoin, wake
from weetwie.domain.people.rules import Changes, Field, Newcomer
from weetwie.domain.people.suspend import suspend, unsuspend
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound
from weetwie.runtime import clock


async def of_system(world: World) -> Viewer:
    return system((await world.viewer()).policy)


async def row(world: World, person_id: int) -> Any:
    return await world.connection.fetchrow("select * from people where id = $1", person_id)


async def facts(world: World) -> list[str]:
    return [fact["kind"] for fact in await world.connection.fetch("select kind from events order by id")]


async def test_a_person_is_made_so_that_they_can_write_at_once(world: World) -> None:
    await world.policy(default_profile_ring=Ring.network)
    viewer = await of_system(world)
    person = await row(world, await create(world.db, viewer, Newcomer(handle="Ada", name="Ada L.")))
    assert (person["handle"], person["name"], person["standing"]) == ("Ada", "Ada L.", Standing.member)
    assert not person["is_locked"]
    assert person["default_visibility"] == Visibility.public
    assert person["default_ring"] is None
    assert person["profile_ring"] == Ring.network
    assert await facts(world) == ["PersonJoined"]
    assert await world.connection.fetchval("select act from audit") == "person.create"


async def test_a_handle_is_taken_in_whatever_case(world: World) -> None:
    await world.member("ada")
    with pytest.raises(Conflict):
        await create(world.db, await of_system(world), Newcomer(handle="ADA"))


async def test_only_a_member_answers_for_a_guest(world: World) -> None:
    viewer, tomorrow = await of_system(world), clock.now() + timedelta(days=1)
    alumnus, ada = await world.alumnus("al"), await world.member("ada")
    guest = Newcomer(handle="gus", standing=Standing.guest, sponsor_id=alumnus.id, until=tomorrow)
    with pytest.raises(Invalid):
        await create(world.db, viewer, guest)
    await create(
        world.db, viewer, Newcomer(handle="gus", standing=Standing.guest, sponsor_id=ada.id, until=tomorrow)
    )


async def test_a_member_who_is_no_administrator_changes_nobody_elses_standing(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    viewer = await world.viewer(ada)
    for act in (leave, rejoin, wake, suspend, unsuspend, erase):
        with pytest.raises(Forbidden):
            await act(world.db, viewer, bo.id)
    with pytest.raises(Forbidden):
        await create(world.db, viewer, Newcomer(handle="cy"))
    with pytest.raises(Forbidden):
        await change(world.db, viewer, bo.id, Changes(name="Bobo"))


async def test_who_leaves_sleeps_without_keys_and_comes_back_awake(world: World) -> None:
    ada = await world.member("ada", is_admin=True)
    viewer = await of_system(world)
    await leave(world.db, viewer, ada.id)
    left = await row(world, ada.id)
    assert (left["standing"], left["is_dormant"], left["is_admin"]) == (Standing.alumnus, True, False)
    assert left["left_at"] is not None
    with pytest.raises(Conflict):
        await leave(world.db, viewer, ada.id)
    await wake(world.db, viewer, ada.id)
    awake = await row(world, ada.id)
    assert (awake["standing"], awake["is_dormant"], awake["left_at"]) == (
        Standing.alumnus,
        False,
        left["left_at"],
    )
    await rejoin(world.db, viewer, ada.id)
    back = await row(world, ada.id)
    assert (back["standing"], back["is_dormant"], back["left_at"], back["is_admin"]) == (
        Standing.member,
        False,
        None,
        False,
    )
    assert await facts(world) == ["PersonLeft", "PersonReturned", "PersonReturned"]
    assert back["version"] == 3


async def test_a_suspension_is_lifted_again_and_nobody_suspends_themselves(world: World) -> None:
    ada, bo = await world.member("ada", is_admin=True), await world.member("bo")
    viewer = await world.viewer(ada)
    with pytest.raises(Forbidden):
        await suspend(world.db, viewer, ada.id)
    await suspend(world.db, viewer, bo.id)
    assert (await row(world, bo.id))["suspended_at"] is not None
    with pytest.raises(Conflict):
        await suspend(world.db, viewer, bo.id)
    await unsuspend(world.db, viewer, bo.id)
    assert (await row(world, bo.id))["suspended_at"] is None
    assert (await row(world, bo.id))["version"] == 2


@pytest.mark.parametrize("keeps_posts", [False, True])
async def test_nothing_that_tells_who_they_were_is_left_of_the_erased(
    world: World, keeps_posts: bool
) -> None:
    secret = "secretword"
    bo = await world.member("bo")
    ada = await world.member(
        secret, name=secret, bio=secret, face=secret, header=secret, pronouns=secret, unit=secret, place=secret,
        fields=[{"name": secret, "value": secret}], languages=[secret], manager_id=bo.id, default_language=secret,
    )  # fmt: skip
    await erase(world.db, await of_system(world), ada.id, keeps_posts=keeps_posts)
    person = await row(world, ada.id)
    assert secret not in str(dict(person))
    assert person["manager_id"] is None
    assert person["is_removed"] is not keeps_posts
    assert person["version"] == 1
    with pytest.raises(NotFound):
        await erase(world.db, await of_system(world), ada.id)
    assert await facts(world) == ["PersonErased"]


async def test_people_change_themselves_and_only_what_is_set(world: World) -> None:
    ada = await world.member("ada", name="Ada", bio="Hello", unit="Engines")
    viewer = await world.viewer(ada)
    await change(
        world.db, viewer, ada.id, Changes(bio=" New ", fields=[Field("Site", "x")], profile_ring=Ring.world)
    )
    person = await row(world, ada.id)
    assert (person["name"], person["bio"], person["unit"]) == ("Ada", "New", "Engines")
    assert person["fields"] == [{"name": "Site", "value": "x"}]
    assert (person["profile_ring"], person["version"]) == (Ring.world, 1)
    await change(world.db, viewer, ada.id, Changes(bio="New"))
    assert (await row(world, ada.id))["version"] == 1
    assert await facts(world) == ["PersonChanged"]


async def test_the_place_at_work_is_set_by_administrators_alone(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo", is_admin=True)
    for changes in (Changes(unit="X"), Changes(place="X"), Changes(manager_id=bo.id)):
        with pytest.raises(Forbidden):
            await change(world.db, await world.viewer(ada), ada.id, changes)
    await change(world.db, await world.viewer(bo), ada.id, Changes(unit="Engines", manager_id=bo.id))
    assert (await row(world, ada.id))["manager_id"] == bo.id
    with pytest.raises(Invalid):
        await change(world.db, await world.viewer(bo), ada.id, Changes(manager_id=ada.id))


async def test_who_sleeps_changes_nothing(world: World) -> None:
    ada: Someone = await world.alumnus("ada", dormant=True)
    with pytest.raises(Forbidden):
        await change(world.db, await world.viewer(ada), ada.id, Changes(bio="x"))
