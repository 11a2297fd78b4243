"""The audit trail: nothing in it can be changed, removed or put in without being noticed."""

from datetime import timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.world import World
from weetwie.access.viewer import Viewer, system
from weetwie.domain.audit import chain, trail
from weetwie.domain.audit.trail import TrailFilter
from weetwie.errors import Forbidden, Invalid
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.security import client_address

SEED = bytes(range(32))


async def house(world: World) -> Viewer:
    return system((await world.viewer()).policy)


async def written(world: World, count: int) -> Viewer:
    viewer = await house(world)
    for number in range(count):
        await audit(world.db, viewer, f"test.{number % 3}", number, door="a test", thing=number)
    await chain.seal(world.db)
    return viewer


async def tampered(world: World, statement: str) -> str:
    """What is found wrong after somebody with power over the database has had their way."""
    await world.connection.execute("alter table audit disable trigger audit_is_kept")
    await world.connection.execute(statement)
    return (await chain.verify(world.db, await house(world), SEED)).wrong


async def test_a_chain_that_nobody_touched_is_whole(world: World) -> None:
    viewer = await written(world, 7)
    await written(world, 5)
    found = await chain.verify(world.db, viewer, SEED)
    assert (found.wrong, found.waiting, found.from_checkpoint) == ("", 0, 0)
    assert found.rows == found.last >= 12
    await audit(world.db, viewer, "test.later")
    assert (await chain.verify(world.db, viewer, SEED)).waiting == 1


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    number=st.integers(1, 8),
    change=st.sampled_from(
        [
            "update audit set subject_id = 99 where number = {n}",
            "update audit set actor_id = 99 where number = {n}",
            "update audit set act = 'other' where number = {n}",
            "update audit set ids = '{{}}' where number = {n}",
            "update audit set at = at + interval '1 second' where number = {n}",
            "update audit set door = '' where number = {n}",
            "update audit set hash = sha256('x') where number = {n}",
            "delete from audit where number = {n}",
            "update audit set number = 1000 where number = {n}",
        ]
    ),
)
async def test_whatever_is_changed_or_removed_in_it_is_noticed(
    world: World, number: int, change: str
) -> None:
    async with world.undone():
        await written(world, 10)
        assert await tampered(world, change.format(n=number)) != ""


async def test_a_chain_that_was_made_anew_or_cut_off_at_its_end_is_not_what_was_noted(world: World) -> None:
    viewer = await written(world, 6)
    before = await chain.verify(world.db, viewer, SEED)
    noted = f"{before.last}:{before.hash}"
    await written(world, 2)
    assert (await chain.verify(world.db, viewer, SEED, noted)).wrong == ""
    assert await tampered(world, f"delete from audit where number >= {before.last}") == ""
    assert "noted" in (await chain.verify(world.db, viewer, SEED, noted)).wrong
    with pytest.raises(Invalid):
        await chain.verify(world.db, viewer, SEED, "nonsense")


@pytest.mark.parametrize(
    "statement",
    ["update audit set act = 'other'", "delete from audit", "update audit set number = null, hash = null"],
)
async def test_the_database_itself_lets_nobody_write_over_it(world: World, statement: str) -> None:
    await written(world, 3)
    with pytest.raises(asyncpg.RaiseError):
        async with world.connection.transaction():
            await world.connection.execute(statement)


async def test_what_is_old_goes_behind_a_signed_checkpoint_and_the_chain_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = await written(world, 5)
    now = clock.now()
    assert await chain.cut(world.db, viewer, SEED, now - timedelta(days=30)) == 0
    number = await chain.cut(world.db, viewer, SEED, now + timedelta(seconds=5))
    assert number >= 5
    await written(world, 3)
    found = await chain.verify(world.db, viewer, SEED)
    assert (found.wrong, found.from_checkpoint) == ("", number) and found.rows == 4
    assert "not signed here" in (await chain.verify(world.db, viewer, bytes(32))).wrong
    with pytest.raises(asyncpg.RaiseError):
        async with world.connection.transaction():
            await world.connection.execute("delete from audit")


async def test_it_is_read_by_whom_what_and_when_and_by_administrators_alone(world: World) -> None:
    viewer = await written(world, 6)
    assert [one.act for one in await trail.entries(world.db, viewer, TrailFilter(act="test.2"))] == [
        "test.2"
    ] * 2
    assert [one.subject_id for one in await trail.entries(world.db, viewer, TrailFilter(subject_id=4))] == [4]
    assert await trail.entries(world.db, viewer, TrailFilter(until=clock.now() - timedelta(hours=1))) == []
    ada = await world.member("ada")
    with pytest.raises(Forbidden):
        await trail.entries(world.db, await world.viewer(ada), TrailFilter())
    with pytest.raises(Forbidden):
        await chain.verify(world.db, await world.viewer(ada), SEED)


async def test_where_an_act_came_from_is_sealed_and_known_for_thirty_days(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = await house(world)
    client_address.current.set("192.0.2.44")
    await audit(world.db, viewer, "test.somewhere")
    client_address.current.set("")
    kept = await world.connection.fetchval("select address from audit where act = 'test.somewhere'")
    assert b"192.0.2.44" not in kept
    (entry,) = await trail.entries(world.db, viewer, TrailFilter(act="test.somewhere"))
    assert entry.address == "192.0.2.44"
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=32))
    await trail.forget_addresses(world.db)
    (entry,) = await trail.entries(world.db, viewer, TrailFilter(act="test.somewhere"))
    assert entry.address == ""
    await chain.seal(world.db)
    assert (await chain.verify(world.db, viewer, SEED)).wrong == ""
