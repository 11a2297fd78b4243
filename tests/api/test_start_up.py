"""What an app does from the first address to the first page, step by step."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api.conformance import check_entity
from tests.api.house import House, opened
from tests.site import CHALLENGE, HOME, VERIFIER, change, code_for, give_password, register, sign_in

ELSEWHERE = {"origin": "https://app.example"}
FIRST_PAGE = {
    "/api/v1/timelines/home": "Status[]",
    "/api/v1/notifications": "Notification[]",
    "/api/v1/lists": "List[]",
    "/api/v1/followed_tags": "Tag[]",
    "/api/v2/filters": "Filter[]",
    "/api/v1/custom_emojis": "CustomEmoji[]",
    "/api/v1/preferences": "Preferences",
    "/api/v1/markers": "",
    "/api/v1/announcements": "Announcement[]",
}


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        ada = await house.world.member("ada")
        await give_password(house.world, ada)
        yield house


async def test_one_the_instance_says_what_it_is_to_anybody_and_from_anywhere(house: House) -> None:
    for version, entity in ((2, "Instance"), (1, "V1Instance")):
        answer = await house.site.get(f"/api/v{version}/instance", headers=ELSEWHERE)
        assert answer.headers["access-control-allow-origin"] == "*"
        check_entity(entity, answer.content)
        assert all(part.isdigit() for part in answer.json()["version"].split(" ")[0].split("."))
    assert (await house.site.get("/api/v2/instance")).json()["api_versions"]["mastodon"] == 10


async def test_two_nodeinfo_leads_to_its_document(house: House) -> None:
    links = (await house.site.get("/.well-known/nodeinfo", headers=ELSEWHERE)).json()["links"]
    for link in links:
        told = (await house.site.get(urlsplit(link["href"]).path)).json()
        assert told["software"]["name"] == "weetwie"
        assert link["rel"].endswith(told["version"])


async def test_three_the_metadata_names_what_the_next_steps_use(house: House) -> None:
    told = (await house.site.get("/.well-known/oauth-authorization-server", headers=ELSEWHERE)).json()
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["app_registration_endpoint"] == HOME + "/api/v1/apps"
    assert told["authorization_endpoint"] == HOME + "/oauth/authorize"
    assert told["token_endpoint"] == HOME + "/oauth/token"
    assert {"read", "write", "follow", "push"} <= set(told["scopes_supported"])


async def test_four_to_eight_an_app_registers_signs_in_and_reads_its_first_page(house: House) -> None:
    site = house.site
    app = await register(site)
    assert {"client_id", "client_secret", "redirect_uris", "name"} <= set(app)
    await sign_in(site, "ada")
    code = await code_for(site, app, code_challenge=CHALLENGE, code_challenge_method="S256")
    token = (await change(site, app, code, code_verifier=VERIFIER)).json()
    check_entity("Token", token)
    bearer = {"authorization": f"Bearer {token['access_token']}"} | ELSEWHERE
    own = await site.get("/api/v1/accounts/verify_credentials", headers=bearer)
    check_entity("CredentialAccount", own.content)
    assert own.json()["username"] == "ada"
    assert own.json()["source"]["privacy"] == "public"
    for at, entity in FIRST_PAGE.items():
        answer = await site.get(at, headers=bearer)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*"), at
        if entity:
            check_entity(entity, answer.content)


async def test_a_browser_may_ask_beforehand(house: House) -> None:
    wanted = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    for at in ("/api/v1/apps", "/oauth/token", "/api/v1/statuses", "/api/v1/accounts/1"):
        answer = await house.site.options(at, headers=ELSEWHERE | wanted)
        assert answer.is_success
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "authorization" in answer.headers["access-control-allow-headers"].lower()


async def test_without_a_token_the_first_page_is_refused_with_401(house: House) -> None:
    for at in set(FIRST_PAGE) - {"/api/v1/custom_emojis"}:
        answer: Any = await house.site.get(at)
        assert answer.status_code == 401, at
        check_entity("Error", answer.content)
