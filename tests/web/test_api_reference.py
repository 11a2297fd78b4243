"""The client API to be read: nothing is left out, and every name of an entity leads to it."""

import re
from html import unescape

import httpx
import pytest

from tests.api.conformance import ENTITIES
from tests.site import browser, text_of
from tests.world import World
from weetwie.api.endpoints import endpoints


@pytest.fixture
async def site(world: World) -> httpx.AsyncClient:
    return browser(world)


async def test_every_door_is_on_a_page_with_its_scopes_and_parameters(site: httpx.AsyncClient) -> None:
    first = await site.get("/docs/api")
    groups = re.findall(r'href="(/docs/api/[a-z-]+)"', first.text)
    pages = {at: unescape((await site.get(at)).text) for at in groups}
    told = " ".join(pages.values())
    for door in endpoints():
        if not door.hidden:
            assert f"<b>{door.method}</b> {door.path}</code>" in told, door.path
            assert all(f"<code>{scope}</code>" in told for scope in door.scopes)
            assert door.summary[0].isupper() and "_" not in door.summary.split("`")[0], door.path
    assert "fields_attributes[0][name]" in told and "poll[options][]" in told
    known = set(re.findall(r'<section[^>]* id="(\w+)"', pages["/docs/api/entities"]))
    assert set(re.findall(r'href="/docs/api/entities#(\w+)"', told)) <= known
    assert {"Account", "Status", "Error", "AdminAccount"} <= known & (set(ENTITIES) | {"Error"})


async def test_the_way_there(site: httpx.AsyncClient) -> None:
    assert (await site.get("/api/docs")).headers["location"] == "/docs/api"
    assert 'href="/docs/api"' in (await site.get("/about")).text
    assert (await site.get("/docs/api/nothing")).status_code == 404
    said = text_of(await site.get("/docs/api"))
    assert "read:accounts Read accounts" in re.sub(r"\s+", " ", said)


async def test_nothing_comes_from_elsewhere(site: httpx.AsyncClient) -> None:
    answer = await site.get("/docs/api/statuses")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r'(src|href)="https?://(?!house\.example)', answer.text)
    assert len(answer.content) < 400_000
