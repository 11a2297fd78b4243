"""Who may open a page stands in one table, and holds for what is shown there and for what is sent there."""

import re

import httpx

from tests.site import browser, give_password, sign_in
from tests.world import World
from weetwie.web.allowed import ADMIN_RULES, IS_THERE, OPEN
from weetwie.web.routes import PAGES

NAMES = {"handle": "ada", "tag": "pumps", "page": "security", "kind": "who-knows", "sheet": "poster"}


def address(path: str) -> str:
    def filled(found: re.Match[str]) -> str:
        name, _colon, kind = found[1].partition(":")
        return "1" if kind == "int" else NAMES.get(name, "nothing")

    return re.sub(r"\{([^}]+)\}", filled, path)


def test_every_rule_is_about_a_page() -> None:
    assert OPEN | set(ADMIN_RULES) <= set(PAGES)
    assert all(any(path.startswith(begin) for path in PAGES) for begin in IS_THERE)


async def test_strangers_are_asked_to_log_in_on_every_page_but_the_open_ones(world: World) -> None:
    async with browser(world) as site:
        for path, (_show, act) in PAGES.items():
            if path not in OPEN:
                shown = await site.get(address(path))
                assert shown.status_code == 303, path
                assert shown.headers["location"].startswith("/auth/sign_in?"), path
                assert act is None or (await site.post(address(path))).status_code == 403, path


async def test_for_members_there_is_no_administration(site: httpx.AsyncClient, world: World) -> None:
    await give_password(world, await world.member("bo"))
    await sign_in(site, "bo")
    for path, (_show, act) in PAGES.items():
        if path.startswith(("/admin", "/inspections")):
            assert (await site.get(address(path))).status_code == 404, path
            assert act is None or (await site.post(address(path))).status_code == 404, path
