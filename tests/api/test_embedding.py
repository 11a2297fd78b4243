"""Posts in pages of others: only what the whole world may see."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from weetwie.access.enums import Ring, Visibility


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        await house.world.policy(widest_ring=Ring.world)
        yield house


async def embed(house: House, handle: str, id: int, **more: Any) -> Any:
    address = f"https://house.example/@{handle}/{id}"
    return await house.ask(None, "GET", "/api/oembed", params={"url": address, **more})


async def test_a_post_for_the_world_is_embedded(house: House) -> None:
    ada = await house.world.member("ada", name="Ada & Co")
    id = await house.world.post(ada, "Pumps <b>hum</b>", ring=Ring.world)
    answer = (await embed(house, "ada", id, maxwidth="2820692569971")).json()
    assert answer["author_name"] == "Ada & Co" and answer["width"] == 4000
    assert "Pumps &lt;b&gt;hum&lt;/b&gt;" in answer["html"] and "Ada &amp; Co" in answer["html"]
    page = await house.site.get(f"/@ada/{id}")
    assert f"/api/oembed?url=https%3A//house.example/%40ada/{id}" in page.text


async def test_what_has_a_warning_is_read_at_its_own_address(house: House) -> None:
    ada = await house.world.member("ada")
    id = await house.world.post(ada, "The butler did it", ring=Ring.world, warning="How it ends")
    answer = (await embed(house, "ada", id)).json()
    assert "How it ends" in answer["html"] and "butler" not in answer["html"]


async def test_nothing_else_is_embedded_whoever_asks(house: House) -> None:
    ada = await house.world.member("ada")
    inside = await house.world.post(ada, "For colleagues", ring=Ring.colleagues)
    private = await house.world.post(ada, "For fans", ring=Ring.world, visibility=Visibility.private)
    for id in (inside, private, 1):
        assert (await embed(house, "ada", id)).status_code == 404
        assert "json+oembed" not in (await house.site.get(f"/@ada/{id}")).text
    asked = {"url": f"https://house.example/@ada/{inside}"}
    assert (await house.ask(ada, "GET", "/api/oembed", params=asked)).status_code == 404
    for address in ("https://other.example/@ada/1", "https://house.example/@ada", "x"):
        assert (await house.ask(None, "GET", "/api/oembed", params={"url": address})).status_code == 404
    assert (await house.ask(None, "GET", "/api/oembed")).status_code == 422
