"""The launch kit: texts that name the organisation, sheets as PDF, a plan that ticks itself off from facts."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.site import browser, give_password, sign_in, text_of
from tests.world import World


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn)
    boss = await world.member("boss", name="Cy", is_admin=True)
    ada = await world.member("ada", name="Ada")
    for one in (boss, ada):
        await give_password(world, one)
    await world.policy(name="Peilwerk", accent="b5452c")
    yield world
    await world.close()


async def words(site: httpx.AsyncClient, address: str) -> str:
    return " ".join(text_of(await site.get(address)).split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Nobody counts your posts."),
        ("nl", "Niemand telt je berichten."),
        ("de", "Niemand zählt deine Beiträge."),
    ],
)
async def test_its_texts_name_the_organisation_in_each_language(
    world: World, language: str, said: str
) -> None:
    async with browser(world) as site:
        await sign_in(site, "boss")
        page = (await site.get(f"/admin/launch?lang={language}")).text
    assert said in page and "Peilwerk" in page and f"{world.site.base_url}/about/why" in page
    assert "{name}" not in page and "{address}" not in page


async def test_its_sheets_are_tagged_pdfs_in_each_language(world: World) -> None:
    async with browser(world) as site:
        await sign_in(site, "boss")
        for language in ("en", "nl", "de"):
            for sheet, pages in (("poster-a4", 1), ("poster-a3", 1), ("slides", 6)):
                found = await site.get(f"/admin/launch/{sheet}.pdf?lang={language}")
                assert found.headers["content-type"] == "application/pdf"
                assert b"/StructTreeRoot" in found.content and f"({language})".encode() in found.content
                assert f"/Count {pages}".encode() in found.content
        assert (await site.get("/admin/launch/banner.pdf")).status_code == 404


async def test_the_plan_ticks_itself_off_from_what_has_happened(world: World) -> None:
    async with browser(world) as site:
        await sign_in(site, "boss")
        before = await words(site, "/admin/launch")
        assert "Where people wait" in before and "Three sentences at the top" in before
        await site.get("/admin/launch/poster-a4.pdf")
        await site.get("/admin/benefit.pdf")
        await world.policy(why="Pumps break at night.")
        after = await words(site, "/admin/launch")
    assert "Where people wait" not in after and "Three sentences at the top" not in after
    assert "What it brings, on one page." in before and "What it brings, on one page." not in after


async def test_it_is_for_administrators(world: World) -> None:
    async with browser(world) as site:
        await sign_in(site, "ada")
        for at in ("/admin/launch", "/admin/launch/slides.pdf"):
            assert (await site.get(at)).status_code == 404
