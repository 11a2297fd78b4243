"""Agents that register themselves, and those that are known by the address of a document."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.agents.connecting import AT, BACK, registered
from tests.agents.letting_in.way_in import ADDRESS, DOCUMENT, change, code_of, consent
from tests.site import HOME, browser, form_of, sign_in
from tests.world import SOME_DAY, Someone, World
from weetwie.domain.identity import agent_rules, agents
from weetwie.domain.identity.agent_rules import ClientDocument
from weetwie.errors import TooMany
from weetwie.http.fetch import Fetched, FetchFailed
from weetwie.runtime import clock


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"redirect_uris": [BACK]}, "invalid_client_metadata"),
        ({"client_name": "x" * 201, "redirect_uris": [BACK]}, "invalid_client_metadata"),
        ({"client_name": "Bad\u202eagent", "redirect_uris": [BACK]}, "invalid_client_metadata"),
        ({"client_name": "An agent"}, "invalid_redirect_uri"),
        (
            {"client_name": "An agent", "redirect_uris": ["http://agents.example/back"]},
            "invalid_redirect_uri",
        ),
        ({"client_name": "An agent", "redirect_uris": ["my.app:/back"]}, "invalid_redirect_uri"),
        ({"client_name": "An agent", "redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        (
            {"client_name": "An agent", "redirect_uris": [f"{BACK}{n}" for n in range(21)]},
            "invalid_redirect_uri",
        ),
        ({"client_name": "An agent", "redirect_uris": "no list"}, "invalid_redirect_uri"),
    ],
    ids=[*"123456789"],
)
async def test_a_registration_that_is_wrong_is_refused_in_the_form_of_oauth(
    world: World, given: dict[str, Any], error: str
) -> None:
    async with browser(world) as site:
        answer = await site.post("/oauth/register", json=given)
    assert answer.status_code == 400
    assert answer.json()["error"] in (error, "invalid_request")


async def test_registrations_are_bounded_and_expire_unless_somebody_lets_the_agent_in(
    world: World, site: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, unused = await registered(world, "Used"), await registered(world, "Unused")
    code = await code_of(site, used.client_id)
    await change(site, used.client_id, code=code)
    monkeypatch.setattr(agents, "MOST_UNUSED", 2)
    await registered(world, "Second")
    with pytest.raises(TooMany):
        await registered(world, "Third")
    clock.stop(SOME_DAY + agents.UNUSED_LASTS + timedelta(seconds=1))
    await agents.sweep(world.db)
    await registered(world, "Third")
    names = await world.connection.fetch("select name from apps where is_agent order by name")
    assert [row["name"] for row in names] == ["Third", "Used"]
    assert unused.client_id


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"[" * 10_000,
        json.dumps(DOCUMENT | {"client_id": "https://agents.example/other.json"}).encode(),
        json.dumps(DOCUMENT | {"client_secret": "x"}).encode(),
        json.dumps(DOCUMENT | {"token_endpoint_auth_method": "private_key_jwt"}).encode(),
        json.dumps(DOCUMENT | {"redirect_uris": []}).encode(),
        json.dumps(DOCUMENT | {"client_name": ["x"]}).encode(),
        json.dumps(DOCUMENT)[:-5].encode(),
    ],
    ids=[*"123456789"],
)
async def test_a_description_that_is_wrong_lets_nobody_in(world: World, ada: Someone, content: bytes) -> None:
    async def fetch(url: str, content_type: str, largest: int) -> Fetched:
        return Fetched(url, "application/json", content[:largest], None)

    async with browser(world, fetch=fetch) as site:
        await sign_in(site, "ada")
        page = await site.get(consent(ADDRESS, redirect_uri="http://localhost:1/callback"))
    assert (
        (page.status_code == 422 and "description" in page.text)
        or "identifies itself" in page.text
        or "app name" in page.text
        or "redirect" in page.text
    )
    assert await world.connection.fetchval("select count(*) from apps where is_agent") == 0


async def test_a_description_that_lies_elsewhere_or_nowhere_lets_nobody_in(
    world: World, ada: Someone
) -> None:
    async def moved(url: str, content_type: str, largest: int) -> Fetched:
        return Fetched("https://elsewhere.example/", "application/json", json.dumps(DOCUMENT).encode(), None)

    async def gone(url: str, content_type: str, largest: int) -> Fetched:
        raise FetchFailed("it answered 404")

    for fetch in (moved, gone):
        async with browser(world, fetch=fetch) as site:
            await sign_in(site, "ada")
            assert (await site.get(consent(ADDRESS))).status_code == 422


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "169.254.169.254", "[::1]"])
async def test_a_description_at_a_private_address_is_never_fetched(
    world: World, site: httpx.AsyncClient, host: str
) -> None:
    page = await site.get(consent(f"https://{host}:8417/agent.json"))
    assert page.status_code == 422 and "ConnectError" in page.text


async def test_nothing_is_fetched_for_strangers(world: World, ada: Someone) -> None:
    async def fetch(url: str, content_type: str, largest: int) -> Fetched:
        raise AssertionError("for nobody")

    async with browser(world, fetch=fetch) as site:
        answer = await site.get(consent(ADDRESS))
        assert answer.status_code == 303 and answer.headers["location"].startswith("/auth/sign_in?next=")


@pytest.mark.parametrize(
    ("client_id", "is_one"),
    [
        (ADDRESS, True),
        ("https://agents.example:8443/a/b.json?x=1", True),
        ("https://agents.example", False),
        ("https://agents.example/", False),
        ("http://agents.example/a", False),
        ("https://user@agents.example/a", False),
        ("https://agents.example/a/../b", False),
        ("https://agents.example/./b", False),
        ("https://agents.example/a#b", False),
        ("https://agents.example:0/a", False),
        ("https://agents.example:x/a", False),
        ("https:///a", False),
        ("https://agents.example/a b", False),
        ("https://agents.example/" + "a" * 500, False),
        ("https://ägents.example/a", False),
        ("an-id", False),
    ],
)
def test_which_ids_are_addresses(client_id: str, is_one: bool) -> None:
    assert agent_rules.is_address(client_id) is is_one


def test_the_address_is_the_same_in_any_case_and_with_a_slash() -> None:
    for same in (AT, f"{AT}/", AT.replace("https://house", "HTTPS://House")):
        assert agent_rules.is_resource(same, AT)
    for other in (f"{AT}#x", f"{AT}?x", f"{HOME}/MCP", f"{HOME}", "http://house.example/mcp", "https://["):
        assert not agent_rules.is_resource(other, AT)


async def test_a_document_is_only_taken_from_the_form_that_stands_on_the_page(
    world: World, site: httpx.AsyncClient
) -> None:
    app = await registered(world)
    forged = await site.post(consent(app.client_id), data={"decision": "allow", "form": "0" * 128})
    assert forged.status_code == 403
    page = await site.get(consent(app.client_id))
    denied = await site.post(consent(app.client_id), data=form_of(page) | {"decision": "deny"})
    assert "error=access_denied" in denied.headers["location"] and "iss=" in denied.headers["location"]
    assert await world.connection.fetchval("select count(*) from grants") == 0


def test_what_others_call_their_scopes_is_passed_over() -> None:
    assert agent_rules.scopes("") == ["read:knowledge"]
    assert agent_rules.scopes("openid read write:questions admin:write") == [
        "read:knowledge",
        "write:questions",
    ]
    told = ClientDocument("x", [])
    assert told.client_uri is None
