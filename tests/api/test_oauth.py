"""Apps and their tokens over HTTP: the list of RFC 9700, point by point, and what the apps there are rely on."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.api.conformance import check_entity
from tests.site import (
    CALLBACK,
    CHALLENGE,
    HOME,
    VERIFIER,
    browser,
    change,
    code_for,
    consent_address,
    give_password,
    register,
    send,
    sign_in,
)
from tests.world import SOME_DAY, World
from weetwie.domain.identity.rules import OUT_OF_BAND
from weetwie.runtime import clock


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    yield world
    await world.close()


@pytest.fixture
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which ada is signed in."""
    ada = await world.member("ada")
    await give_password(world, ada)
    async with browser(world) as site:
        await sign_in(site, "ada")
        yield site


@pytest.fixture
async def app(site: httpx.AsyncClient) -> dict[str, Any]:
    return await register(site)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


async def who(site: httpx.AsyncClient, token: str) -> int:
    answer = await site.get("/api/v1/preferences", headers={"authorization": f"Bearer {token}"})
    return answer.status_code


async def test_an_app_registers_and_the_answer_is_as_documented(site: httpx.AsyncClient) -> None:
    answer = await site.post(
        "/api/v1/apps",
        json={
            "client_name": "toot",
            "redirect_uris": [OUT_OF_BAND, "my.app:/back"],
            "website": "https://toot.example",
        },
    )
    check_entity("CredentialApplication", answer.content)
    assert answer.json()["scopes"] == ["read"]
    assert answer.json()["redirect_uris"] == [OUT_OF_BAND, "my.app:/back"]


@pytest.mark.parametrize(
    "redirect",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://app.example/#fragment",
        "http://app.example/back",
        "https://user@app.example/",
        "https:///nowhere",
        "https://app.example;script-src/x",
        "/relative",
        "",
    ],
)
async def test_an_app_cannot_register_an_address_that_is_dangerous_to_return_to(
    site: httpx.AsyncClient, redirect: str
) -> None:
    answer = await site.post("/api/v1/apps", data={"client_name": "x", "redirect_uris": redirect})
    assert answer.status_code == 422
    assert "redirect_uris" in answer.json()["details"]


async def test_an_app_cannot_register_a_scope_that_there_is_not(site: httpx.AsyncClient) -> None:
    given = {"client_name": "x", "redirect_uris": CALLBACK, "scopes": "read fly"}
    assert (await site.post("/api/v1/apps", data=given)).status_code == 422


