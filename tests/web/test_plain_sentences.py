"""Sentences that go into an address or a script are escaped once, as that place asks for it."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.world import Someone, World
from weetwie.runtime import clock


async def test_what_scripts_say_is_escaped_once(site: httpx.AsyncClient) -> None:
    page = await site.get("/")
    found = re.search(r"data-words='([^']*)'", page.text)
    assert found is not None
    assert json.loads(unescape(found[1]))["failed"] == "That didn't work. Try again."


async def test_a_greeting_is_typed_in_as_it_is_written(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await world.member("bo", name="D'Arcy Bo", joined_at=clock.now())
    page = await site.get("/")
    (link,) = re.findall(r'href="([^"]*)">Say hello<', page.text)
    (text,) = parse_qs(urlsplit(unescape(link)).query)["text"]
    assert text == "@bo Hello D'Arcy, nice to have you here!"
