"""Signing in on pages, without a script: forms that come from elsewhere, links that lead astray, guessing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest

from tests.site import (
    CALLBACK,
    PASSWORD,
    Choices,
    browser,
    consent_address,
    form_of,
    give_password,
    register,
    send,
    sign_in,
    text_of,
)
from tests.world import SOME_DAY, World
from weetwie.domain.identity import addresses, links
from weetwie.runtime import clock


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    ada = await world.member("ada")
    await give_password(world, ada)
    await addresses.add(world.db, ada.id, "Ada@House.example", is_verified=True)
    yield world
    await world.close()


@pytest.fixture
async def site(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as site:
        yield site


async def is_signed_in(site: httpx.AsyncClient) -> bool:
    return "@ada" in (await site.get("/")).text


@pytest.mark.parametrize(
    "name",
    [
        "ada",
        "@ADA",
        " ada@house.EXAMPLE ",
        "\u200bada",
        "a\u00adda\u00a0",
        "\ufeff@ada",
        "mailto:ada@house.example",
        "Ada <ada@house.example>",
    ],
)
async def test_one_signs_in_with_handle_or_address(site: httpx.AsyncClient, name: str) -> None:
    answer = await sign_in(site, name)
    assert (answer.status_code, answer.headers["location"]) == (303, "/begin")
    assert await is_signed_in(site)


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong"), ("nobody", PASSWORD), ("ada", ""), ("", ""), ("a\x00", "\x00")]
)
async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    site: httpx.AsyncClient, name: str, password: str
) -> None:
    answer = await sign_in(site, name, password)
    assert answer.status_code == 422
    assert "Username or password is wrong" in answer.text
    assert not await is_signed_in(site)


async def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_open_wires(
    site: httpx.AsyncClient,
) -> None:
    answer = await sign_in(site, "ada")
    cookie = next(one for one in answer.headers.get_list("set-cookie") if "session=" in one)
    assert cookie.startswith("__Host-weetwie-session=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


async def test_on_a_plain_installation_the_cookie_works_without_tls(world: World) -> None:
    async with browser(world, Choices(base_url="http://127.0.0.1:3000")) as site:
        await sign_in(site, "ada")
        assert await is_signed_in(site)


async def test_a_sign_in_begins_a_new_session_and_ends_the_old_one(site: httpx.AsyncClient) -> None:
    await sign_in(site, "ada")
    before = site.cookies["__Host-weetwie-session"]
    await sign_in(site, "ada")
    assert site.cookies["__Host-weetwie-session"] != before
    site.cookies.clear()
    site.cookies.set("__Host-weetwie-session", before)
    assert not await is_signed_in(site)


@pytest.mark.parametrize("address", ["/auth/sign_in", "/auth/sign_out", "consent"])
async def test_a_form_without_the_proof_of_this_browser_changes_nothing(
    world: World, site: httpx.AsyncClient, address: str
) -> None:
    if address == "consent":
        address = consent_address(await register(site))
    if address != "/auth/sign_in":
        await sign_in(site, "ada")
    async with browser(world) as other:
        foreign = form_of(await other.get("/auth/sign_in"))
    fields = {"name": "ada", "password": PASSWORD, "decision": "allow"}
    for proof in ({}, {"form": ""}, {"form": "0" * 64}, foreign):
        answer = await site.post(address, data=fields | proof)
        assert answer.status_code == 403
        assert "location" not in answer.headers
    assert await is_signed_in(site) == (address != "/auth/sign_in")


async def test_a_form_that_the_browser_says_comes_from_another_site_is_refused(
    site: httpx.AsyncClient,
) -> None:
    proof = form_of(await site.get("/auth/sign_in"))
    answer = await site.post(
        "/auth/sign_in",
        data=proof | {"name": "ada", "password": PASSWORD},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "astray",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
        "/" + "x" * 5000,
    ],
)
async def test_no_link_leads_astray_through_the_sign_in(site: httpx.AsyncClient, astray: str) -> None:
    answer = await sign_in(site, "ada", go_on=astray)
    assert answer.headers["location"] == "/begin", "their first steps"


async def test_whoever_is_not_signed_in_comes_back_to_the_app_after_signing_in(
    site: httpx.AsyncClient,
) -> None:
    address = consent_address(await register(site), force_login="true")
    to_sign_in = (await site.get(address)).headers["location"]
    answer = await send(site, to_sign_in, name="ada", password=PASSWORD)
    page = await site.get(answer.headers["location"])
    assert page.status_code == 200
    assert "An app wants access" in text_of(page)
    assert (await site.get(address)).headers["location"] == to_sign_in, "force_login asks again"


async def test_the_consent_page_may_send_its_form_on_to_the_app_and_nowhere_else(
    site: httpx.AsyncClient,
) -> None:
    await sign_in(site, "ada")
    page = await site.get(consent_address(await register(site)))
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://app.example" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy and "unsafe" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert CALLBACK not in page.text


async def test_what_an_app_calls_itself_is_text_and_nothing_else(site: httpx.AsyncClient) -> None:
    await sign_in(site, "ada")
    app = await register(site, client_name="<script>alert(1)</script>{handle}")
    page = await site.get(consent_address(app))
    assert "<script>" not in page.text
    assert "{handle}" in page.text


async def test_guessing_is_slowed_down_and_ends_by_itself(site: httpx.AsyncClient) -> None:
    for _try in range(5):
        assert (await sign_in(site, "ada", "wrong")).status_code == 422
    refused = await sign_in(site, "ada")
    assert refused.status_code == 429
    clock.stop(SOME_DAY + timedelta(seconds=int(refused.headers["retry-after"])))
    assert (await sign_in(site, "ada")).status_code == 303


async def test_an_unknown_name_is_slowed_down_alike(site: httpx.AsyncClient) -> None:
    statuses = [(await sign_in(site, "nobody", "wrong")).status_code for _try in range(6)]
    assert statuses == [422] * 5 + [429]


async def test_guessing_from_one_place_does_not_keep_the_owner_out_at_another(
    world: World, site: httpx.AsyncClient
) -> None:
    for _try in range(8):
        await sign_in(site, "ada", "wrong")
    async with browser(world, Choices(trusted_proxies=["192.0.2.0/24"])) as elsewhere:
        elsewhere.headers["x-forwarded-for"] = "203.0.113.5"
        assert (await sign_in(elsewhere, "ada")).status_code == 303


@pytest.mark.parametrize("change", ["is_dormant = true", "suspended_at = now()", "erased_at = now()"])
async def test_whoever_may_not_act_does_not_come_in_and_is_out_at_once(
    world: World, site: httpx.AsyncClient, change: str
) -> None:
    await sign_in(site, "ada")
    await world.connection.execute(f"update people set {change}, version = version + 1 where handle = 'ada'")
    assert not await is_signed_in(site)
    answer = await sign_in(site, "ada")
    assert answer.status_code == 422
    assert "active right now" in answer.text


async def test_signing_out_ends_the_session_for_good(site: httpx.AsyncClient) -> None:
    await sign_in(site, "ada")
    session = site.cookies["__Host-weetwie-session"]
    await send(site, "/auth/sign_out")
    site.cookies.set("__Host-weetwie-session", session)
    assert not await is_signed_in(site)


async def test_the_first_link_makes_an_administrator_once(world: World, site: httpx.AsyncClient) -> None:
    address = f"/welcome/{await links.make(world.db, 'first-admin')}"
    wrong = await send(site, address, handle="a b", name="Bo", address="bo@house.example", password=PASSWORD)
    assert wrong.status_code == 422
    assert 'aria-describedby="handle-wrong' in wrong.text
    short = await send(site, address, handle="bo", name="Bo", address="bo@house.example", password="short")
    assert 'aria-describedby="password-wrong' in short.text
    page = await site.get(address)
    fields = form_of(page) | {
        "handle": "bo",
        "name": "Bo",
        "address": "bo@house.example",
        "password": PASSWORD,
    }
    assert (await site.post(address, data=fields)).status_code == 303
    assert "@bo" in (await site.get("/")).text
    assert await world.connection.fetchval("select is_admin from people where handle = 'bo'")
    assert (await site.get(address)).status_code == 404


async def test_a_link_sets_a_password_once_and_ends_all_sessions(
    world: World, site: httpx.AsyncClient
) -> None:
    await sign_in(site, "ada")
    person_id = await world.connection.fetchval("select id from people where handle = 'ada'")
    address = f"/auth/password/{await links.make(world.db, 'set-password', person_id)}"
    async with browser(world) as other:
        assert (await send(other, address, password="another long one")).status_code == 303
        assert (await other.get(address)).status_code == 404
        assert (await sign_in(other, "ada", "another long one")).headers["location"] == "/begin"
    assert not await is_signed_in(site)


async def test_a_new_password_shuts_out_every_app(world: World, site: httpx.AsyncClient) -> None:
    person_id = await world.connection.fetchval("select id from people where handle = 'ada'")
    address = f"/auth/password/{await links.make(world.db, 'set-password', person_id)}"
    assert (await send(site, address, password="another long one")).status_code == 303
    assert await world.connection.fetchval("select count(*) from tokens where revoked_at is null") == 0
    assert await world.connection.fetchval("select count(*) from events where kind = 'TokenRevoked'") == 1


@pytest.mark.parametrize(
    "path", ["/welcome/x", "/auth/password/x", "/nothing", "/static/nothing.css", "/welcome/%00%ff"]
)
async def test_an_address_that_leads_nowhere_says_so_on_a_page(site: httpx.AsyncClient, path: str) -> None:
    answer = await site.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_page_speaks_the_language_that_is_asked_for(site: httpx.AsyncClient) -> None:
    dutch = await site.get("/auth/sign_in?lang=nl", headers={"accept-language": "de"})
    assert '<html lang="nl">' in dutch.text
    assert "Wachtwoord" in dutch.text
    german = await site.get("/auth/sign_in", headers={"accept-language": "fr, de-AT;q=0.8, en;q=0.5"})
    assert "Passwort" in german.text
    refused = await site.get("/api/v1/preferences", headers={"accept-language": "nl"})
    assert refused.json()["error"] != "This needs a valid access token."


async def test_the_consent_page_keeps_its_language_through_the_sign_in(site: httpx.AsyncClient) -> None:
    address = consent_address(await register(site), lang="de")
    answer = await site.get(address)
    assert urlencode({"lang": "de"}) in answer.headers["location"]


async def test_files_of_pages_are_kept_for_good_under_their_hash(site: httpx.AsyncClient) -> None:
    page = (await site.get("/")).text
    style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = await site.get(style)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in (await site.get("/static/organisation.png")).headers["cache-control"]


async def test_a_form_that_is_too_long_is_not_read(site: httpx.AsyncClient) -> None:
    answer = await site.post("/auth/sign_in", content=b"x" * 100_000)
    assert answer.status_code == 413


async def test_administration_asks_once_an_hour_who_one_is(site: httpx.AsyncClient, world: World) -> None:
    chief = await world.member("chief", is_admin=True)
    await give_password(world, chief)
    await sign_in(site, "chief")
    assert (await site.get("/admin/policy")).status_code == 200
    await world.connection.execute("update sessions set proved_at = proved_at - interval '70 minutes'")
    sent_on = await site.get("/admin/people?q=ada")
    assert sent_on.headers["location"] == "/auth/sign_in?again=1&next=/admin/people%3Fq%3Dada"
    asked = await site.get(sent_on.headers["location"])
    assert "Confirm that it" in asked.text and 'value="chief"' in asked.text
    assert (await site.get("/")).status_code == 200, "only administration asks"
    given = form_of(asked) | {"text": "Tea at four", "ring": "0"}
    assert (await site.post("/admin/announcements", data=given)).status_code == 303, "opened in time"
    await world.connection.execute("update sessions set proved_at = proved_at - interval '60 minutes'")
    assert (await site.post("/admin/announcements", data=given)).status_code == 403
    back = await send(site, sent_on.headers["location"], name="chief", password=PASSWORD)
    assert back.headers["location"] == "/admin/people?q=ada"
    assert (await site.get("/admin/people")).status_code == 200
