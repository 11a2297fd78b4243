"""What every app asks first, what other programs find, and that neither tells strangers who is here."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.conformance import check_entity
from tests.site import HOME, browser
from tests.world import SOME_DAY, World
from weetwie.access.enums import Ring


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    yield world
    await world.close()


@pytest.fixture
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as site:
        yield site


async def test_the_instance_is_as_documented_in_both_forms(world: World, site: httpx.AsyncClient) -> None:
    await world.policy(rules=["Be kind."], name="The house", longest_post=777)
    answer = await site.get("/api/v2/instance")
    check_entity("Instance", answer.content)
    assert answer.json()["version"].startswith("4.6.0 (compatible; Weetwie ")
    assert answer.json()["configuration"]["statuses"]["max_characters"] == 777
    assert answer.json()["configuration"]["urls"]["streaming"] == "wss://house.example"
    check_entity("V1Instance", (await site.get("/api/v1/instance")).content)
    check_entity("Rule[]", (await site.get("/api/v1/instance/rules")).content)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/custom_emojis",
        "/api/v1/instance/peers",
        "/api/v1/instance/activity",
        "/api/v1/instance/domain_blocks",
        "/api/v1/instance/languages",
        "/api/v1/instance/translation_languages",
        "/api/v1/instance/extended_description",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.0",
        "/nodeinfo/2.1",
        "/.well-known/host-meta",
        "/.well-known/oauth-authorization-server",
        "/health",
    ],
)
async def test_what_strangers_may_ask_is_open_even_with_a_token_that_is_no_longer_good(
    site: httpx.AsyncClient, path: str
) -> None:
    assert (await site.get(path)).status_code == 200
    assert (await site.get(path, headers={"authorization": "Bearer gone"})).status_code == 200


async def test_preferences_and_announcements_are_for_people(world: World, site: httpx.AsyncClient) -> None:
    ada = await world.member("ada", default_visibility=2, default_language="nl")
    headers = {"authorization": f"Bearer {ada.token}"}
    answer = await site.get("/api/v1/preferences", headers=headers)
    check_entity("Preferences", answer.content)
    assert answer.json()["posting:default:visibility"] == "private"
    assert answer.json()["posting:default:language"] == "nl"
    assert (await site.get("/api/v1/announcements", headers=headers)).json() == []
    assert (await site.get("/api/v1/announcements")).status_code == 401


async def test_strangers_learn_nothing_from_the_numbers(world: World, site: httpx.AsyncClient) -> None:
    async def told(token: str | None = None) -> tuple[int, int, int]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        old = (await site.get("/api/v1/instance", headers=headers)).json()["stats"]
        new = (await site.get("/api/v2/instance", headers=headers)).json()["usage"]["users"]
        return old["user_count"], old["status_count"], new["active_month"]

    await world.policy(widest_ring=int(Ring.world))
    assert await told() == (0, 0, 0)
    ada, bo = await world.member("ada"), await world.member("bo", profile_ring=int(Ring.world))
    await world.post(ada, "for colleagues")
    await world.post(bo, "for the network", ring=Ring.network)
    assert await told() == (1, 0, 0)
    assert await told(ada.token) == (2, 2, 2)


async def test_webfinger_knows_of_whom_one_does_not_see_no_more_than_of_nobody(
    world: World, site: httpx.AsyncClient
) -> None:
    await world.member("hidden")
    await world.member("open", profile_ring=int(Ring.world))
    ada = await world.member("ada")

    async def find(resource: str, token: str | None = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await site.get("/.well-known/webfinger", params={"resource": resource}, headers=headers)

    nobody, hidden = await find("acct:nobody@house.example"), await find("acct:hidden@house.example")
    assert nobody.status_code == hidden.status_code == 404
    assert nobody.content == hidden.content
    token = ada.token
    for resource in (
        "acct:Hidden@HOUSE.example",
        "hidden@house.example",
        f"{HOME}/@hidden",
        f"{HOME}/users/hidden",
    ):
        answer = await find(resource, token)
        assert answer.status_code == 200, resource
        assert answer.headers["content-type"].startswith("application/jrd+json")
        assert answer.json()["subject"] == "acct:hidden@house.example"


@pytest.mark.parametrize(
    "resource",
    [
        "acct:ada@elsewhere.example",
        "https://elsewhere.example/@ada",
        "http://[",
        f"{HOME}/a/b",
        "acct:",
        "@",
        "x",
    ],
)
async def test_webfinger_knows_nobody_elsewhere(site: httpx.AsyncClient, resource: str) -> None:
    answer = await site.get("/.well-known/webfinger", params={"resource": resource})
    assert answer.status_code == 404


async def test_webfinger_without_a_question_is_a_bad_request(site: httpx.AsyncClient) -> None:
    assert (await site.get("/.well-known/webfinger")).status_code == 400
