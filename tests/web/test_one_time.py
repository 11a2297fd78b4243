"""One-time codes as a second proof at the door."""

import base64
import re
import time

import httpx
import pytest

from tests.site import PASSWORD, act, browser, form_of, text_of
from tests.world import World
from weetwie.domain.identity import one_time


def test_codes_are_those_of_the_standard() -> None:
    assert [one_time.at(b"12345678901234567890", step) for step in (1, 37037036, 666666666)] == [
        "287082",
        "081804",
        "353130",
    ]  # RFC 6238, appendix B, the last six of eight figures


def code_of(secret: str, later: int = 0) -> str:
    return one_time.at(base64.b32decode(secret), int(time.time()) // one_time.STEP + later)


async def turn_on(site: httpx.AsyncClient) -> tuple[str, list[str]]:
    page = await act(site, "/settings/sign-in/codes")
    assert page.status_code == 200, page.text
    assert "<svg" in page.text
    secret = re.findall(r"<output[^>]*>([A-Z2-7]{32})<", page.text)[0]
    done = await site.post("/settings/sign-in/codes-on", data=form_of(page) | {"code": code_of(secret)})
    codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", done.text)
    assert len(set(codes)) == one_time.RECOVERY_CODES, text_of(done)
    return secret, codes


async def enter(site: httpx.AsyncClient, **given: str) -> httpx.Response:
    page = await site.get("/auth/sign_in")
    return await site.post(
        "/auth/sign_in", data=form_of(page) | {"name": "ada", "password": PASSWORD} | given
    )


async def test_a_code_is_asked_for_and_is_good_once(site: httpx.AsyncClient, world: World) -> None:
    secret, _codes = await turn_on(site)
    async with browser(world) as other:
        asked = await enter(other)
        assert asked.status_code == 422
        assert 'name="code"' in asked.text
        assert (await enter(other, code=code_of(secret))).status_code == 422  # used when it was turned on
        assert (await enter(other, code=code_of(secret, 1), password="wrong")).status_code == 422
        assert (await enter(other, code=code_of(secret, 1))).status_code == 303


async def test_a_recovery_code_is_good_once(site: httpx.AsyncClient, world: World) -> None:
    _secret, codes = await turn_on(site)
    async with browser(world) as other:
        assert (await enter(other, code=codes[0].upper())).status_code == 303
    async with browser(world) as other:
        assert (await enter(other, code=codes[0])).status_code == 422
        assert (await enter(other, code=codes[1])).status_code == 303


@pytest.mark.parametrize("code", ["", "000000", "abc", "1" * 300])
async def test_codes_are_turned_off_with_a_code_alone(site: httpx.AsyncClient, code: str) -> None:
    _secret, codes = await turn_on(site)
    page = await site.get("/settings/sign-in")
    assert (
        await site.post("/settings/sign-in/codes-off", data=form_of(page) | {"code": code})
    ).status_code == 422
    done = await site.post("/settings/sign-in/codes-off", data=form_of(page) | {"code": codes[3]})
    assert done.status_code == 303
