"""How often one may ask for pages, and of the door for directories: as of the API, and together with it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from tests.site import Choices, act, browser, form_of, give_password, sign_in
from tests.world import SOME_DAY, World
from weetwie.domain.identity.rules import WRONG_TOKENS
from weetwie.domain.scim import tokens
from weetwie.runtime import clock
from weetwie.security.ratelimit import LIMITS, Limit

LIMITED = Choices(rate_limits=True, trusted_proxies=["192.0.2.0/24"])


@pytest.fixture
async def world(dsn: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    world = await World.open(dsn, at=SOME_DAY)
    for name, calls in (("api", 12), ("search", 4), ("typing", 20), ("way_in", 40), ("delete", 2)):
        monkeypatch.setitem(LIMITS, name, Limit(calls, 300, is_per_address=LIMITS[name].is_per_address))
    yield world
    await world.close()


async def signed_in(world: World, name: str, **headers: str) -> httpx.AsyncClient:
    await give_password(world, await world.member(name))
    site = browser(world, LIMITED, headers=headers)
    assert (await sign_in(site, name)).status_code == 303
    return site


async def test_who_is_signed_in_is_counted_by_themselves_and_not_with_the_office(world: World) -> None:
    ada, bo = await signed_in(world, "ada"), await signed_in(world, "bo")
    for _time in range(12):
        assert (await ada.get("/people")).status_code == 200
    refused = await ada.get("/people")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "300"
    assert "Too many attempts" in refused.text
    assert (await bo.get("/people")).status_code == 200
    clock.stop(SOME_DAY + timedelta(minutes=5))
    assert (await ada.get("/people")).status_code == 200


async def test_pages_and_apps_of_a_person_are_counted_together(world: World) -> None:
    ada = await signed_in(world, "ada")
    for _time in range(12):
        await ada.get("/people")
    token = {"authorization": "Bearer token-of-ada"}
    assert (await ada.get("/api/v1/preferences", headers=token)).status_code == 429


async def test_strangers_are_counted_by_address_on_pages_that_there_are_and_that_there_are_not(
    world: World,
) -> None:
    async with browser(world, LIMITED) as site:
        here, there = {"x-forwarded-for": "203.0.113.1"}, {"x-forwarded-for": "203.0.113.2"}
        for number in range(12):
            assert (await site.get("/about" if number % 2 else "/nothing", headers=here)).status_code != 429
        assert (await site.get("/about", headers=here)).status_code == 429
        assert (await site.get("/nothing", headers=here)).status_code == 429
        assert (await site.get("/about", headers=there)).status_code == 200
        assert (await site.get("/auth/sign_in", headers=here)).status_code == 200, "the others come in"


async def test_names_looked_up_while_typing_leave_the_rest_of_the_limit(world: World) -> None:
    ada = await signed_in(world, "ada")
    said = [(await ada.get("/complete", params={"q": "@b"})).status_code for _time in range(21)]
    assert said == [200] * 20 + [429]
    assert (await ada.get("/people")).status_code == 200


async def test_searches_have_the_limit_that_they_have_for_apps(world: World) -> None:
    ada = await signed_in(world, "ada")
    said = [(await ada.get("/search", params={"q": "kafka"})).status_code for _time in range(5)]
    assert said == [200] * 4 + [429]
    token = {"authorization": "Bearer token-of-ada"}
    assert (await ada.get("/api/v2/search?q=kafka", headers=token)).status_code == 429


async def test_what_was_written_is_kept_on_the_page_and_can_be_sent_again(world: World) -> None:
    ada = await signed_in(world, "ada")
    form = form_of(await ada.get("/settings"))
    for _time in range(11):
        await ada.get("/people")
    refused = await ada.post("/posts", data=form | {"text": "Not <lost>", "audience": "colleagues"})
    assert refused.status_code == 429
    assert 'name="text" value="Not &lt;lost&gt;"' in refused.text
    clock.stop(SOME_DAY + timedelta(minutes=5))
    sent = await ada.post("/posts", data=form_of(refused) | {"text": "Not <lost>"})
    assert sent.status_code == 303
    assert "Not &lt;lost&gt;" in (await ada.get("/all")).text


async def test_a_script_is_told_in_its_own_form(world: World) -> None:
    ada = await signed_in(world, "ada")
    form = form_of(await ada.get("/settings"))
    for _time in range(11):
        await ada.get("/people")
    refused = await ada.post("/posts", data=form | {"text": "x"}, headers={"accept": "application/json"})
    assert (refused.status_code, list(refused.json())) == (429, ["error"])


async def test_posts_are_deleted_on_pages_no_faster_than_by_apps(world: World) -> None:
    ada = await signed_in(world, "ada")
    said = []
    for number in range(3):
        await act(ada, "/posts", text=f"post {number}")
        post = await world.connection.fetchval("select max(id) from posts")
        said.append((await act(ada, f"/posts/{post}/delete")).status_code)
    assert said == [303, 303, 429]


async def test_links_that_lead_nowhere_are_counted_for_all_hosts(world: World) -> None:
    said = []
    for number in range(WRONG_TOKENS.free + 2):
        async with browser(world, LIMITED) as site:
            said.append((await site.get(f"/welcome/guess-{number}")).status_code)
    assert said == [404] * WRONG_TOKENS.free + [429] * 2


async def test_a_directory_has_a_limit_of_its_own_and_wrong_tokens_are_counted_for_all_hosts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "directory", Limit(3, 300))
    chief = await world.member("chief", is_admin=True)
    _id, token = await tokens.make(world.db, await world.viewer(chief), "")
    right = {"authorization": f"Bearer {token}"}
    async with browser(world, LIMITED) as site:
        said = [await site.get("/scim/v2/Users", headers=right) for _time in range(4)]
    assert [answer.status_code for answer in said] == [200, 200, 200, 429]
    assert said[-1].headers["retry-after"] == "300"
    assert said[-1].json()["status"] == "429"
    said = []
    for number in range(WRONG_TOKENS.free + 2):
        async with browser(world, LIMITED) as site:
            wrong = {"authorization": f"Bearer guess-{number}"}
            said.append(await site.get("/scim/v2/Users", headers=wrong))
    assert [answer.status_code for answer in said] == [401] * WRONG_TOKENS.free + [429] * 2
    async with browser(world, LIMITED) as site:
        assert (await site.get("/scim/v2/Users", headers=right)).status_code == 200
