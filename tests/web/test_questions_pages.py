"""Asking and being asked on pages, without a script: the box, one tap on a question, what waits, answers, settings."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.site import act, browser, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie import reactions
from weetwie.flows import asking
from weetwie.runtime import clock
from weetwie.worker import Worker, drain

QUESTION = "Who has measured water hammer?"


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    yield world
    clock.stop(None)
    await world.close()


async def colleague(world: World, handle: str, *posts: str) -> Someone:
    someone = await world.member(handle, name=f"{handle.title()} de Vries")
    await give_password(world, someone)
    for text in posts:
        await world.post(someone, text)
    return someone


async def works(world: World) -> None:
    await drain(Worker(world.database, world.site))
    while await asking.work(world.database, world.site):
        pass
    await drain(Worker(world.database, world.site))


async def asked_id(world: World) -> int:
    found: int = await world.connection.fetchval("select max(post_id) from questions")
    return found


async def seen(site: httpx.AsyncClient, address: str) -> str:
    return " ".join(text_of(await site.get(address, follow_redirects=True)).split())


async def test_a_question_is_asked_and_answered_by_two_people(world: World) -> None:
    await colleague(world, "ada")
    bo = await colleague(world, "bo", "We measured water hammer at the pump", "Water hammer again measured")
    kim = await colleague(world, "kim")
    async with browser(world) as ada, browser(world) as of_bo, browser(world) as of_kim:
        for site, name in ((ada, "ada"), (of_bo, "bo"), (of_kim, "kim")):
            await sign_in(site, name)
        before = await act(ada, "/posts", text=QUESTION, audience="colleagues")
        assert "Ask up to three people who may know" in before.text
        form = {
            "text": QUESTION,
            "audience": "colleagues",
            "anyway": "1",
            "asks": "1",
            "ask_them": str(bo.id),
        }
        assert (await act(ada, "/posts", **form)).status_code == 303
        await works(world)
        question = await asked_id(world)
        page = await seen(ada, f"/@ada/{question}")
        assert "You asked Bo de Vries." in page and "Without an answer, more people are asked" in page
        assert QUESTION in await seen(of_bo, "/questions")
        page = await seen(of_bo, f"/@ada/{question}")
        assert "Ada would like to hear from you" in page and "Ada chose you." in page
        page = await seen(of_kim, f"/@ada/{question}")
        assert "would like to hear from you" not in page and "Sent to" not in page
        assert (await act(of_kim, f"/questions/{question}/want_to_know")).status_code == 303
        reply = await world.post(bo, "It was nine bar", reply_to=question)
        await world.post(kim, "Ask the pump", reply_to=question)
        assert QUESTION not in await seen(of_bo, "/questions")
        assert (await act(ada, f"/questions/{question}/accept", answer=str(reply))).status_code == 303
        await works(world)
        article = await seen(of_kim, f"/questions/{question}")
        assert QUESTION in article and "It was nine bar" in article and "Is this still right?" in article
        assert (
            article.index("It was nine bar") < article.index("1 other answer") < article.index("Ask the pump")
        )
        assert (await act(of_kim, f"/questions/{question}/no_longer")).status_code == 303
        assert "No longer right said Kim de Vries" in await seen(ada, f"/questions/{question}")
        assert "It was nine bar" in await seen(of_kim, "/questions?tab=answers")


async def test_somebody_else_is_named_by_handle_and_a_topic_is_refused(world: World) -> None:
    await colleague(world, "ada")
    await colleague(world, "bo", "We measured water hammer at the pump")
    await colleague(world, "kim")
    async with browser(world) as ada, browser(world) as of_bo, browser(world) as of_kim:
        for site, name in ((ada, "ada"), (of_bo, "bo"), (of_kim, "kim")):
            await sign_in(site, name)
        await act(ada, "/posts", text=QUESTION, audience="colleagues", anyway="1", asks="1")
        await works(world)
        question = await asked_id(world)
        wrong = await act(of_bo, f"/questions/{question}/refer", somebody="")
        assert wrong.status_code == 422 and "Say who might know" in wrong.text
        await act(of_bo, f"/questions/{question}/refer", somebody="@kim", openly="on")
        await works(world)
        assert "Bo de Vries thinks you may know." in await seen(of_kim, f"/@ada/{question}")
        assert "You named Kim de Vries" in await seen(of_bo, "/settings/questions")
        await act(of_kim, f"/questions/{question}/not_my_topic")
        settings = await seen(of_kim, "/settings/questions")
        assert "water hammer" in settings and "Bo de Vries named you" in settings
        id = await world.connection.fetchval("select id from refused_topics")
        await act(of_kim, f"/settings/questions/{id}/allow")
        assert "None. Choose Not my topic" in await seen(of_kim, "/settings/questions")


async def test_settings_are_saved_and_what_is_wrong_comes_back(world: World) -> None:
    await colleague(world, "ada")
    async with browser(world) as ada:
        await sign_in(ada, "ada")
        given = {
            "most_a_week": "2",
            "away_until": "2030-01-31",
            "topics": "pumps, water hammer",
            "begins": "09:00",
        }
        wrong = await act(ada, "/settings/questions", **given)
        assert wrong.status_code == 422 and "Choose when your hours begin" in wrong.text
        assert "pumps, water hammer" in wrong.text
        given |= {"ends": "17:30", "is_asked": "on", "time_zone": "Europe/Amsterdam"}
        assert (await act(ada, "/settings/questions", **given)).status_code == 303
        page = (await ada.get("/settings/questions")).text
        assert 'value="2030-01-31"' in page and 'value="17:30"' in page and 'value="Europe/Amsterdam"' in page
