"""How the pages look and in which language they are is each person's own choice."""

import re

import httpx

from tests.site import act, browser, change, code_for, give_password, register, sign_in
from tests.world import Someone, World


async def save(site: httpx.AsyncClient, **given: str) -> httpx.Response:
    return await act(site, "/settings/appearance", **given)


async def test_pages_are_as_the_device_has_it_until_one_says_otherwise(site: httpx.AsyncClient) -> None:
    assert "data-theme" not in (await site.get("/")).text
    assert (await save(site, theme="dark", pages_language="nl")).status_code == 303
    home = (await site.get("/", headers={"accept-language": "de"})).text
    assert '<html lang="nl" data-theme="dark">' in home
    assert re.search(r'name="theme" value="dark" checked>', (await site.get("/settings/appearance")).text)
    await save(site)
    assert '<html lang="de">' in (await site.get("/", headers={"accept-language": "de"})).text


async def test_what_is_no_choice_is_refused_and_changes_nothing(site: httpx.AsyncClient) -> None:
    assert (await save(site, theme="plaid")).status_code == 422
    assert (await save(site, pages_language="<b>")).status_code == 422
    assert "data-theme" not in (await site.get("/")).text


async def test_a_post_that_is_kept_in_one_look_shows_each_reader_what_is_theirs(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    """Lists keep the markup of a post; what a reader did with it, the page, the language and the proof differ."""
    bo = await world.member("bo", name="Bo")
    post = await world.post(bo, "Bearings again")
    first = (await site.get("/all")).text
    assert f'action="/posts/{post}/favourite?next=/all"' in first
    await act(site, f"/posts/{post}/favourite")
    second = (await site.get("/all?lang=nl")).text
    assert f'action="/posts/{post}/unfavourite?next=/all%3Flang%3Dnl"' in second
    proofs = [set(re.findall(r'name="form" value="([^"]*)"', page)) for page in (first, second)]
    assert all(len(one) == 1 and re.fullmatch("[0-9a-f]{128}", *one) for one in proofs)
    assert proofs[0] != proofs[1]
    async with browser(world) as other:
        await sign_in(other, "ada")
        assert f"/posts/{post}/unfavourite" in (await other.get("/all")).text


async def test_posts_stand_close_together_for_those_who_choose_so(site: httpx.AsyncClient) -> None:
    assert "data-density" not in (await site.get("/")).text
    assert (await save(site, density="compact")).status_code == 303
    assert 'data-density="compact"' in (await site.get("/")).text
    assert (await save(site, density="crowded")).status_code == 422


async def test_each_page_of_settings_changes_what_it_shows_alone(site: httpx.AsyncClient) -> None:
    await act(site, "/settings/privacy", is_locked="on", profile_ring="0", default_quote_policy="2")
    await save(site, theme="dark")
    assert (await act(site, "/settings", name="Ada L.")).status_code == 303
    privacy = (await site.get("/settings/privacy")).text
    assert re.search(r'name="is_locked" checked', privacy)
    assert re.search(r'name="default_quote_policy" value="2" checked', privacy)
    assert 'data-theme="dark"' in privacy


async def test_an_app_that_is_logged_out_acts_for_one_no_more(site: httpx.AsyncClient, world: World) -> None:
    app = await register(site, client_name="Tusky")
    issued = (await change(site, app, await code_for(site, app))).json()
    bearer = {"authorization": f"Bearer {issued['access_token']}"}
    assert (await site.get("/api/v1/accounts/verify_credentials", headers=bearer)).status_code == 200
    page = (await site.get("/settings/apps")).text
    assert "Tusky" in page
    remove = re.search(r"/settings/apps/\d+/remove", page)
    assert remove
    assert (await act(site, remove[0])).status_code == 303
    assert "Tusky" not in (await site.get("/settings/apps")).text
    assert (await site.get("/api/v1/accounts/verify_credentials", headers=bearer)).status_code == 401


async def test_nobody_logs_out_the_apps_of_others(site: httpx.AsyncClient, world: World) -> None:
    app = await register(site, client_name="Tusky")
    issued = (await change(site, app, await code_for(site, app))).json()
    remove = re.search(r"/settings/apps/\d+/remove", (await site.get("/settings/apps")).text)
    assert remove
    bo = await world.member("bo", name="Bo")
    await give_password(world, bo)
    async with browser(world) as other:
        await sign_in(other, "bo")
        await act(other, remove[0])
    bearer = {"authorization": f"Bearer {issued['access_token']}"}
    assert (await site.get("/api/v1/accounts/verify_credentials", headers=bearer)).status_code == 200


async def test_keys_without_ctrl_can_be_switched_off(site: httpx.AsyncClient) -> None:
    assert "data-single-keys" not in (await site.get("/")).text
    await act(site, "/settings/appearance", theme="dark")
    assert 'data-single-keys="off"' in (await site.get("/")).text
    await act(site, "/settings/appearance", theme="dark", has_single_keys="on")
    assert "data-single-keys" not in (await site.get("/")).text


async def test_who_follows_on_approval_only_has_asked(site: httpx.AsyncClient, world: World) -> None:
    await world.member("bo", name="Bo", is_locked=True)
    await world.member("cy", name="Cy")
    assert 'data-on="Requested"' in (await site.get("/@bo")).text
    assert 'data-on="Following"' in (await site.get("/@cy")).text
