"""What somebody leaves to who comes after them: both say yes first, and nobody sees more than they see anyway."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.site import act, browser, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.access.viewer import system
from weetwie.domain.people.erase import erase
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.worker import Worker, drain

HERE = "/reading-list"


@pytest.fixture
async def bo(world: World) -> Someone:
    bo = await world.member("bo", name="Bo Berg")
    await give_password(world, bo)
    return bo


@pytest.fixture
async def theirs(world: World, bo: Someone) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as theirs:
        await sign_in(theirs, "bo")
        yield theirs


async def leave(site: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await act(site, "/settings/handover", act="leave", **fields)


async def write(world: World, author: Someone, text: str) -> str:
    async with world.database.transaction() as db:
        id = await publish(db, await world.viewer(author), Draft(text=text))
    return f"https://house.example/@{author.handle}/{id}"


async def test_it_is_offered_read_after_a_yes_and_shown_in_first_steps(
    site: httpx.AsyncClient, theirs: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    cy = await world.member("cy", name="Cy Dam")
    thread = await write(world, cy, "How the crane is greased")
    given = {
        "people": "@cy",
        "threads": thread,
        "topics": "cranes",
        "words": "Ask early.",
        "successor": "@bo",
    }
    assert (await leave(site, **given)).status_code == 303
    before = text_of(await theirs.get(HERE))
    assert "Ada left you a reading list" in before and "Cy Dam" not in before and "Ask early" not in before
    assert "Ada left you a reading list" in text_of(await theirs.get("/begin/people"))
    assert "Someone left you a list" in text_of(await theirs.get("/people"))
    await act(theirs, HERE, act="accept", person="ada")
    after = text_of(await theirs.get(HERE))
    for word in ("From Ada", "Cy Dam", "How the crane is greased", "cranes", "Ask early."):
        assert word in after
    steps = (await theirs.get("/begin/people")).text
    assert f'value="{cy.id}" checked' in steps
    assert steps.count(f'value="{cy.id}"') == 1, "offered once, where the best reason is"
    assert "who was here before you" in steps
    page = (await site.get("/settings/handover")).text
    assert "Ask early." in page and 'value="@cy"' in page and thread in page
    await leave(site, **given | {"words": "Ask late."})
    assert "Ask late." in text_of(await theirs.get(HERE)), "who has said yes is not asked again"
    await act(site, "/settings/handover", act="withdraw")
    assert "Nobody left you a reading list" in text_of(await theirs.get(HERE))


async def test_a_no_is_told_to_nobody_and_ends_it(site: httpx.AsyncClient, theirs: httpx.AsyncClient) -> None:
    await leave(site, successor="bo", words="for you")
    before = text_of(await site.get("/settings/handover"))
    await act(theirs, HERE, act="decline", person="ada")
    after = text_of(await site.get("/settings/handover"))
    assert before == after
    assert "Nobody left you a reading list" in text_of(await theirs.get(HERE))
    assert (await act(theirs, HERE, act="accept", person="ada")).status_code == 404


async def test_the_manager_names_who_comes_after_where_one_lets_them_also_when_one_has_left(
    site: httpx.AsyncClient, theirs: httpx.AsyncClient, world: World, ada: Someone, bo: Someone
) -> None:
    dee = await world.member("dee", name="Dee")
    await give_password(world, dee)
    await world.change(ada, manager_id=bo.id)
    await leave(site, words="for you")
    assert "Who comes after" not in text_of(await theirs.get(HERE))
    assert (await act(theirs, HERE, act="name", person="ada", successor="dee")).status_code == 404
    await leave(site, words="for you", manager_names="on")
    await world.leave(ada, dormant=False)
    assert "Who comes after Ada" in text_of(await theirs.get(HERE))
    assert (await act(theirs, HERE, act="name", person="ada", successor="nobody")).status_code == 422
    assert (await act(theirs, HERE, act="name", person="ada", successor="ada")).status_code == 422
    await act(theirs, HERE, act="name", person="ada", successor="dee")
    assert "for you" not in text_of(await theirs.get(HERE)), "the manager reads nothing of it"
    async with browser(world) as of_dee:
        await sign_in(of_dee, "dee")
        await act(of_dee, HERE, act="accept", person="ada")
        assert "for you" in text_of(await of_dee.get(HERE))


async def test_of_the_list_its_reader_sees_what_they_see_anyway(
    site: httpx.AsyncClient, theirs: httpx.AsyncClient, world: World, ada: Someone, bo: Someone
) -> None:
    cy, gone = await world.member("cy", name="Cy Dam"), await world.member("gone", name="Gone Girl")
    threads = [await write(world, cy, "a thread of cy"), await write(world, ada, "a thread of ada")]
    await leave(site, people="@cy @gone", threads="\n".join(threads), successor="bo")
    await act(theirs, HERE, act="accept", person="ada")
    await world.block(cy, bo)
    await world.erase(gone)
    page = text_of(await theirs.get(HERE))
    assert "a thread of ada" in page and "a thread of cy" not in page and "Gone" not in page
    await world.suspend(ada)
    assert "a thread" not in text_of(await theirs.get(HERE))
    await world.suspend(ada, is_suspended=False)
    await world.block(ada, bo)
    assert "a thread" not in text_of(await theirs.get(HERE))


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(site: httpx.AsyncClient, world: World) -> None:
    ada = await world.connection.fetchval("select id from people where handle = 'ada'")
    for field, given in (
        ("people", "@nobody-here"),
        ("threads", "https://house.example/@ada/1"),
        ("threads", "no link"),
        ("successor", "@nobody-here"),
        ("successor", "@ada"),
        ("words", "x" * 1001),
    ):
        answer = await leave(site, **{"topics": "cranes", field: given})
        assert (answer.status_code, 'value="cranes"' in answer.text) == (422, True), field
    assert (
        await world.connection.fetchval("select count(*) from reading_lists where person_id = $1", ada) == 0
    )
    await world.policy(handover="own")
    assert (await leave(site, words="x")).status_code == 403


async def test_it_goes_with_its_writer_and_who_is_in_it_goes_from_it(
    site: httpx.AsyncClient, theirs: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    cy = await world.member("cy", name="Cy Dam")
    await leave(site, people="@cy", successor="bo")
    for someone, left in ((cy, []), (ada, None)):
        async with world.database.transaction() as db:
            await erase(db, system(await world.memory.policy(db)), someone.id)
        await drain(Worker(world.database, world.site))
        assert await world.connection.fetchval("select people from reading_lists") == left
