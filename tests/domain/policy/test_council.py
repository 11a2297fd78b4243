"""Works-council mode is switched by two administrators, and by nobody alone."""

from datetime import timedelta

import pytest

from tests.world import Someone, World
from weetwie.access.settled import SETTLED
from weetwie.access.viewer import Viewer, system
from weetwie.domain.audit import trail
from weetwie.domain.audit.trail import TrailFilter
from weetwie.domain.policy import council
from weetwie.domain.policy.choose import choose
from weetwie.domain.policy.proposals import LASTS
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound
from weetwie.events import audit
from weetwie.runtime import clock


@pytest.fixture
async def ada(world: World) -> Someone:
    return await world.member("ada", is_admin=True)


@pytest.fixture
async def bo(world: World) -> Someone:
    return await world.member("bo", is_admin=True)


async def waiting_id(world: World, viewer: Viewer) -> int:
    waiting = await council.proposal(world.db, viewer)
    assert waiting is not None
    return waiting.id


async def switched(world: World, first: Someone, second: Someone, *, on: bool) -> bool:
    await council.propose(world.db, await world.viewer(first), turns_on=on)
    viewer = await world.viewer(second)
    await council.confirm(world.db, viewer, await waiting_id(world, viewer))
    return (await world.viewer(first)).policy.works_council


async def test_two_administrators_switch_it_on_and_off(world: World, ada: Someone, bo: Someone) -> None:
    assert await switched(world, ada, bo, on=True) is True
    assert await switched(world, bo, ada, on=False) is False
    found = await trail.entries(world.db, await world.viewer(ada), TrailFilter(act="policy.works_council."))
    assert [(one.act.rsplit(".", 1)[1], one.actor_id, one.ids["turns_on"]) for one in found] == [
        ("confirm", ada.id, 0),
        ("propose", bo.id, 0),
        ("confirm", bo.id, 1),
        ("propose", ada.id, 1),
    ]


@pytest.mark.parametrize("on", [True, False])
async def test_a_single_administrator_cannot_switch_it(
    world: World, ada: Someone, bo: Someone, on: bool
) -> None:
    if not on:
        await switched(world, ada, bo, on=True)
    viewer = await world.viewer(ada)
    await council.propose(world.db, viewer, turns_on=on)
    with pytest.raises(Forbidden, match="Another administrator"):
        await council.confirm(world.db, viewer, await waiting_id(world, viewer))
    for value in (on, not on):
        if value is not (not on):
            with pytest.raises(Invalid, match="two administrators"):
                await choose(world.db, viewer, {"works_council": value})
    assert (await world.viewer(ada)).policy.works_council is not on


async def test_neither_can_whoever_has_the_command_line(world: World, ada: Someone) -> None:
    await council.propose(world.db, await world.viewer(ada), turns_on=True)
    house = system((await world.viewer()).policy)
    with pytest.raises(Forbidden):
        await council.confirm(world.db, house, await waiting_id(world, house))
    with pytest.raises(Invalid):
        await choose(world.db, house, {"works_council": True})


async def test_nor_anybody_who_is_no_administrator(world: World, ada: Someone) -> None:
    cleo = await world.viewer(await world.member("cleo", is_people_admin=True, is_moderator=True))
    await council.propose(world.db, await world.viewer(ada), turns_on=True)
    with pytest.raises(Forbidden):
        await council.propose(world.db, cleo, turns_on=True)
    with pytest.raises(Forbidden):
        await council.confirm(world.db, cleo, await waiting_id(world, await world.viewer(ada)))


@pytest.mark.parametrize("act", ["person.roles", "person.create", "person.link"])
async def test_an_administrator_made_for_it_does_not_help_to_switch_it_off(
    world: World, ada: Someone, bo: Someone, act: str
) -> None:
    await switched(world, ada, bo, on=True)
    await council.propose(world.db, await world.viewer(ada), turns_on=False)
    puppet = await world.viewer(await world.member("puppet", is_admin=True))
    await audit(world.db, await world.viewer(ada), act, puppet.person_id)
    with pytest.raises(Forbidden, match="7 days"):
        await council.confirm(world.db, puppet, await waiting_id(world, puppet))
    clock.stop(clock.now() + SETTLED + timedelta(minutes=1))
    viewer = await world.viewer(ada)
    await council.propose(world.db, viewer, turns_on=False)
    after = await council.confirm(world.db, puppet, await waiting_id(world, viewer))
    assert after.works_council is False


async def test_a_proposal_lasts_a_week_and_as_long_as_its_proposer_is_an_administrator(
    world: World, ada: Someone, bo: Someone
) -> None:
    viewer = await world.viewer(bo)
    await council.propose(world.db, await world.viewer(ada), turns_on=True)
    first = await waiting_id(world, viewer)
    with pytest.raises(Conflict):
        await council.propose(world.db, viewer, turns_on=True)
    await world.connection.execute("update people set is_admin = false where id = $1", ada.id)
    with pytest.raises(NotFound):
        await council.confirm(world.db, viewer, first)
    await world.connection.execute("update people set is_admin = true where id = $1", ada.id)
    clock.stop(clock.now() + LASTS + timedelta(minutes=1))
    assert await council.proposal(world.db, viewer) is None
    with pytest.raises(NotFound):
        await council.confirm(world.db, viewer, first)
    await council.propose(world.db, await world.viewer(ada), turns_on=True)
    with pytest.raises(NotFound):
        await council.confirm(world.db, viewer, first)
    await council.withdraw(world.db, viewer, await waiting_id(world, viewer))
    assert await council.proposal(world.db, viewer) is None


async def test_there_is_nothing_to_propose_that_is_so_already(world: World, ada: Someone) -> None:
    with pytest.raises(Conflict):
        await council.propose(world.db, await world.viewer(ada), turns_on=False)


async def test_the_settings_that_could_be_used_to_watch_people_are_locked(
    world: World, ada: Someone, bo: Someone
) -> None:
    await choose(world.db, await world.viewer(ada), {"never_inferred": ["lynx"]})
    await switched(world, ada, bo, on=True)
    viewer = await world.viewer(ada)
    await choose(world.db, viewer, {"never_inferred": ["lynx", "otter"]})
    with pytest.raises(Invalid, match="never inferred"):
        await choose(world.db, viewer, {"never_inferred": ["otter"]})


async def test_everybody_is_told_also_where_the_network_is_closed(
    world: World, ada: Someone, bo: Someone
) -> None:
    from weetwie import reactions
    from weetwie.database.pool import Db
    from weetwie.domain.announcements.announcements import announcements

    al = await world.alumnus("al")
    db = Db(world.connection, reactions.AT_ONCE)
    await choose(db, await world.viewer(ada), {"widest_ring": 0, "name": "Harbour"})
    await choose(db, await world.viewer(ada), {"sign_in": "sso"})
    (told,) = await announcements(db, await world.viewer(al))
    assert "Widest audience for posts and profiles: colleagues." in told.text and "Harbour" not in told.text
    assert len(await announcements(db, await world.viewer(bo))) == 2
    stranger = await world.viewer()
    assert await announcements(db, stranger) == []
