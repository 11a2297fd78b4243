"""Every door there is, asked with each kind of token: scopes and standing are enforced on all of them."""

from collections.abc import AsyncIterator
from itertools import product

import httpx
import pytest

from tests.site import browser
from tests.world import SOME_DAY, World
from weetwie.api.endpoint import Endpoint
from weetwie.api.endpoints import endpoints
from weetwie.domain.identity import rules

HIGH_LEVEL = ("read", "write", "follow", "push", "profile", "admin:read", "admin:write")


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    yield world
    await world.close()


@pytest.fixture
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as site:
        yield site


async def ask(site: httpx.AsyncClient, endpoint: Endpoint, token: str | None) -> int:
    path = endpoint.path
    for name in endpoint.path_names:
        path = path.replace(f"{{{name}}}", "1")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return (await site.request(endpoint.method, path, headers=headers)).status_code


def guarded() -> list[Endpoint]:
    return [endpoint for endpoint in endpoints() if endpoint.access != "public"]


def test_every_door_that_changes_something_asks_for_a_scope_or_for_a_client() -> None:
    without = {
        (one.method, one.path)
        for one in endpoints()
        if one.method != "GET" and not one.scopes and not one.refuse
    }
    assert without <= {("POST", "/api/v1/apps")}


def test_every_scope_that_a_door_asks_for_can_be_had() -> None:
    assert {scope for one in endpoints() for scope in one.scopes} <= set(rules.SCOPES)


def test_what_opens_a_door_is_what_holds_its_scope() -> None:
    """Two pages say which scope holds which: the doors' and the rules'. They must agree."""
    for one, wide in product([one for one in endpoints() if one.scopes], HIGH_LEVEL):
        assert (wide in one.accepted) == any(rules.within([scope], [wide]) for scope in one.scopes), one.path


async def test_no_guarded_door_opens_without_a_good_token(site: httpx.AsyncClient) -> None:
    for endpoint in guarded():
        assert await ask(site, endpoint, None) == 401, endpoint.path
        assert await ask(site, endpoint, "never was one") == 401, endpoint.path


async def test_no_door_opens_with_the_wrong_scope(world: World, site: httpx.AsyncClient) -> None:
    ada = await world.member("ada")
    tokens = {scope: await world.token(ada, f"token for {scope}", [scope]) for scope in HIGH_LEVEL}
    for endpoint in (one for one in endpoints() if one.scopes):
        for scope, token in tokens.items():
            async with world.undone():
                status = await ask(site, endpoint, token)
            if scope not in endpoint.accepted:
                assert status == 403, (endpoint.method, endpoint.path, scope)
            else:
                assert status != 401, (endpoint.method, endpoint.path, scope)


async def test_no_door_for_people_opens_to_an_app_alone(world: World, site: httpx.AsyncClient) -> None:
    token = await world.token(None, "of an app", rules.SCOPES)
    for endpoint in (one for one in guarded() if one.access == "person"):
        assert await ask(site, endpoint, token) == 403, endpoint.path


@pytest.mark.parametrize("state", ["dormant", "suspended", "erased", "over"])
async def test_no_door_for_people_opens_to_whoever_is_not_here(
    world: World, site: httpx.AsyncClient, state: str
) -> None:
    ada = await world.member("ada")
    person = (
        await world.guest("bo", sponsor=ada, until=SOME_DAY) if state == "over" else await world.member("bo")
    )
    token = person.token
    if state == "dormant":
        await world.leave(person)
    elif state == "suspended":
        await world.suspend(person)
    elif state == "erased":
        await world.erase(person)
    token = await world.token(person, "kept by mistake", rules.SCOPES) if state == "erased" else token
    for endpoint in (one for one in guarded() if one.access == "person"):
        assert await ask(site, endpoint, token) in (401, 403), endpoint.path
