"""One-time codes as a second proof at the door."""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from tests.site import PASSWORD, act, browser, form_of, send, text_of
from tests.world import SOME_DAY, Someone, World
from weetwie.database.pool import Database
from weetwie.domain.identity import attempts, links, one_time
from weetwie.domain.identity.rules import AT_CODES
from weetwie.errors import Refusal, TooMany
from weetwie.runtime import clock


def test_codes_are_those_of_the_standard() -> None:
    assert [one_time.at(b"12345678901234567890", step) for step in (1, 37037036, 666666666)] == [
        "287082",
        "081804",
        "353130",
    ]  # RFC 6238, appendix B, the last six of eight figures


def code_of(secret: str, later: int = 0) -> str:
    return one_time.at(base64.b32decode(secret), int(clock.now().timestamp()) // one_time.STEP + later)


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


Guess = Callable[[str], Awaitable[httpx.Response]]


async def at_sign_in(world: World, site: httpx.AsyncClient, ada: Someone) -> Guess:
    async def guess(code: str) -> httpx.Response:
        async with browser(world) as other:
            return await enter(other, code=code)

    return guess


async def at_a_link(world: World, site: httpx.AsyncClient, ada: Someone) -> Guess:
    """The link stays good until a code was right."""
    async with world.database.transaction() as db:
        token = await links.make(db, "sign-in", ada.id, lasts=timedelta(hours=1))

    async def guess(code: str) -> httpx.Response:
        async with browser(world) as other:
            return await send(other, f"/auth/link/{token}", code=code)

    return guess


async def at_switching_off(world: World, site: httpx.AsyncClient, ada: Someone) -> Guess:
    async def guess(code: str) -> httpx.Response:
        return await act(site, "/settings/sign-in/codes-off", code=code)

    return guess


@pytest.mark.parametrize("way", [at_sign_in, at_a_link, at_switching_off])
@pytest.mark.parametrize("wrong", ["123456", "aaaa-bbbb-cccc-dddd"])
async def test_whoever_guesses_codes_waits_longer_and_longer(
    world: World, site: httpx.AsyncClient, ada: Someone, way: Callable[..., Awaitable[Guess]], wrong: str
) -> None:
    clock.stop(SOME_DAY)
    secret, recovery = await turn_on(site)
    right = code_of(secret, 1) if wrong.isdigit() else recovery[0]
    guess = await way(world, site, ada)
    for _try in range(5):
        assert (await guess(wrong)).status_code == 422
    for wait in (1, 2, 4, 8):
        assert (await guess(wrong)).status_code == 429
        told = await guess(right)
        assert told.status_code == 429, "the right one neither, while one has to wait"
        assert ("Wait a second." if wait == 1 else f"Wait {wait} seconds.") in text_of(told)
        clock.stop(clock.now() + timedelta(seconds=wait))
        assert (await guess(wrong)).status_code == 422
    clock.stop(clock.now() + timedelta(minutes=15))
    assert (await guess(code_of(secret, 1) if wrong.isdigit() else recovery[0])).status_code == 303


async def test_guesses_at_one_place_count_at_every_other(
    world: World, site: httpx.AsyncClient, ada: Someone
) -> None:
    clock.stop(SOME_DAY)
    await turn_on(site)
    guesses = [await way(world, site, ada) for way in (at_sign_in, at_a_link, at_switching_off)]
    for number in range(5):
        assert (await guesses[number % 3]("123456")).status_code == 422
    for guess in guesses:
        assert (await guess("123456")).status_code == 429


async def test_who_guesses_figures_does_not_keep_a_recovery_code_out(
    world: World, site: httpx.AsyncClient, ada: Someone
) -> None:
    clock.stop(SOME_DAY)
    _secret, recovery = await turn_on(site)
    guess = await at_sign_in(world, site, ada)
    for _try in range(5):
        await guess("123456")
    assert (await guess("123456")).status_code == 429
    assert (await guess(recovery[0])).status_code == 303


async def test_codes_that_are_tried_at_once_by_several_processes_are_counted(
    world: World, site: httpx.AsyncClient, ada: Someone, dsn: str
) -> None:
    await turn_on(site)
    hosts = [await Database.open(dsn, size=3) for _host in range(2)]

    async def guess(number: int) -> type[BaseException]:
        with pytest.raises(Refusal) as refused:
            await one_time.prove(hosts[number % 2], ada.id, f"{number:06d}")
        return refused.type

    tried = await asyncio.gather(*(guess(number) for number in range(24)))
    for database in hosts:
        await database.close()
    assert tried.count(one_time.CodeNeeded) == 5
    assert tried.count(TooMany) == 19


async def test_who_waits_for_a_try_to_be_counted_takes_no_connection_from_others(
    world: World, site: httpx.AsyncClient, ada: Someone, dsn: str
) -> None:
    await turn_on(site)
    database = await Database.open(dsn, size=3)
    async with database.transaction() as held:
        await attempts.begin(held, {f"code of {ada.id}": AT_CODES})
        tries = [
            asyncio.create_task(one_time.prove(database, ada.id, f"{number:06d}")) for number in range(12)
        ]
        await asyncio.wait(tries, timeout=1)
        async with database.reading() as db:
            assert await one_time.is_on(db, ada.id)
        async with database.transaction_in_turn("code of somebody else") as db:
            await attempts.begin(db, {"code of somebody else": AT_CODES})
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(one, Refusal) for one in found)
    await database.close()


async def test_a_code_that_is_not_given_yet_is_no_guess(
    world: World, site: httpx.AsyncClient, ada: Someone
) -> None:
    secret, _recovery = await turn_on(site)
    for _time in range(12):
        async with browser(world) as other:
            assert (await enter(other)).status_code == 422
    async with browser(world) as other:
        assert (await enter(other, code=code_of(secret, 1))).status_code == 303
