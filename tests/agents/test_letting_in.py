"""How an agent is let in, and what ends that: OAuth as the Model Context Protocol has it, point by point."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.agents.connecting import (
    AT,
    BACK,
    Kept,
    Person,
    application,
    http,
    let_in,
    provider,
    registered,
    switch_on,
)
from tests.site import HOME, act, browser, form_of, give_password, send, sign_in
from tests.world import SOME_DAY, Someone, World
from weetwie.access.viewer import system
from weetwie.domain.identity import agent_rules, agent_tokens, agents, tokens
from weetwie.domain.identity.agent_rules import ClientDocument
from weetwie.errors import TooMany
from weetwie.events import PersonErased, PersonLeft, PersonSuspended
from weetwie.http.fetch import Fetched, FetchFailed
from weetwie.runtime import clock

VERIFIER = "a-verifier-of-enough-characters-0123456789-abcdef"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ADDRESS = "https://agents.example/claude.json"
DOCUMENT = {
    "client_id": ADDRESS,
    "client_name": "Known agent",
    "redirect_uris": ["http://localhost/callback", "https://agents.example/back"],
    "token_endpoint_auth_method": "none",
}


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    await switch_on(world)
    yield world
    await world.close()


@pytest.fixture
async def ada(world: World) -> Someone:
    ada = await world.member("ada", name="Ada")
    await give_password(world, ada)
    return ada


@pytest.fixture
async def site(world: World, ada: Someone) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as site:
        await sign_in(site, "ada")
        yield site


def consent(client_id: str, **more: str | None) -> str:
    asked: dict[str, str | None] = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": BACK,
        "scope": "read:knowledge write:questions",
        "state": "a state",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "resource": AT,
    }
    return "/oauth/authorize?" + urlencode({name: one for name, one in (asked | more).items() if one})


async def code_of(site: httpx.AsyncClient, client_id: str, *ticks: str, **more: str | None) -> str:
    answer = await send(site, consent(client_id, **more), decision="allow", **dict.fromkeys(ticks, "on"))
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def change(site: httpx.AsyncClient, client_id: str, **more: str | None) -> httpx.Response:
    given: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "resource": AT,
    }
    return await site.post("/oauth/token", data={name: one for name, one in (given | more).items() if one})


async def refresh(site: httpx.AsyncClient, client_id: str, shown: str, **more: str | None) -> httpx.Response:
    none: dict[str, str | None] = {"redirect_uri": None, "code_verifier": None}
    return await change(
        site, client_id, **(none | {"grant_type": "refresh_token", "refresh_token": shown} | more)
    )


async def asks(site: httpx.AsyncClient, token: str) -> int:
    """What an agent with this token is answered."""
    answer = await site.post("/mcp", json=LIST, headers=HEADERS | {"authorization": f"Bearer {token}"})
    return answer.status_code


FACTS: dict[str, type[PersonLeft | PersonSuspended | PersonErased]] = {
    "leave": PersonLeft,
    "suspend": PersonSuspended,
    "erase": PersonErased,
}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"accept": "application/json, text/event-stream"}


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


async def test_a_token_lasts_a_quarter_of_an_hour_and_is_refreshed(
    world: World, site: httpx.AsyncClient
) -> None:
    app = await registered(world)
    first = (await change(site, app.client_id, code=await code_of(site, app.client_id))).json()
    clock.stop(SOME_DAY + timedelta(minutes=14))
    assert await asks(site, first["access_token"]) == 200
    clock.stop(SOME_DAY + timedelta(minutes=15))
    assert await asks(site, first["access_token"]) == 401
    second = (await refresh(site, app.client_id, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"] and second["scope"] == first["scope"]
    assert await asks(site, second["access_token"]) == 200
    clock.stop(SOME_DAY + timedelta(days=31))
    answer = await refresh(site, app.client_id, second["refresh_token"])
    assert answer.json()["error"] == "invalid_grant", "unused for a month"


async def test_what_refreshes_is_good_once_and_a_second_time_ends_the_connection(
    world: World, site: httpx.AsyncClient
) -> None:
    app = await registered(world)
    first = (await change(site, app.client_id, code=await code_of(site, app.client_id))).json()
    second = (await refresh(site, app.client_id, first["refresh_token"])).json()
    assert (await refresh(site, app.client_id, first["refresh_token"])).json()["error"] == "invalid_grant"
    assert await asks(site, second["access_token"]) == 401
    assert (await refresh(site, app.client_id, second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_what_refreshes_one_agent_is_nothing_to_another(world: World, site: httpx.AsyncClient) -> None:
    app, other = await registered(world), await registered(world, "Another")
    first = (await change(site, app.client_id, code=await code_of(site, app.client_id))).json()
    elsewhere = "https://elsewhere.example/mcp"
    for client_id, resource in ((other.client_id, AT), (app.client_id, elsewhere)):
        answer = await refresh(site, client_id, first["refresh_token"], resource=resource)
        assert answer.status_code == 400
    assert (await refresh(site, app.client_id, first["refresh_token"])).status_code == 200


async def test_a_token_of_an_agent_opens_nothing_else_and_no_other_token_opens_this(
    world: World, site: httpx.AsyncClient, ada: Someone
) -> None:
    token = await let_in(world, ada)
    async with browser(world) as program:
        for at in ("/api/v1/accounts/verify_credentials", "/api/v1/timelines/home", "/api/v1/preferences"):
            answer = await program.get(at, headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == 401, at
        profile = f"/api/v1/accounts/{ada.id}"
        as_nobody = await program.get(profile)
        assert (await program.get(profile, headers={"authorization": f"Bearer {token}"})).status_code in (
            401,
            as_nobody.status_code,
        )
        assert await asks(program, ada.token) == 401
        assert await asks(program, await let_in(world, ada, at="https://elsewhere.example/mcp")) == 401
        assert await asks(program, token) == 200


@pytest.mark.parametrize(
    "end", ["leave", "suspend", "erase", "revoke", "page", "password", "off", "guest"], ids=str
)
async def test_it_ends_in_the_act(world: World, site: httpx.AsyncClient, ada: Someone, end: str) -> None:
    root = await world.member("root", is_admin=True)
    await give_password(world, root)
    who = (
        ada if end != "guest" else await world.guest("gus", sponsor=ada, until=SOME_DAY + timedelta(hours=1))
    )
    app = await registered(world)
    issued = await agent_tokens.begin(world.db, app, who.id, agent_rules.SCOPES, AT)
    assert await asks(site, issued.token) == 200
    async with browser(world) as office:
        await sign_in(office, "root")
        match end:
            case "leave" | "suspend":
                assert (await act(office, f"/admin/people/ada/{end}")).status_code == 303
            case "erase":
                assert (await act(office, "/admin/people/ada/suspend")).status_code == 303
                assert (await act(office, "/admin/people/ada/erase")).status_code == 303
            case "revoke":
                answer = await site.post(
                    "/oauth/revoke", data={"client_id": app.client_id, "token": issued.refresh}
                )
                assert answer.status_code == 200
            case "page":
                assert "Testing agent" in (await site.get("/settings/apps")).text
                assert (await act(site, f"/settings/apps/{app.id}/remove")).status_code == 303
            case "password":
                await tokens.revoke_of(world.db, await world.viewer(ada), ada.id)
            case "off":
                assert (await act(office, "/admin/connections/agents/off")).status_code == 303
            case "guest":
                clock.stop(SOME_DAY + timedelta(hours=1))
    if (kind := FACTS.get(end)) is not None:
        assert await asks(site, issued.token) == 401, "before anything has reacted"
        await tokens.revoke_all(world.db, system(await world.memory.policy(world.db)), [kind(ada.id)])
    if end == "off":
        assert await asks(site, issued.token) == 404
        assert (await refresh(site, app.client_id, issued.refresh)).status_code == 403
        return
    assert await asks(site, issued.token) == 401
    if end == "suspend":
        await world.suspend(ada, is_suspended=False)
        assert await asks(site, issued.token) == 401, "it does not come back"
    if end != "guest":
        assert (await refresh(site, app.client_id, issued.refresh)).json()["error"] == "invalid_grant"


async def test_nothing_of_it_is_there_while_it_is_off(world: World) -> None:
    await world.policy(connections=[])
    async with browser(world) as site:
        for at in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"):
            assert (await site.get(at)).status_code == 404
        assert (await site.post("/oauth/register", json={})).status_code == 404
        assert (await site.post("/mcp", json=LIST)).status_code == 404
        told = (await site.get("/.well-known/oauth-authorization-server")).json()
    assert "registration_endpoint" not in told and "none" not in told["token_endpoint_auth_methods_supported"]


async def test_where_it_is_on_an_agent_is_told_where_to_go(world: World) -> None:
    async with browser(world) as site:
        refused = await site.post("/mcp", json=LIST)
        told = refused.headers["www-authenticate"]
        at = f"{HOME}/.well-known/oauth-protected-resource/mcp"
        assert refused.status_code == 401 and f'resource_metadata="{at}"' in told
        assert 'scope="read:knowledge write:questions"' in told and "error" not in told
        resource = (await site.get(at)).json()
        assert resource["resource"] == AT and resource["authorization_servers"] == [f"{HOME}/"]
        server = (await site.get("/.well-known/oauth-authorization-server")).json()
    assert server["issuer"] == f"{HOME}/" and server["code_challenge_methods_supported"] == ["S256"]
    assert server["client_id_metadata_document_supported"] is True
    assert server["registration_endpoint"] == f"{HOME}/oauth/register"
    assert {"authorization_code", "refresh_token"} <= set(server["grant_types_supported"])


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


async def test_a_connection_that_nobody_refreshed_ends_by_itself(world: World, ada: Someone) -> None:
    token = await let_in(world, ada)
    clock.stop(SOME_DAY + agent_tokens.REFRESH_LASTS + timedelta(minutes=1))
    await agents.sweep(world.db)
    ended = await world.connection.fetchval(
        "select revoked_at from tokens where resource is not null and person_id = $1", ada.id
    )
    assert token and ended is not None


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


async def test_whoever_let_an_agent_in_reads_it_among_their_settings_and_the_audit_trail_has_it(
    world: World, site: httpx.AsyncClient, ada: Someone
) -> None:
    app = await registered(world)
    await code_of(site, app.client_id)
    rows = await world.connection.fetch("select act, ids from audit where subject_id = $1", ada.id)
    assert ("grant", app.id) in {
        (row["act"], json.loads(row["ids"]).get("app_id"))
        if isinstance(row["ids"], str)
        else (row["act"], row["ids"].get("app_id"))
        for row in rows
    }
    assert "An app was allowed to act for you." in (await site.get("/settings/sign-in")).text


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
