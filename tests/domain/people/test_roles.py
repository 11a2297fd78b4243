"""Roles: each may what it is for, and nobody rises by way of somebody else."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Role
from weetwie.domain.moderation import reports
from weetwie.domain.people import create, leave, rejoin, roles, suspend
from weetwie.domain.people.profile import change
from weetwie.domain.people.rules import Changes, Newcomer
from weetwie.domain.policy.choose import choose
from weetwie.errors import Conflict, Forbidden, Invalid
from weetwie.runtime import clock

FLAGS = {"administrator": "is_admin", "people_admin": "is_people_admin", "moderator": "is_moderator"}


async def company(world: World) -> dict[str, Someone]:
    made = {name: await world.member(name, **{flag: True}) for name, flag in FLAGS.items()}
    return made | {"bo": await world.member("bo")}


async def may(world: World, who: Someone, act: object, *given: object, **more: object) -> bool:
    """Whether it is let; nothing of it stays."""
    async with world.undone():
        try:
            await act(world.db, await world.viewer(who), *given, **more)  # type: ignore[operator]
        except Forbidden:
            return False
    return True


async def test_each_role_may_what_it_is_for_and_no_more(world: World) -> None:
    people = await company(world)
    bo = people["bo"].id
    acts: dict[str, tuple[object, list[Any], dict[str, Any]]] = {
        "people": (create.create, [Newcomer(handle="new")], {}),
        "leave": (leave.leave, [bo], {}),
        "unit": (change, [bo, Changes(unit="Pumps")], {}),
        "suspend": (suspend.suspend, [bo], {}),
        "policy": (choose, [{"name": "Here"}], {}),
        "roles": (roles.give, [bo, {Role.moderator: True}], {}),
        "reports": (reports.reports, [], {"with_closed": False, "below": 2**62}),
        "admin": (create.create, [Newcomer(handle="boss", is_admin=True)], {}),
    }
    found = {
        name: {
            act for act, (do, given, more) in acts.items() if await may(world, someone, do, *given, **more)
        }
        for name, someone in people.items()
    }
    assert found == {
        "administrator": set(acts),
        "people_admin": {"people", "leave", "unit", "suspend"},
        "moderator": {"suspend", "reports"},
        "bo": set(),
    }


async def test_over_somebody_with_a_role_only_an_administrator_decides(world: World) -> None:
    people = await company(world)
    for who in ("people_admin", "moderator"):
        assert not await may(world, people[who], suspend.suspend, people["administrator"].id)
        assert not await may(world, people[who], roles.check_over, people["administrator"].id)
    assert not await may(world, people["people_admin"], leave.leave, people["moderator"].id)
    assert await may(world, people["administrator"], leave.leave, people["moderator"].id)


async def test_roles_are_handed_in_by_whoever_leaves_and_not_found_again(world: World) -> None:
    people = await company(world)
    chief = await world.viewer(people["administrator"])
    for name in ("people_admin", "moderator"):
        await leave.leave(world.db, chief, people[name].id)
        await rejoin.rejoin(world.db, chief, people[name].id)
        row = await world.connection.fetchrow(
            "select is_admin, is_people_admin, is_moderator from people where id = $1", people[name].id
        )
        assert not any(row)


async def test_guests_have_no_role_and_the_last_key_is_not_thrown_away(world: World) -> None:
    people = await company(world)
    chief = await world.viewer(people["administrator"])
    guest = await world.guest("gus", sponsor=people["bo"], until=clock.now() + timedelta(9))
    await roles.give(world.db, chief, guest.id, {Role.administrator: True})
    assert not await world.connection.fetchval("select is_admin from people where id = $1", guest.id)
    with pytest.raises(Conflict):
        await roles.give(world.db, chief, people["administrator"].id, {Role.administrator: False})
    with pytest.raises(Invalid):
        roles.read(["king"])
