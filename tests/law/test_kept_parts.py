"""Parts of pages are kept for whoever is shown exactly the same: whoever came before, a page is what it would be if nothing were kept."""

import re
from datetime import timedelta

import httpx
import pytest

from tests.site import browser, give_password, sign_in
from tests.world import Someone, World
from weetwie.runtime import clock
from weetwie.web import site
from weetwie.web.show import Templates

PAGES = ("/", "/all", "/?text=a+thought", "/who-knows", "/settings")


def plain(page: httpx.Response) -> str:
    """Without the proof of its forms, which is another one in each answer."""
    assert page.status_code == 200, page.text
    return re.sub(r"\b[0-9a-f]{128}\b", "", page.text)


async def company(world: World) -> list[Someone]:
    """Who may write for others, is shown other numbers of people, bears another face, or has it otherwise."""
    ada, bo, cy, dee, eve = [await world.member(handle) for handle in ("ada", "bo", "cy", "dee", "eve")]
    al = await world.alumnus("al")
    gus = await world.guest("gus", sponsor=ada, until=clock.now() + timedelta(days=1))
    for follower in (bo, gus):
        await world.follow(follower, ada)
    await world.connection.execute("update people set default_ring = 1, theme = 'dark' where id = $1", cy.id)
    await world.connection.execute("update people set pages_language = 'nl' where id = $1", bo.id)
    for one in (dee, eve):  # alike but for their faces
        await world.connection.execute("update people set face = handle || '.png' where id = $1", one.id)
    people = [ada, bo, cy, dee, eve, al, gus]
    for one in people:
        await give_password(world, one)
        await world.post(one, f"something by {one.handle}")
    return people


async def test_a_page_is_the_same_whoever_was_shown_one_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await company(world)
    shown, cookies = {}, {}
    assets, _kept = site._files()
    async with browser(world) as warm:
        for one in people:
            warm.cookies.clear()
            await sign_in(warm, one.handle)
            cookies[one.handle] = dict(warm.cookies)
            for at in PAGES:
                shown[one.handle, at] = plain(await warm.get(at))
    for one in people:
        templates = Templates(assets)
        monkeypatch.setattr(site, "_files", lambda templates=templates: (assets, templates))
        async with browser(world, cookies=cookies[one.handle]) as fresh:
            for at in PAGES:
                assert shown[one.handle, at] == plain(await fresh.get(at)), (one.handle, at)
