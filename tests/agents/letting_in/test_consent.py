"""How an agent is let in: it finds its way, its person says yes, a code becomes a token."""

import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.agents.connecting import AT, BACK, Kept, Person, application, http, provider, registered
from tests.agents.letting_in.way_in import ADDRESS, DOCUMENT, VERIFIER, asks, change, code_of, consent
from tests.site import HOME, browser, sign_in
from tests.world import Someone, World
from weetwie.http.fetch import Fetched


async def test_an_agent_finds_its_way_in_by_itself_and_the_person_says_yes(
    world: World, site: httpx.AsyncClient
) -> None:
    person, kept = Person(site), Kept()
    async with (
        http(application(world), auth=provider(person, kept)) as client,
        Client(streamable_http_client(AT, http_client=client)) as agent,
    ):
        tools = [tool.name for tool in (await agent.list_tools()).tools]
    assert "who_knows" in tools and "ask" in tools
    assert kept.client is not None and kept.client.token_endpoint_auth_method == "none"
    assert kept.tokens is not None and kept.tokens.expires_in == 900 and kept.tokens.refresh_token
    assert kept.tokens.scope == "read:knowledge write:questions"
    (asked,) = person.seen
    assert parse_qs(urlsplit(asked).query)["resource"] == [AT]


async def test_an_agent_that_is_known_by_its_address_is_let_in_without_registering(
    world: World, ada: Someone
) -> None:
    fetched = []

    async def fetch(url: str, content_type: str, largest: int) -> Fetched:
        fetched.append(url)
        return Fetched(
            url, "application/json", json.dumps(DOCUMENT | {"redirect_uris": [BACK]}).encode(), None
        )

    async with browser(world, fetch=fetch) as site:
        await sign_in(site, "ada")
        person, kept = Person(site), Kept()
        way = provider(person, kept, client_metadata_url=ADDRESS)
        async with (
            http(application(world), auth=way) as client,
            Client(streamable_http_client(AT, http_client=client)) as agent,
        ):
            assert (await agent.list_tools()).tools
        assert parse_qs(urlsplit(person.seen[0]).query)["client_id"] == [ADDRESS]
        page = await site.get(consent(ADDRESS))
    assert fetched == [ADDRESS], "it is not fetched for every look"
    assert "Known agent wants to ask for you" in page.text and "agents.example" in page.text


async def test_the_page_says_what_an_agent_sees_and_the_person_leaves_out_what_they_like(
    world: World, site: httpx.AsyncClient
) -> None:
    app = await registered(world)
    page = await site.get(consent(app.client_id))
    assert "including those only for colleagues" in page.text and "nobody has checked it" in page.text
    assert 'name="may_ask" checked' in page.text and 'name="reads_private">' in page.text
    for ticks, scope in (
        ((), "read:knowledge"),
        (("may_ask",), "read:knowledge write:questions"),
        (("reads_private",), "read:knowledge read:private"),
    ):
        code = await code_of(site, app.client_id, *ticks)
        assert (await change(site, app.client_id, code=code)).json()["scope"] == scope


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        {"resource": "https://elsewhere.example/mcp"},
        {"resource": f"{HOME}/api"},
        {"redirect_uri": "http://127.0.0.1:8765/elsewhere"},
        {"redirect_uri": "https://elsewhere.example/back"},
        {"response_type": "token"},
    ],
    ids=str,
)
async def test_a_request_that_is_wrong_leads_nowhere(
    world: World, site: httpx.AsyncClient, wrong: dict[str, str | None]
) -> None:
    app = await registered(world)
    page = await site.get(consent(app.client_id, **wrong))
    assert page.status_code == 422 and "location" not in page.headers


async def test_on_the_persons_own_computer_the_port_may_be_another(
    world: World, site: httpx.AsyncClient
) -> None:
    app = await registered(world)
    elsewhere = BACK.replace("8765", "50123")
    code = await code_of(site, app.client_id, redirect_uri=elsewhere)
    assert (await change(site, app.client_id, code=code)).json()["error"] == "invalid_grant"
    code = await code_of(site, app.client_id, redirect_uri=elsewhere)
    assert (await change(site, app.client_id, code=code, redirect_uri=elsewhere)).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_verifier": "another-verifier-of-enough-characters-0123456789"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"resource": "https://elsewhere.example/mcp"}, "invalid_target"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"client_secret": "a secret"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
    ids=str,
)
async def test_a_code_is_changed_by_whoever_asked_for_it_alone(
    world: World, site: httpx.AsyncClient, wrong: dict[str, str | None], error: str
) -> None:
    app = await registered(world)
    code = await code_of(site, app.client_id)
    answer = await change(site, app.client_id, code=code, **wrong)
    assert (answer.status_code // 100, answer.json()["error"]) == (4, error)


async def test_a_code_that_comes_twice_ends_what_it_led_to(world: World, site: httpx.AsyncClient) -> None:
    app = await registered(world)
    code = await code_of(site, app.client_id)
    token = (await change(site, app.client_id, code=code)).json()["access_token"]
    assert await asks(site, token) == 200
    assert (await change(site, app.client_id, code=code)).json()["error"] == "invalid_grant"
    assert await asks(site, token) == 401
