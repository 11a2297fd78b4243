"""The organisation's own colour can be read whatever it is."""

import re

import httpx
import pytest
from hypothesis import given, strategies as st

from tests.site import act, browser, choose, give_password, sign_in
from tests.world import World
from weetwie.errors import Invalid
from weetwie.web import colour


def rgb(text: str) -> colour.Rgb:
    red, green, blue = bytes.fromhex(text)
    return red / 255, green / 255, blue / 255


@given(st.integers(0, 0xFFFFFF))
def test_whatever_the_colour_what_is_written_in_it_is_readable(number: int) -> None:
    told = re.findall(
        r"--([\w-]+):light-dark\(#([0-9a-f]{6}),#([0-9a-f]{6})\)", colour.tokens(f"{number:06x}")
    )
    for theme, card in ((1, "ffffff"), (2, "171a1c")):
        named = {one[0]: one[theme] for one in told}
        assert colour.contrast(rgb(named["green"]), rgb(card)) >= 4.5
        assert colour.contrast(rgb(named["green-strong"]), rgb(named["green-tint"])) >= 4.5
        assert colour.contrast(rgb(named["on-green"]), rgb(named["green"])) >= 4.5


def test_what_is_no_colour_is_refused() -> None:
    assert colour.checked(" #1F5F5B ") == "1f5f5b"
    assert colour.checked("") == ""
    with pytest.raises(Invalid):
        colour.checked("green; } body { display: none")


async def test_the_organisation_chooses_its_colour_and_who_may_frame_it(
    site: httpx.AsyncClient, world: World
) -> None:
    admin = await world.member("root", name="Root", is_admin=True)
    await give_password(world, admin)
    choice = {"name": "Harbour", "longest_post": "500"}
    async with browser(world) as theirs:
        await sign_in(theirs, "root")
        wrong = await act(theirs, "/admin/policy", **choice, framed_by="https://a.example 'unsafe-inline'")
        assert wrong.status_code == 422
        assert "frame-ancestors 'none'" in (await site.get("/")).headers["content-security-policy"]
        await choose(theirs, **choice, accent="#a02010", framed_by="https://intranet.example/")
    home = await site.get("/")
    assert "frame-ancestors https://intranet.example" in home.headers["content-security-policy"]
    assert "x-frame-options" not in home.headers
    assert 'href="/theme/a02010.css"' in home.text
    sheet = await site.get("/theme/a02010.css")
    assert "immutable" in sheet.headers["cache-control"]
    assert (await site.get("/theme/zzzzzz.css")).status_code == 404
