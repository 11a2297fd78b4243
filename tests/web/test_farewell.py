"""Whoever has left answers the link that they were given."""

import re
from datetime import timedelta

import httpx
import pytest

from tests.site import act, browser, give_password, send, sign_in, text_of
from tests.web.test_one_time import turn_on
from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.access.policy import Policy
from weetwie.access.viewer import system
from weetwie.domain.identity import addresses, links, one_time, tokens
from weetwie.domain.people import farewell
from weetwie.domain.people.leave import leave
from weetwie.domain.people.rejoin import rejoin
from weetwie.domain.policy.choose import choose
from weetwie.errors import Conflict
from weetwie.runtime import clock

NEW = "five other words in a row"


async def gone(world: World, someone: Someone, reason: str = "left") -> str:
    """The address of their link."""
    async with world.database.transaction() as db:
        await leave(db, system(Policy()), someone.id, reason)
        return f"/farewell/{await links.make(db, 'farewell', someone.id)}"


async def test_whoever_has_left_is_signed_out_of_everything_in_the_act(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    assert (await site.get("/notifications")).status_code == 200
    await gone(world, ada)
    assert "/auth/sign_in" in (await site.get("/notifications")).headers["location"]
    app = await site.get("/api/v1/timelines/home", headers={"authorization": f"Bearer {ada.token}"})
    assert app.status_code == 401
    for table in ("sessions", "passwords"):
        assert (
            await world.connection.fetchval(f"select count(*) from {table} where person_id = $1", ada.id) == 0
        )
    assert (await sign_in(site, "ada")).status_code != 303


async def test_their_own_yes_wakes_them_with_a_new_password_and_a_goodbye(world: World, ada: Someone) -> None:
    bo = await world.member("bo", name="Bo")
    await world.post(bo, "only for colleagues")
    at = await gone(world, ada)
    async with browser(world) as own:
        page = await own.get(at)
        assert "@ada" in page.text
        sent = await send(own, at, password=NEW, is_found="on", goodbye="It was good to be here")
        assert sent.headers["location"] == "/"
        home = text_of(await own.get("/all"))
        assert "It was good to be here" in home
        assert "only for colleagues" not in home
        assert (await own.get(at)).status_code == 404
    row = await world.connection.fetchrow("select * from people where id = $1", ada.id)
    assert (row["standing"], row["is_dormant"], row["is_discoverable"], row["may_rank"]) == (
        1,
        False,
        True,
        False,
    )
    assert (
        await world.connection.fetchval("select ring from posts where author_id = $1", ada.id) == Ring.network
    )
    async with browser(world) as own:
        assert (await sign_in(own, "ada", NEW)).headers["location"] == "/"


async def test_a_bad_password_leaves_the_link_good_and_what_was_written_in_place(
    world: World, ada: Someone
) -> None:
    at = await gone(world, ada)
    async with browser(world) as own:
        answer = await send(own, at, password="short", goodbye="Farewell, all of you")
        assert (answer.status_code, "Farewell, all of you" in answer.text) == (422, True)
        assert (await send(own, at, password=NEW)).status_code == 303


async def test_with_approval_they_wait_for_an_administrator(world: World, ada: Someone) -> None:
    async with world.database.transaction() as db:
        await choose(db, system(Policy()), {"alumni_wake": "approval"})
    at = await gone(world, ada)
    with pytest.raises(Conflict):
        await farewell.approve(world.db, system(Policy()), ada.id)
    async with browser(world) as own:
        answer = await send(own, at, password=NEW)
        assert "An administrator confirms it" in answer.text
        assert (await sign_in(own, "ada", NEW)).status_code != 303
        async with world.database.transaction() as db:
            await farewell.approve(db, system(Policy()), ada.id)
        assert (await sign_in(own, "ada", NEW)).headers["location"] == "/"


async def test_a_dismissal_suspends_and_the_link_wakes_nobody(world: World, ada: Someone) -> None:
    at = await gone(world, ada, "dismissal")
    row = await world.connection.fetchrow("select * from people where id = $1", ada.id)
    assert row["suspended_at"] is not None
    assert row["is_dormant"]
    async with browser(world) as own:
        assert (await own.get(at)).status_code == 422


async def test_the_administrator_finds_a_printable_link(world: World, ada: Someone) -> None:
    root = await world.member("root", is_admin=True)
    await give_password(world, root)
    await gone(world, ada)
    async with browser(world) as admin:
        await sign_in(admin, "root")
        sent = await act(admin, "/admin/people/ada/farewell")
        found = re.search(r'value="https://house.example(/farewell/[^"]+)"', sent.text)
        assert found
    async with browser(world) as own:
        assert (await own.get(found[1])).status_code == 200


async def printed(world: World, admin: httpx.AsyncClient) -> str:
    """Of ada, whom root has let leave."""
    root = await world.member("root", is_admin=True)
    await give_password(world, root)
    await sign_in(admin, "root")
    await act(admin, "/admin/people/ada/leave")
    sent = await act(admin, "/admin/people/ada/farewell")
    found = re.search(r'value="https://house.example(/farewell/[^"]+)"', sent.text)
    assert found
    return found[1]


async def test_nothing_set_up_by_a_printed_link_signs_in_after_they_are_back(
    world: World, ada: Someone
) -> None:
    kept = "insert into passkeys (person_id, credential_id, public_key, created_at) values ($1, $2, '', $3)"
    await world.connection.execute(kept, ada.id, b"of before", clock.now() - timedelta(days=1))
    async with browser(world) as admin, browser(world) as mallory:
        at = await printed(world, admin)
        assert (await send(mallory, at, password=NEW)).headers["location"] == "/"
        await turn_on(mallory)
        await world.connection.execute(kept, ada.id, b"of mallory", clock.now())
        await addresses.choose_personal(world.db, ada.id, "mallory@elsewhere.example")
        token = (await tokens.issue(world.db, None, ada.id, ["read"])).token
        reset = await links.make(world.db, "set-password", ada.id)
        await act(admin, "/admin/people/ada/rejoin")

        assert "/auth/sign_in" in (await mallory.get("/notifications")).headers["location"]
        app = await mallory.get("/api/v1/timelines/home", headers={"authorization": f"Bearer {token}"})
        assert app.status_code == 401
        assert (await sign_in(mallory, "ada", NEW)).status_code != 303
        assert (await mallory.get(f"/auth/password/{reset}")).status_code == 404
    assert await addresses.personal(world.db, ada.id) is None
    assert not await one_time.is_on(world.db, ada.id)
    assert await world.connection.fetchval("select array_agg(credential_id) from passkeys") == [b"of before"]
    assert "access.end" in [
        row["act"] for row in await world.connection.fetch("select act from account_events order by id")
    ]


async def test_what_they_set_up_by_a_link_of_their_own_is_theirs_when_they_are_back(
    world: World, ada: Someone
) -> None:
    at = await gone(world, ada)
    async with browser(world) as own:
        assert (await send(own, at, password=NEW)).headers["location"] == "/"
        async with world.database.transaction() as db:
            await rejoin(db, system(Policy()), ada.id)
        assert (await own.get("/notifications")).status_code == 200


async def test_a_farewell_link_does_not_go_past_one_time_codes(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await turn_on(site)
    at = await gone(world, ada)
    async with browser(world) as own:
        assert (await send(own, at, password=NEW)).headers["location"] == "/auth/sign_in"
        assert "/auth/sign_in" in (await own.get("/notifications")).headers["location"]
