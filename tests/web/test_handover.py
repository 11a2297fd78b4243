"""Handing over: for oneself first, then what one shares, for the unit, with what each of them sees anyway."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.site import act, browser, give_password, sign_in
from tests.world import Someone, World
from weetwie.access.viewer import system
from weetwie.domain.people.erase import erase
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.worker import Worker, drain


async def write(world: World, author: Someone, text: str) -> None:
    async with world.database.transaction() as db:
        await publish(db, await world.viewer(author), Draft(text=text))


async def lives(world: World, ada: Someone) -> tuple[Someone, Someone]:
    """Ada alone knows of quokkas; Bo, of her unit, and Cy, of another."""
    await world.change(ada, unit="Pumps")
    bo = await world.member("bo", name="Bo", unit="pumps")
    cy = await world.member("cy", name="Cy", unit="Sales")
    for number in range(6):
        await write(world, ada, f"The quokka seal number {number} needs care #quokka")
        await write(world, cy, f"Offer {number} went out today")
    await write(world, bo, "I looked at one quokka as well #quokka")
    return bo, cy


@pytest.fixture
async def others(world: World, ada: Someone) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    bo, cy = await lives(world, ada)
    async with browser(world) as of_bo, browser(world) as of_cy:
        for one, site in ((bo, of_bo), (cy, of_cy)):
            await give_password(world, one)
            await sign_in(site, one.handle)
        yield {"bo": of_bo, "cy": of_cy}


async def test_what_few_others_know_stands_on_a_page_of_ones_own_with_proof_and_who_comes_nearest(
    site: httpx.AsyncClient, others: dict[str, httpx.AsyncClient]
) -> None:
    page = (await site.get("/settings/handover")).text
    assert 'value="quokka"' in page and "seal number 5" in page
    assert '<a href="/@bo">Bo</a>' in page
    assert "from+now+on+ask+%40bo" in page, "an introduction stands ready"


async def test_nothing_is_shared_before_one_says_so_and_then_with_the_unit_alone(
    site: httpx.AsyncClient, others: dict[str, httpx.AsyncClient]
) -> None:
    assert (await others["bo"].get("/handover/ada")).status_code == 404
    assert (await act(site, "/settings/handover", act="share", topic="quokka")).status_code == 303
    read = await others["bo"].get("/handover/ada")
    assert read.status_code == 200 and "seal number 5" in read.text
    assert "/handover/ada" in (await others["bo"].get("/@ada")).text
    assert (await others["cy"].get("/handover/ada")).status_code == 404
    assert "/handover/ada" not in (await others["cy"].get("/@ada")).text
    await act(site, "/settings/handover", act="end")
    assert (await others["bo"].get("/handover/ada")).status_code == 404


async def test_a_manager_reads_it_and_nobody_where_it_is_for_oneself_alone(
    site: httpx.AsyncClient, world: World, ada: Someone, others: dict[str, httpx.AsyncClient]
) -> None:
    await act(site, "/settings/handover", act="share", topic="quokka")
    cy_id = await world.connection.fetchval("select id from people where handle = 'cy'")
    await world.change(ada, manager_id=cy_id)
    assert (await others["cy"].get("/handover/ada")).status_code == 200
    await world.policy(handover="own")
    assert (await others["cy"].get("/handover/ada")).status_code == 404
    assert "Share what is ticked" not in (await site.get("/settings/handover")).text
    assert (await act(site, "/settings/handover", act="share", topic="quokka")).status_code == 403


async def test_a_reader_sees_of_what_is_shared_what_they_see_anyway(
    site: httpx.AsyncClient, world: World, ada: Someone, others: dict[str, httpx.AsyncClient]
) -> None:
    await act(site, "/settings/handover", act="share", topic="quokka")
    await world.connection.execute(
        "insert into blocks (blocker_id, blocked_id) values ($1, (select id from people where handle = 'bo'))",
        ada.id,
    )
    assert "seal number" not in (await others["bo"].get("/handover/ada")).text


async def test_what_is_not_a_topic_of_ones_own_is_not_shared(
    site: httpx.AsyncClient, world: World, others: dict[str, httpx.AsyncClient]
) -> None:
    await act(site, "/settings/handover", act="share", topic="invented")
    assert await world.connection.fetchval("select count(*) from handover_topics") == 0


async def test_it_goes_with_its_owner(
    site: httpx.AsyncClient, world: World, ada: Someone, others: dict[str, httpx.AsyncClient]
) -> None:
    await act(site, "/settings/handover", act="share", topic="quokka")
    assert await world.connection.fetchval("select count(*) from handover_topics") == 1
    async with world.database.transaction() as db:
        await erase(db, system(await world.memory.policy(db)), ada.id)
    await drain(Worker(world.database, world.site))
    assert await world.connection.fetchval("select count(*) from handover_topics") == 0


async def test_questions_that_wait_and_who_loses_their_only_contact(
    site: httpx.AsyncClient, world: World, ada: Someone, others: dict[str, httpx.AsyncClient]
) -> None:
    cy = await others["cy"].get("/settings")
    assert cy.status_code == 200
    await act(others["cy"], "/posts", text="@ada, which gland do you take?")
    page = (await site.get("/settings/handover")).text
    assert "which gland do you take" in page
    assert "No one you can see." in page
    await act(others["cy"], "/@ada/follow")
    assert "Introduce Cy" in (await site.get("/settings/handover")).text
    await act(others["cy"], "/@bo/follow")
    assert "Introduce Cy" not in (await site.get("/settings/handover")).text
    post_id = await world.connection.fetchval("select max(post_id) from mentions")
    await act(site, "/posts", text="The wide one.", reply_to=str(post_id))
    assert "which gland do you take" not in (await site.get("/settings/handover")).text
