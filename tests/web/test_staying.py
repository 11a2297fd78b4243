"""Alumni, year after year: asked whether they stay, told of questions if they want, asleep again by their own no."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.site import Choices, act, give_password, send, sign_in
from tests.web.test_joining import sent
from tests.web.test_reset import box, post, server
from tests.world import Someone, World
from weetwie.app import build
from weetwie.context import of_system
from weetwie.domain.identity import addresses
from weetwie.flows import emails
from weetwie.runtime import clock
from weetwie.schedule import Flow

__all__ = ["box", "post", "server"]
HOUSE = "https://house.example"


@pytest.fixture
async def al(world: World) -> Someone:
    al = await world.alumnus("al", name="Al", unit="Logistics")
    await world.change(
        al, joined_at=clock.now() - timedelta(days=3000), left_at=clock.now() - timedelta(days=400)
    )
    await addresses.choose_personal(world.db, al.id, "al@home.example")
    await give_password(world, al)
    return al


@pytest.fixture
async def site(world: World, ada: Someone, al: Someone) -> AsyncIterator[httpx.AsyncClient]:
    application = build(Choices(), world.database, replace(world.site, sends_mail=True))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HOUSE) as site:
        await sign_in(site, "al")
        yield site


async def done(world: World, flow: Flow) -> None:
    async with world.database.transaction() as db:
        await flow(await of_system(db, replace(world.site, sends_mail=True)))


async def later(world: World, person: Someone, days: int) -> None:
    await world.connection.execute(
        "update people set asked_to_stay_at = asked_to_stay_at - $2::interval where id = $1",
        person.id,
        timedelta(days=days),
    )


async def test_an_alumnus_is_asked_once_a_year_and_stays_by_a_yes_and_by_saying_nothing(
    site: httpx.AsyncClient, world: World, al: Someone
) -> None:
    ask = emails.staying_in_touch
    await done(world, ask)
    ((to, link),) = await sent(world)
    assert to == "al@home.example"
    await done(world, ask)
    assert await sent(world) == []
    assert "Do you want to stay in touch?" in (await site.get(link)).text
    assert "ask again in a year" in (await send(site, link, answer="yes")).text
    assert (await site.get(link)).status_code == 404
    await later(world, al, 366)
    await done(world, ask)
    assert len(await sent(world)) == 1
    assert (await site.get("/settings")).status_code == 200


async def test_by_a_no_an_alumnus_sleeps_at_once(site: httpx.AsyncClient, world: World, al: Someone) -> None:
    await done(world, emails.staying_in_touch)
    ((_to, link),) = await sent(world)
    assert "is paused" in (await send(site, link, answer="no")).text
    row = await world.connection.fetchrow("select * from people where id = $1", al.id)
    assert row["is_dormant"] and row["left_at"] < clock.now() - timedelta(days=399)
    assert (await site.get("/settings")).status_code == 303
    await later(world, al, 366)
    await done(world, emails.staying_in_touch)
    assert await sent(world) == [], "who sleeps is left in peace"


async def test_wherever_the_name_stands_it_says_alumnus_since(
    site: httpx.AsyncClient, world: World, ada: Someone, al: Someone
) -> None:
    await act(site, "/posts", text="Still here, and happy to help.")
    left = (clock.now() - timedelta(days=400)).year
    await sign_in(site, "ada")
    for at in ("/all", "/people?standing=alumnus", "/@al"):
        assert f"Alum since {left}" in (await site.get(at)).text, at
    joined = (clock.now() - timedelta(days=3000)).year
    assert f"{joined} to {left}" in " ".join((await site.get("/@al")).text.split())
