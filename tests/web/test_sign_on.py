"""Signing in with a provider: who it is, what is believed, and what is said when something is wrong."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import oidc_provider_mock
import pytest

from tests import provider as providers
from tests.api.conformance import Conforming
from tests.provider import CLIENT, SECRET
from tests.site import (
    PASSWORD,
    Choices,
    act,
    browser,
    consent_address,
    form_of,
    register,
    send,
    sign_in,
    text_of,
)
from tests.world import World
from weetwie.access.viewer import system
from weetwie.app import build
from weetwie.domain.identity import addresses, links
from weetwie.domain.policy.choose import choose
from weetwie.errors import NotFound
from weetwie.runtime import shared_fetch
from weetwie.security import oidc
from weetwie.settings import Provider


@pytest.fixture
def idp() -> Iterator[providers.Provider]:
    with providers.provider() as idp:
        idp.claims = {
            "sub": "s-1",
            "name": "Bo Berg",
            "preferred_username": "Bo.Berg@house.example",
            "email": "bo@house.example",
            "email_verified": True,
        }
        yield idp


def told(idp: providers.Provider, **more: Any) -> Provider:
    given = {
        "key": "house",
        "name": "House",
        "issuer": idp.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
    }
    return Provider(**{**given, **more})


def open_site(world: World, *sso: Provider) -> httpx.AsyncClient:
    application = build(Choices(), world.database, replace(world.site, sso=sso))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=Conforming(transport), base_url="https://house.example")


@pytest.fixture
async def site(world: World, ada: Any, idp: providers.Provider) -> AsyncIterator[httpx.AsyncClient]:
    async with open_site(world, told(idp)) as site:
        yield site


async def come(site: httpx.AsyncClient, idp: providers.Provider, go_on: str = "/") -> httpx.Response:
    """From the sign-in page to the provider and back."""
    there = await site.get(f"/auth/sso/house?{urlencode({'next': go_on})}")
    assert there.status_code == 303, there.text
    return await site.get(idp.lets_in(there.headers["location"]))


async def choose_policy(world: World, **changes: Any) -> None:
    await choose(world.db, system(await world.memory.policy(world.db)), changes)


async def handle_of(site: httpx.AsyncClient) -> str:
    answer = await site.get("/settings")
    return (
        ""
        if answer.status_code != 200
        else answer.text.split('id="your-menu"')[1].split('href="/@')[1].split('"')[0]
    )


async def test_somebody_new_comes_in_and_is_known_the_next_time(
    site: httpx.AsyncClient, idp: providers.Provider, world: World
) -> None:
    page = await site.get("/auth/sign_in?next=/people")
    assert '/auth/sso/house?next=%2Fpeople"' in page.text
    answer = await come(site, idp, "/people")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert await handle_of(site) == "bo_berg"
    idp.claims |= {"email": "other@house.example", "preferred_username": "ada", "name": "Ada"}
    async with open_site(world, told(idp)) as again:
        await come(again, idp)
        assert await handle_of(again) == "bo_berg"


async def test_an_app_is_signed_in_to_through_the_provider(
    site: httpx.AsyncClient, idp: providers.Provider
) -> None:
    consent = consent_address(await register(site))
    to_sign_in = await site.get(consent)
    page = await site.get(to_sign_in.headers["location"])
    way = page.text.split('href="/auth/sso/house')[1].split('"')[0].replace("&amp;", "&")
    there = await site.get(f"/auth/sso/house{way}")
    back = await site.get(idp.lets_in(there.headers["location"]))
    assert back.headers["location"] == consent
    assert (await send(site, consent, decision="allow")).status_code == 303


async def test_a_namesake_gets_a_handle_of_their_own(
    site: httpx.AsyncClient, idp: providers.Provider
) -> None:
    idp.claims["preferred_username"] = "ada"
    await come(site, idp)
    assert await handle_of(site) == "ada2"


async def test_an_address_that_nobody_verified_leads_to_nobodys_account(
    site: httpx.AsyncClient, idp: providers.Provider, world: World, ada: Any
) -> None:
    await addresses.add(world.db, ada.id, "bo@house.example", is_verified=True)
    idp.claims["email_verified"] = False
    await come(site, idp)
    assert await handle_of(site) == "bo_berg"
    assert await addresses.owner(world.db, "bo@house.example") == ada.id


async def test_a_verified_address_of_somebody_here_is_connected_by_them_alone(
    site: httpx.AsyncClient, idp: providers.Provider, world: World, ada: Any
) -> None:
    await addresses.add(world.db, ada.id, "bo@house.example", is_verified=True)
    refused = await come(site, idp)
    assert "connect it with House under Settings" in text_of(refused)
    assert await handle_of(site) == ""
    await sign_in(site, "ada")
    page = await act(site, "/auth/sso/house")
    way = page.text.split('<a class="b" href="')[1].split('"')[0].replace("&amp;", "&")
    assert (await site.get(idp.lets_in(way))).headers["location"].startswith("/settings/sign-in")
    async with open_site(world, told(idp)) as other:
        await come(other, idp)
        assert await handle_of(other) == "ada"


async def test_the_organisation_may_vouch_for_addresses(
    world: World, ada: Any, idp: providers.Provider
) -> None:
    await addresses.add(world.db, ada.id, "bo@house.example", is_verified=True)
    async with open_site(world, told(idp, connects_by_email=True)) as site:
        await come(site, idp)
        assert await handle_of(site) == "ada"


async def test_groups_let_in_and_make_administrators(world: World, ada: Any, idp: providers.Provider) -> None:
    mine = told(
        idp, groups_claim="realm.roles", allowed_groups=("staff",), admin_groups=("chiefs",), unit_claim="dep"
    )
    idp.claims |= {"realm": {"roles": ["visitors"]}, "dep": "Pumps"}
    async with open_site(world, mine) as site:
        assert "isn't in a group that can log in" in text_of(await come(site, idp))
        idp.claims["realm"] = {"roles": ["staff", "chiefs"]}
        await come(site, idp)
        row = await world.connection.fetchrow("select is_admin, unit from people where handle = 'bo_berg'")
        assert (row["is_admin"], row["unit"]) == (True, "Pumps")
        idp.claims["realm"] = {"roles": ["staff"]}
        await come(site, idp)
        assert not await world.connection.fetchval("select is_admin from people where handle = 'bo_berg'")


async def test_an_old_sign_in_at_the_provider_is_no_proof_for_administration(
    world: World, ada: Any, idp: providers.Provider
) -> None:
    idp.claims |= {"groups": ["chiefs"], "auth_time": int(time.time()) - 7200}
    async with open_site(world, told(idp, groups_claim="groups", admin_groups=("chiefs",))) as site:
        await come(site, idp)
        assert await handle_of(site) == "bo_berg"
        asked = await site.get("/admin")
        assert "again=1" in asked.headers["location"]
        page = await site.get(asked.headers["location"])
        way = re.findall(r'href="(/auth/sso/house\?[^"]+)"', page.text)[0].replace("&amp;", "&")
        there = (await site.get(way)).headers["location"]
        assert "prompt=login" in there and "max_age=0" in there
        idp.claims["auth_time"] = int(time.time())
        back = await site.get(idp.lets_in(there))
        assert back.headers["location"] == "/admin"
        assert (await site.get("/admin")).status_code == 200


@pytest.mark.parametrize("auth_time", [None, "now", True, -5, 0, 2**60])
async def test_a_provider_that_does_not_say_when_somebody_signed_in_proves_nothing(
    world: World, ada: Any, idp: providers.Provider, auth_time: object
) -> None:
    idp.claims |= {"groups": ["chiefs"], "auth_time": auth_time}
    async with open_site(world, told(idp, groups_claim="groups", admin_groups=("chiefs",))) as site:
        await come(site, idp)
        assert await handle_of(site) == "bo_berg"
        asked = await site.get("/admin")
        assert (asked.status_code, "again=1" in asked.headers["location"]) == (303, True)
        assert "say when you logged in there" in text_of(await site.get(asked.headers["location"]))


async def test_nobody_is_made_where_the_organisation_does_not_want_it(
    world: World, ada: Any, idp: providers.Provider
) -> None:
    async with open_site(world, told(idp, creates_people=False)) as site:
        assert "You don't have an account here yet" in text_of(await come(site, idp))


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"nonce": "another"}, "it answers another request"),
        ({"nonce": None}, "it answers another request"),
        ({"aud": "another"}, "it's meant for another application"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "it's meant for another application"),
        ({"iss": "https://elsewhere.example"}, "it comes from another provider"),
        ({"exp": int(time.time()) - 3600}, "took too long"),
        ({"iat": int(time.time()) + 3600}, "The clocks of House and this server differ too much"),
        ({"nbf": int(time.time()) + 3600}, "The clocks of House and this server differ too much"),
        ({"iat": None}, "it has no date"),
        ({"sub": ""}, "it doesn't say who it's about"),
        ({"sub": 7}, "it doesn't say who it's about"),
    ],
)
async def test_a_token_that_is_not_right_lets_nobody_in_and_says_why(
    site: httpx.AsyncClient, idp: providers.Provider, claims: dict[str, Any], sentence: str
) -> None:
    idp.claims |= claims
    answer = await come(site, idp)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert await handle_of(site) == ""


async def test_clocks_may_differ_a_little(site: httpx.AsyncClient, idp: providers.Provider) -> None:
    idp.claims |= {"iat": int(time.time()) + 60, "exp": int(time.time()) - 60}
    assert (await come(site, idp)).status_code == 303


async def test_new_keys_are_found_and_old_ones_no_longer_good(
    site: httpx.AsyncClient, idp: providers.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc.OidcProvider, "between_key_looks", 0.0)
    assert (await come(site, idp)).status_code == 303
    idp.key = idp.published = 1
    assert (await come(site, idp)).status_code == 303
    idp.key = 0
    assert "its signature is wrong" in text_of(await come(site, idp))


async def test_wrong_keys_do_not_make_us_ask_the_provider_again_and_again(
    site: httpx.AsyncClient, idp: providers.Provider
) -> None:
    await come(site, idp)
    idp.key = 1
    for _try in range(3):
        assert "its signature is wrong" in text_of(await come(site, idp))
    assert idp.key_looks == 1


async def test_a_provider_that_is_down_is_said_to_be(
    site: httpx.AsyncClient, idp: providers.Provider
) -> None:
    idp.is_down = True
    answer = await site.get("/auth/sso/house")
    assert answer.status_code == 503
    assert "House isn't responding" in text_of(answer)


async def test_sign_ins_that_come_while_a_provider_hangs_all_end_with_one_wait(
    site: httpx.AsyncClient, idp: providers.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "SECONDS", 0.5)
    idp.hangs = True
    answers = await asyncio.gather(*(site.get("/auth/sso/house") for _person in range(8)))
    assert [answer.status_code for answer in answers] == [503] * 8
    assert all("House isn't responding" in text_of(answer) for answer in answers)
    assert idp.looks == 1, "all of them waited for the same answer"
    idp.answers_again()
    assert (await site.get("/auth/sso/house")).status_code == 503
    assert idp.looks == 1, "that it did not answer is remembered for a moment"
    monkeypatch.setattr(shared_fetch, "_FAILURE_LASTS", 0.0)
    assert (await come(site, idp)).status_code == 303


async def test_whoever_goes_away_does_not_take_the_answer_from_the_others(idp: providers.Provider) -> None:
    client = oidc.OidcProvider("House", idp.issuer, CLIENT, SECRET)
    idp.hangs = True
    first, second = asyncio.create_task(client.metadata()), asyncio.create_task(client.metadata())
    while not idp.looks:
        await asyncio.sleep(0)
    first.cancel()
    idp.answers_again()
    assert (await second).issuer == idp.issuer
    assert idp.looks == 1


async def test_codes_are_changed_side_by_side(
    world: World, site: httpx.AsyncClient, idp: providers.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "SECONDS", 30.0)
    async with open_site(world, told(idp)) as before:
        await come(before, idp)
    idp.exchanges = idp.looks = idp.key_looks = 0
    ways = [idp.lets_in((await site.get("/auth/sso/house")).headers["location"]) for _person in range(8)]
    idp.hangs = True
    coming = [asyncio.create_task(site.get(way)) for way in ways]
    while idp.exchanges < 8:
        await asyncio.sleep(0.01)
    idp.answers_again()
    assert {(await one).status_code for one in coming} == {303}
    assert (idp.looks, idp.key_looks) == (1, 1)


async def test_a_provider_that_hangs_when_the_code_is_changed_is_said_to(
    site: httpx.AsyncClient, idp: providers.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = idp.lets_in((await site.get("/auth/sso/house")).headers["location"])
    monkeypatch.setattr(oidc, "SECONDS", 0.3)
    idp.hangs = True
    answer = await site.get(way)
    assert answer.status_code == 503
    assert "House isn't responding" in text_of(answer)


async def test_metadata_of_another_issuer_are_not_taken(
    site: httpx.AsyncClient, idp: providers.Provider
) -> None:
    idp.metadata = {"issuer": "https://elsewhere.example"}
    assert "it calls itself https://elsewhere.example" in text_of(await site.get("/auth/sso/house"))


async def test_an_answer_that_names_another_issuer_is_a_mix_up(
    site: httpx.AsyncClient, idp: providers.Provider
) -> None:
    idp.answer = {"iss": "https://elsewhere.example"}
    assert "it comes from another provider" in text_of(await come(site, idp))
    idp.answer = {"iss": idp.issuer}
    assert (await come(site, idp)).status_code == 303


async def test_one_provider_cannot_answer_for_another(
    world: World, ada: Any, idp: providers.Provider
) -> None:
    async with open_site(world, told(idp), told(idp, key="other", name="Other")) as site:
        there = await site.get("/auth/sso/house")
        back = idp.lets_in(there.headers["location"]).replace("/sso/house/", "/sso/other/")
        assert "began in another browser" in text_of(await site.get(back))


async def test_an_answer_is_good_once_and_in_the_browser_that_asked(
    site: httpx.AsyncClient, idp: providers.Provider, world: World
) -> None:
    there = await site.get("/auth/sso/house")
    back = idp.lets_in(there.headers["location"])
    async with open_site(world, told(idp)) as other:
        assert "began in another browser" in text_of(await other.get(back))
    assert (await site.get(back)).status_code == 303
    assert "began in another browser" in text_of(await site.get(back))


async def test_a_no_of_the_provider_is_told(site: httpx.AsyncClient) -> None:
    there = await site.get("/auth/sso/house")
    state = there.headers["location"].split("state=")[1].split("&")[0]
    answer = await site.get(f"/auth/sso/house/callback?error=access_denied&state={state}")
    assert "House couldn't log you in (access_denied)" in text_of(answer)


async def test_whoever_signs_out_here_signs_out_there(
    site: httpx.AsyncClient, idp: providers.Provider
) -> None:
    await come(site, idp)
    page = await site.get("/auth/sign_out")
    assert f"form-action 'self' {idp.issuer}" in page.headers["content-security-policy"]
    gone = await site.post("/auth/sign_out", data=form_of(page))
    assert gone.headers["location"].startswith(f"{idp.issuer}/out?")
    assert "id_token_hint=" in gone.headers["location"]
    assert await handle_of(site) == ""


def notice(idp: providers.Provider, **claims: Any) -> dict[str, str]:
    events: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    return {"logout_token": idp.signs(**{"events": events, "jti": "j", "sub": "s-1", **claims})}


async def test_whoever_signs_out_there_is_signed_out_here(
    site: httpx.AsyncClient, idp: providers.Provider
) -> None:
    idp.claims["sid"] = "first"
    await come(site, idp)
    wrongs: list[dict[str, Any]] = [
        {"nonce": "n"},
        {"events": {}},
        {"aud": "x"},
        {"sub": None},
        {"iat": int(time.time()) - 3600},
    ]
    for wrong in wrongs:
        answer = await site.post("/auth/sso/house/logout", data=notice(idp, **wrong))
        assert answer.status_code == 400
    await site.post("/auth/sso/house/logout", data=notice(idp, sid="second"))
    assert await handle_of(site) == "bo_berg"
    answer = await site.post("/auth/sso/house/logout", data=notice(idp, sid="first"))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert await handle_of(site) == ""


async def test_where_the_provider_alone_lets_members_in_guests_still_come_by_their_own_means(
    site: httpx.AsyncClient, idp: providers.Provider, world: World, ada: Any
) -> None:
    from tests.site import give_password

    gus = await world.guest("gus", sponsor=ada)
    await give_password(world, gus)
    await choose_policy(world, sign_in="sso")
    refused = await sign_in(site, "ada")
    assert "Colleagues log in with their account at the organisation" in text_of(refused)
    assert (await sign_in(site, "ada", "wrong")).status_code == 422
    assert (await come(site, idp)).status_code == 303
    async with open_site(world, told(idp)) as other:
        assert (await sign_in(other, "gus", PASSWORD)).status_code == 303


async def test_where_only_own_means_count_there_is_no_provider(site: httpx.AsyncClient, world: World) -> None:
    await choose_policy(world, sign_in="local")
    assert (await site.get("/auth/sso/house")).status_code == 404
    assert "/auth/sso/" not in (await site.get("/auth/sign_in")).text


async def test_somebody_who_came_with_an_import_takes_over_what_is_theirs(
    site: httpx.AsyncClient, idp: providers.Provider, world: World
) -> None:
    cy = await world.member("cy", has_joined=False)
    await addresses.add(world.db, cy.id, "bo@house.example", is_kept=False)
    await come(site, idp)
    assert await world.connection.fetchval("select handle from people where id = $1", cy.id) == "bo_berg"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")  # of the provider's own
async def test_all_of_it_with_a_provider_of_somebody_elses_making(world: World, ada: Any) -> None:
    dee = oidc_provider_mock.User(
        sub="dee", claims={"email": "dee@house.example", "email_verified": True, "name": "Dee"}
    )
    with oidc_provider_mock.run_server_in_thread(user_claims=[dee], require_nonce=True) as server:
        mine = Provider(
            key="house",
            name="House",
            issuer=f"http://localhost:{server.server_port}",
            client_id="x",
            client_secret="y",
        )
        async with open_site(world, mine) as site, httpx.AsyncClient() as outside:
            there = await site.get("/auth/sso/house")
            page = await outside.post(there.headers["location"], data={"sub": "dee"})
            assert page.status_code == 302, page.text
            back = urlsplit(page.headers["location"])
            assert (await site.get(f"{back.path}?{back.query}")).status_code == 303
            assert await handle_of(site) == "dee"


async def test_without_a_provider_nothing_of_it_shows(world: World, ada: Any) -> None:
    async with browser(world) as site:
        assert "/auth/sso/" not in (await site.get("/auth/sign_in")).text
        assert (await site.get("/auth/sso/house")).status_code == 404


async def test_a_new_address_at_the_provider_takes_the_place_of_the_one_before(
    world: World, ada: Any, idp: providers.Provider
) -> None:
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
    first = await addresses.verified_owner(world.db, "bo@house.example")
    link = await links.make(world.db, "set-password", first)
    idp.claims["email"] = "bo.new@house.example"
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
        assert await handle_of(site) == "bo_berg"
    assert await addresses.verified_owner(world.db, "bo.new@house.example") == first
    assert await addresses.owner(world.db, "bo@house.example") is None
    with pytest.raises(NotFound):
        await links.look(world.db, "set-password", link)
    idp.claims |= {"sub": "s-2", "email": "bo@house.example", "name": "Bo Other", "preferred_username": "bo2"}
    async with open_site(world, told(idp, connects_by_email=True)) as site:
        await come(site, idp)
        assert await handle_of(site) == "bo2"
    assert await addresses.verified_owner(world.db, "bo@house.example") not in (None, first)


async def test_an_address_that_nobody_vouches_for_changes_nothing(
    world: World, ada: Any, idp: providers.Provider
) -> None:
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
    idp.claims |= {"email": "other@house.example", "email_verified": False}
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
    assert await addresses.owner(world.db, "other@house.example") is None
    assert await addresses.owner(world.db, "bo@house.example") is not None


async def test_whoever_has_an_address_next_is_not_connected_with_the_one_before(
    world: World, ada: Any, idp: providers.Provider
) -> None:
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
    idp.claims |= {"sub": "s-2", "name": "Bo Other", "preferred_username": "bo2"}
    async with open_site(world, told(idp, connects_by_email=True)) as site:
        refused = await come(site, idp)
        assert "There's already an account with your e-mail address" in text_of(refused)
        assert await handle_of(site) == ""


async def test_a_new_address_that_is_somebody_elses_stays_theirs_and_lets_its_teller_in(
    world: World, ada: Any, idp: providers.Provider
) -> None:
    await addresses.add(world.db, ada.id, "ada@house.example", is_verified=True)
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
    idp.claims["email"] = "ada@house.example"
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
        assert await handle_of(site) == "bo_berg"
    assert await addresses.verified_owner(world.db, "ada@house.example") == ada.id
    assert await addresses.owner(world.db, "bo@house.example") is None


async def test_the_account_of_a_program_is_a_bot(world: World, ada: Any, idp: providers.Provider) -> None:
    idp.claims |= {
        "name": "",
        "preferred_username": "service-account-ci",
        "email": "service-account-ci@house.example",
    }
    async with open_site(world, told(idp)) as site:
        await come(site, idp)
    found = await world.connection.fetchval(
        "select is_bot from people where handle like 'service_account_ci%'"
    )
    assert found is True
