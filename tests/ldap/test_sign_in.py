"""Logging in with the password of the directory: asked each time, never stored, guessed no more often than ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.api.conformance import Conforming
from tests.ldap.conftest import Company
from tests.site import PASSWORD, Choices, act, give_password, sign_in, text_of
from tests.slapd import BASE, SECRET, Slapd
from weetwie.app import build
from weetwie.flows import directory_sync

pytestmark = pytest.mark.needs("slapd")


@asynccontextmanager
async def browser(company: Company, address: str = "192.0.2.7") -> AsyncIterator[httpx.AsyncClient]:
    application = build(Choices(), company.world.database, company.site)
    transport = httpx.ASGITransport(application, client=(address, 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=Conforming(transport), base_url="https://house.example") as site:
        yield site


async def test_somebody_new_logs_in_and_is_as_the_directory_has_them(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann", ou="Pumps")
    async with browser(company) as site:
        for name in ("ann", "ANN@house.example"):
            answer = await sign_in(site, name, SECRET, "/people")
            assert (answer.status_code, answer.headers["location"]) == (303, "/people")
        assert "ann" in (await site.get("/settings")).text
    assert (await company.person("ann"))["unit"] == "Pumps"
    assert await company.world.connection.fetchval("select count(*) from passwords") == 0


async def test_the_person_of_a_reading_is_the_one_who_logs_in(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    await company.sync()
    async with browser(company) as site:
        assert (await sign_in(site, "ann", SECRET)).status_code == 303
    assert await company.world.connection.fetchval("select count(*) from people where name = 'Ann'") == 1


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ann", "wrong"),
        ("ann", ""),
        ("ann", "\x00"),
        ("*", SECRET),
        ("a*", SECRET),
        ("ann)(uid=*", SECRET),
        ("uid=ann,ou=people,dc=house,dc=example", SECRET),
        ("nobody", SECRET),
        ("", SECRET),
        ("ann\x00", "wrong"),
        ("\\2a", SECRET),
    ],
)
async def test_what_is_wrong_lets_nobody_in(company: Company, ldap: Slapd, name: str, password: str) -> None:
    await ldap.person("ann")
    await ldap.person("bo")
    async with browser(company) as site:
        answer = await sign_in(site, name, password)
        assert answer.status_code == 422 and "Username or password is wrong" in text_of(answer)
    assert await company.world.connection.fetchval("select count(*) from sessions") == 0


async def test_guessing_is_slowed_down_as_everywhere(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    async with browser(company) as site:
        answers = [await sign_in(site, "ann", f"guess {number}") for number in range(12)]
        assert answers[-1].status_code == 429
        assert (await sign_in(site, "ann", SECRET)).status_code == 429


async def test_the_directory_is_not_asked_where_it_is_switched_off(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    off: tuple[dict[str, Any], ...] = (
        {"connections": []},
        {"connections": ["directory"], "sign_in": "local"},
    )
    for more in off:
        await company.world.policy(**more)
        async with browser(company) as site:
            assert (await sign_in(site, "ann", SECRET)).status_code == 422


async def test_where_it_does_not_answer_nobody_is_told_that_their_password_is_wrong(
    company: Company, ldap: Slapd
) -> None:
    await ldap.person("ann")
    bo = await company.world.member("bo")
    await give_password(company.world, bo)
    ldap.stop()
    async with browser(company) as site:
        for _number in range(12):
            answer = await sign_in(site, "ann", SECRET)
            assert answer.status_code == 503 and "isn't responding" in text_of(answer)
        assert (await sign_in(site, "bo", PASSWORD)).status_code == 303


async def test_an_answer_that_is_no_answer_says_nothing_about_the_password(
    company: Company, ldap: Slapd
) -> None:
    await ldap.person("ann")
    company.set(people_base=f"ou=gone,{BASE}")
    async with browser(company) as site:
        answer = await sign_in(site, "ann", SECRET)
    assert answer.status_code == 503 and "didn't answer completely" in text_of(answer)


async def test_a_name_that_two_entries_have_is_nobody(company: Company, ldap: Slapd) -> None:
    for login in ("ann", "bo"):
        await ldap.person(login, mail="both@house.example")
    async with browser(company) as site:
        assert (await sign_in(site, "both@house.example", SECRET)).status_code == 422
        assert (await sign_in(site, "bo", SECRET)).status_code == 303


async def test_colleagues_come_by_the_directory_alone_where_the_policy_says_so(
    company: Company, ldap: Slapd
) -> None:
    world = company.world
    await world.policy(connections=["directory"], sign_in="sso")
    await ldap.person("ann")
    await company.sync()
    await world.connection.execute("update people set handle = 'annie' where handle = 'ann'")
    al = await world.alumnus("al")
    await give_password(world, al)
    async with browser(company) as site:
        assert (await sign_in(site, "annie", SECRET)).status_code == 303  # by the handle here
    async with browser(company) as site:
        assert (await sign_in(site, "al", PASSWORD)).status_code == 303
    ldap.stop()
    async with browser(company) as site:
        assert (await sign_in(site, "al", PASSWORD)).status_code == 303
        assert (await sign_in(site, "annie", SECRET)).status_code == 503


async def test_who_is_locked_or_has_ended_or_is_in_no_group_stays_out(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann", shadowExpire="1")
    bo = await ldap.person("bo")
    async with browser(company) as site:
        assert "can't log in here" in text_of(await sign_in(site, "ann", SECRET))
        staff = await ldap.group("staff", f"uid=cy,{bo.partition(',')[2]}")
        company.set(allowed_groups=[staff])
    async with browser(company) as site:
        assert "can't log in here" in text_of(await sign_in(site, "bo", SECRET))
        await ldap.person("cy")
        assert (await sign_in(site, "cy", SECRET)).status_code == 303


async def test_who_was_erased_or_suspended_here_does_not_come_in_by_it(company: Company, ldap: Slapd) -> None:
    await ldap.person("ann")
    await company.sync()
    await company.world.connection.execute("update people set suspended_at = now() where handle = 'ann'")
    async with browser(company) as site:
        assert (await sign_in(site, "ann", SECRET)).status_code == 422
    await company.world.connection.execute("update directory_entries set is_erased = true")
    async with browser(company) as site:
        assert "can't log in here" in text_of(await sign_in(site, "ann", SECRET))


async def test_administrators_see_how_it_stands_preview_confirm_and_store_the_password(
    company: Company, ldap: Slapd
) -> None:
    world = company.world
    await give_password(world, await world.member("root", is_admin=True))
    for number in range(12):
        await ldap.person(f"p{number:02}")
    await company.sync()
    for number in range(3):
        await ldap.remove(f"uid=p{number:02},ou=people,dc=house,dc=example")
    await company.sync()
    async with browser(company) as site:
        await sign_in(site, "root")
        page = await site.get("/admin/directory/ldap")
        assert page.status_code == 200 and "0 new, 0 changed, 0 left, 3 waiting" in text_of(page)
        assert 'type="checkbox" name="entry"' in page.text
        shown = await act(site, "/admin/directory/ldap/preview")
        assert "Wait for your confirmation (3)" in text_of(shown) and "p00, p01, p02" in text_of(shown)
        known = await world.connection.fetch(
            "select entry_id from directory_entries where gone_since is not null"
        )
        for row in known:
            assert (await act(site, "/admin/directory/ldap/confirm", entry=row[0])).status_code == 303
        assert "Works" in text_of(await act(site, "/admin/connections/directory/test"))
        assert "12 people" in text_of(await site.get("/admin/connections"))
        assert (await act(site, "/admin/directory/ldap/password", password="")).status_code == 422
        assert (await act(site, "/admin/directory/ldap/password", password="other")).status_code == 303
        answer = await act(site, "/admin/directory/ldap/preview")
        assert answer.status_code == 422 and "doesn't accept the password" in text_of(answer)
    stored = await world.connection.fetchval("select value from secrets where name = 'directory password'")
    assert b"other" not in stored


async def test_an_administrator_has_it_read_now_by_whoever_does_the_jobs(
    company: Company, ldap: Slapd
) -> None:
    world = company.world
    await give_password(world, await world.member("root", is_admin=True))
    await ldap.person("ann")
    await company.sync()
    await ldap.person("ben")
    await directory_sync.keep_up(world.database, company.site)
    assert len(await company.runs()) == 1, "the next is not due"
    async with browser(company) as site:
        await sign_in(site, "root")
        assert "in 15 minutes at the latest" in text_of(await site.get("/admin/directory/ldap"))
        for _twice in range(2):
            assert (await act(site, "/admin/directory/ldap/read")).status_code == 303
        page = text_of(await site.get("/admin/directory/ldap"))
        assert "within a minute" in page and "Read now" not in page
        await directory_sync.keep_up(world.database, company.site)
        assert "1 new, 0 changed" in text_of(await site.get("/admin/directory/ldap"))
        await directory_sync.keep_up(world.database, company.site)
        assert len(await company.runs()) == 2, "asked for twice, read once"
        await company.world.policy(connections=[])
        answer = await act(site, "/admin/directory/ldap/read")
        assert answer.status_code == 422 and "switched off" in text_of(answer)


async def test_for_everybody_else_there_is_no_such_page(company: Company) -> None:
    world = company.world
    await give_password(world, await world.member("bo"))
    async with browser(company) as site:
        await sign_in(site, "bo")
        assert (await site.get("/admin/directory/ldap")).status_code == 404
        assert (await act(site, "/admin/directory/ldap/password", password="x")).status_code == 404
