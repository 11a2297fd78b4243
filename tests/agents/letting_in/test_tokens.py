"""How long an agent is let in, and what ends that."""

import json
from datetime import timedelta

import httpx
import pytest

from tests.agents.connecting import AT, let_in, registered
from tests.agents.letting_in.way_in import FACTS, LIST, asks, change, code_of, refresh
from tests.site import HOME, act, browser, give_password, sign_in
from tests.world import SOME_DAY, Someone, World
from weetwie.access.viewer import system
from weetwie.domain.identity import agent_rules, agent_tokens, agents, tokens
from weetwie.runtime import clock


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


async def test_a_connection_that_nobody_refreshed_ends_by_itself(world: World, ada: Someone) -> None:
    token = await let_in(world, ada)
    clock.stop(SOME_DAY + agent_tokens.REFRESH_LASTS + timedelta(minutes=1))
    await agents.sweep(world.db)
    ended = await world.connection.fetchval(
        "select revoked_at from tokens where resource is not null and person_id = $1", ada.id
    )
    assert token and ended is not None


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
