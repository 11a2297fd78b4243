"""Where one is signed in, and with what."""

import re

import httpx
import pytest

from tests.site import PASSWORD, act, browser, sign_in, text_of
from tests.world import World
from weetwie.domain.identity import rules
from weetwie.errors import Invalid


async def is_in(site: httpx.AsyncClient) -> bool:
    return (await site.get("/settings/sign-in")).status_code == 200


async def test_a_browser_is_signed_out_from_another(site: httpx.AsyncClient, world: World) -> None:
    async with browser(world, headers={"user-agent": "Other/1"}) as other:
        await sign_in(other, "ada")
        page = await site.get("/settings/sign-in")
        assert "Other/1" in page.text and "This browser" in page.text
        ids = re.findall(r'name="id" value="(\d+)"', page.text)
        assert len(ids) == 1
        await act(site, "/settings/sign-in/end", id=ids[0])
        assert not await is_in(other) and await is_in(site)


async def test_signing_out_everywhere_ends_all_others_and_the_apps(
    site: httpx.AsyncClient, world: World
) -> None:
    app = {"authorization": "Bearer token-of-ada"}
    async with browser(world) as other:
        await sign_in(other, "ada")
        assert (await other.get("/api/v1/accounts/verify_credentials", headers=app)).status_code == 200
        await act(site, "/settings/sign-in/end-others")
        assert not await is_in(other) and await is_in(site)
        assert (await other.get("/api/v1/accounts/verify_credentials", headers=app)).status_code == 401


async def test_nobody_ends_the_session_of_somebody_else(site: httpx.AsyncClient, world: World) -> None:
    from tests.site import give_password

    bo = await world.member("bo")
    await give_password(world, bo)
    async with browser(world) as other:
        await sign_in(other, "bo")
        session = await world.connection.fetchval("select id from sessions where person_id = $1", bo.id)
        await act(site, "/settings/sign-in/end", id=str(session))
        assert await is_in(other)


async def test_a_new_password_needs_the_old_one_and_shuts_the_others_out(
    site: httpx.AsyncClient, world: World
) -> None:
    async with browser(world) as other:
        await sign_in(other, "ada")
        wrong = await act(
            site, "/settings/sign-in/password", current="wrong", password="five words and one more"
        )
        assert wrong.status_code == 422
        weak = await act(site, "/settings/sign-in/password", current=PASSWORD, password="Passwort2026!")
        assert "too easy to guess" in text_of(weak)
        done = await act(
            site, "/settings/sign-in/password", current=PASSWORD, password="five words and one more"
        )
        assert done.status_code == 303
        assert not await is_in(other) and await is_in(site)
        assert (await sign_in(other, "ada", "five words and one more")).status_code == 303


@pytest.mark.parametrize(
    "password", ["password", "Wachtwoord1", "qwerty123", "aaaabbbb", "Welkom2026!", "12345678"]
)
def test_what_guessers_try_first_is_no_password(password: str) -> None:
    with pytest.raises(Invalid, match="too easy to guess"):
        rules.check_password(password)
