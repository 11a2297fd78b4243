"""How the pages look and in which language they are is each person's own choice."""

import re

import httpx

from tests.site import act, browser, sign_in
from tests.world import Someone, World


async def save(site: httpx.AsyncClient, **given: str) -> httpx.Response:
    return await act(site, "/settings", name="Ada", **given)


async def test_pages_are_as_the_device_has_it_until_one_says_otherwise(site: httpx.AsyncClient) -> None:
    assert "data-theme" not in (await site.get("/")).text
    assert (await save(site, theme="dark", pages_language="nl")).status_code == 303
    home = (await site.get("/", headers={"accept-language": "de"})).text
    assert '<html lang="nl" data-theme="dark">' in home
    assert re.search(r'<option value="dark" selected>', (await site.get("/settings")).text)
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