async def test_a_code_becomes_a_token_that_acts_for_the_person(
    site: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    answer = await change(site, app, await code_for(site, app))
    check_entity("Token", answer.content)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["scope"] == "read write"
    assert await who(site, answer.json()["access_token"]) == 200


async def test_the_answer_to_the_app_carries_state_and_issuer(
    site: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    answer = await send(site, consent_address(app, state="a&b=c"), decision="allow")
    address = httpx.URL(answer.headers["location"])
    assert str(address).startswith(CALLBACK + "?")
    assert (address.params["state"], address.params["iss"]) == ("a&b=c", HOME + "/")


async def test_a_code_is_good_for_once_and_coming_again_it_takes_back_the_token(
    site: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    code = await code_for(site, app)
    token = (await change(site, app, code)).json()["access_token"]
    assert refusal(await change(site, app, code)) == (400, "invalid_grant")
    assert await who(site, token) == 401


async def test_a_code_expires(site: httpx.AsyncClient, app: dict[str, Any]) -> None:
    code = await code_for(site, app)
    clock.stop(SOME_DAY + timedelta(minutes=5))
    assert refusal(await change(site, app, code)) == (400, "invalid_grant")


async def test_a_code_is_not_good_for_another_app_nor_spoiled_by_it(
    site: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    code = await code_for(site, app)
    assert refusal(await change(site, await register(site), code)) == (400, "invalid_grant")
    assert (await change(site, app, code)).status_code == 200


async def test_a_code_is_not_good_with_another_address_even_a_registered_one(site: httpx.AsyncClient) -> None:
    app = await register(site, redirect_uris=f"{CALLBACK}\nhttps://app.example/other")
    code = await code_for(site, app)
    answer = await change(site, app, code, redirect_uri="https://app.example/other")
    assert refusal(answer) == (400, "invalid_grant")


@pytest.mark.parametrize("verifier", [None, "", VERIFIER[:-1] + "x", CHALLENGE, "short"])
async def test_what_was_begun_with_a_challenge_needs_its_verifier(
    site: httpx.AsyncClient, app: dict[str, Any], verifier: str | None
) -> None:
    code = await code_for(site, app, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert refusal(await change(site, app, code, code_verifier=verifier)) == (400, "invalid_grant")
    assert (await change(site, app, code, code_verifier=VERIFIER)).status_code == 200


async def test_a_verifier_without_a_challenge_is_refused_so_that_nobody_can_strip_it(
    site: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    code = await code_for(site, app)
    assert refusal(await change(site, app, code, code_verifier=VERIFIER)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "challenge",
    [
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"code_challenge": CHALLENGE},
        {"code_challenge_method": "S256"},
        {"code_challenge": "", "code_challenge_method": "S256"},
        {"code_challenge": "too short", "code_challenge_method": "S256"},
    ],
)
async def test_only_s256_begins_a_sign_in_with_a_challenge(
    site: httpx.AsyncClient, app: dict[str, Any], challenge: dict[str, str | None]
) -> None:
    answer = await site.get(consent_address(app, **challenge))
    assert answer.status_code == 422
    assert "location" not in answer.headers


async def test_the_secret_may_come_in_the_header(site: httpx.AsyncClient, app: dict[str, Any]) -> None:
    code = await code_for(site, app)
    basic = base64.b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
    given = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code}
    answer = await site.post("/oauth/token", data=given, headers={"authorization": f"Basic {basic}"})
    assert answer.status_code == 200


async def test_the_secret_in_two_places_is_refused(site: httpx.AsyncClient, app: dict[str, Any]) -> None:
    basic = base64.b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
    given = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }
    answer = await site.post("/oauth/token", data=given, headers={"authorization": f"Basic {basic}"})
    assert refusal(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    "wrong",
    [{"client_secret": "wrong"}, {"client_secret": None}, {"client_id": "nobody"}, {"client_id": None}],
)
async def test_an_app_that_does_not_know_its_secret_gets_nothing(
    site: httpx.AsyncClient, app: dict[str, Any], wrong: dict[str, str | None]
) -> None:
    answer = await change(site, app, await code_for(site, app), **wrong)
    assert refusal(answer) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("header", ["Basic ???", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Basic"])
async def test_a_broken_basic_header_is_an_unknown_app(site: httpx.AsyncClient, header: str) -> None:
    given = {"grant_type": "client_credentials"}
    answer = await site.post("/oauth/token", data=given, headers={"authorization": header})
    assert refusal(answer) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": ""}, "invalid_request"),
        ({"grant_type": "authorization_code", "redirect_uri": ""}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "admin:read"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "fly"}, "invalid_scope"),
        ({"grant_type[]": "x"}, "invalid_request"),
    ],
)
async def test_refusals_bear_the_codes_of_the_standard(
    site: httpx.AsyncClient, app: dict[str, Any], given: dict[str, str], error: str
) -> None:
    shown = {
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "code": "x",
        "redirect_uri": CALLBACK,
    }
    assert refusal(await site.post("/oauth/token", data=shown | given)) == (400, error)


async def test_an_app_alone_gets_a_token_that_is_no_person(
    site: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    answer = await change(site, app, "", grant_type="client_credentials", scope="read")
    token = answer.json()["access_token"]
    assert await who(site, token) == 403
    mine = await site.get("/api/v1/apps/verify_credentials", headers={"authorization": f"Bearer {token}"})
    check_entity("Application", mine.content)


@pytest.mark.parametrize(
    "asked",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": CALLBACK + "/more"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": None},
        {"client_id": "nobody"},
        {"scope": "admin:write"},
        {"scope": "fly"},
        {"response_type": "token"},
        {"response_mode": "form_post"},
    ],
)
async def test_what_is_wrong_is_told_on_a_page_and_never_by_sending_the_browser_on(
    site: httpx.AsyncClient, app: dict[str, Any], asked: dict[str, str | None]
) -> None:
    for answer in (
        await site.get(consent_address(app, **asked)),
        await site.post(consent_address(app, **asked), data={"decision": "allow"}),
    ):
        assert answer.status_code == 422
        assert "location" not in answer.headers


async def test_the_same_parameter_twice_is_refused(site: httpx.AsyncClient, app: dict[str, Any]) -> None:
    answer = await site.get(consent_address(app) + "&redirect_uri=https://evil.example/")
    assert answer.status_code == 422


async def test_whoever_refuses_sends_the_app_a_no_and_no_code(
    site: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    answer = await send(site, consent_address(app), decision="deny")
    address = httpx.URL(answer.headers["location"])
    assert address.params["error"] == "access_denied"
    assert "code" not in address.params


async def test_an_app_that_cannot_be_called_back_has_the_code_shown(site: httpx.AsyncClient) -> None:
    app = await register(site, redirect_uris=OUT_OF_BAND)
    page = await send(site, consent_address(app, redirect_uri=OUT_OF_BAND), decision="allow")
    assert page.status_code == 200
    code = page.text.partition('aria-describedby="what">')[2].partition("<")[0]
    assert (await change(site, app, code, redirect_uri=OUT_OF_BAND)).status_code == 200


async def test_a_token_is_given_back_by_its_app_alone(site: httpx.AsyncClient, app: dict[str, Any]) -> None:
    token = (await change(site, app, await code_for(site, app))).json()["access_token"]
    other = await register(site)

    async def give_back(one: dict[str, Any], token: str) -> httpx.Response:
        given = {"client_id": one["client_id"], "client_secret": one["client_secret"], "token": token}
        return await site.post("/oauth/revoke", data=given)

    assert refusal(await give_back(other, token)) == (403, "unauthorized_client")
    assert await who(site, token) == 200
    for again in (token, token, "never was one"):
        answer = await give_back(app, again)
        assert (answer.status_code, answer.json()) == (200, {})
    assert await who(site, token) == 401
    assert refusal(await give_back(app | {"client_secret": "wrong"}, token)) == (401, "invalid_client")


async def test_the_metadata_promises_what_is_kept(site: httpx.AsyncClient) -> None:
    told = (await site.get("/.well-known/oauth-authorization-server")).json()
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["issuer"] == HOME + "/"
    assert {"read", "write", "follow", "push", "profile", "read:statuses", "admin:read"} <= set(
        told["scopes_supported"]
    )


async def test_userinfo_says_who_signed_in(site: httpx.AsyncClient) -> None:
    app = await register(site, scopes="profile")
    token = (await change(site, app, await code_for(site, app, scope="profile"))).json()["access_token"]
    told = (await site.get("/oauth/userinfo", headers={"authorization": f"Bearer {token}"})).json()
    assert told["preferred_username"] == "ada"
    assert told["iss"] == HOME + "/"
    assert await who(site, token) == 403


async def test_nobody_gets_a_code_who_may_no_longer_act(
    world: World, site: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    page = await site.get(consent_address(app))
    assert page.status_code == 200
    await world.connection.execute(
        "update people set is_dormant = true, version = version + 1 where handle = 'ada'"
    )
    answer = await site.get(consent_address(app))
    assert answer.headers["location"].startswith("/auth/sign_in?")
