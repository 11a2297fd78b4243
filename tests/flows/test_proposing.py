"""Whoever posts a question with another app is offered, once and in private, to have people asked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.flows.test_asking import MONDAY, QUESTION, knowers, told
from tests.flows.test_assistant import answers, writes
from tests.world import Someone
from weetwie.context import of_system
from weetwie.domain.people import assistant
from weetwie.domain.questions.proposals import is_yes
from weetwie.events import PostPublished
from weetwie.flows import asking, proposing
from weetwie.runtime import clock
from weetwie.runtime.ids import moment_of
from weetwie.worker import Worker, drain

PREFERENCES = "/api/weetwie/v1/me/ask/preferences"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    clock.stop(MONDAY)
    async with opened(dsn) as house:
        async with house.world.database.transaction() as db:
            await assistant.stand_ready(db, await house.world.memory.policy(db))
        yield house
    clock.stop(None)


async def works(house: House) -> None:
    await drain(Worker(house.world.database, house.world.site))
    while await asking.work(house.world.database, house.world.site):
        pass
    await drain(Worker(house.world.database, house.world.site))


async def says(house: House, who: Someone, text: str) -> None:
    """To the newest that the service account told them."""
    newest = (await answers(house, who))[0]
    await writes(house, who, text, visibility="direct", in_reply_to_id=newest["id"])
    await works(house)


async def of_questions(house: House, who: Someone, question: str) -> list[int]:
    await works(house)
    return [id for id in await told(house, who) if id == int(question)]


@pytest.mark.parametrize("yes", ["@weetwie yes", "Ja graag!", "@weetwie Ja, bitte.", "👍"])
async def test_after_a_yes_in_any_language_people_are_asked_once(house: House, yes: str) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    question = await writes(house, ada, QUESTION)
    (proposal,) = await answers(house, ada)
    assert proposal["visibility"] == "direct" and proposal["in_reply_to_id"] == question
    assert "Shall I ask people who may know?" in proposal["content"]
    assert (await house.ask(bo, "GET", f"/api/v1/statuses/{proposal['id']}")).status_code == 404
    assert await of_questions(house, bo, question) == []
    await says(house, ada, yes)
    assert await of_questions(house, bo, question) == [int(question)]
    assert "I'm asking people" in (await answers(house, ada))[0]["content"]
    await says(house, ada, yes)
    assert len(await answers(house, ada)) == 2


@pytest.mark.parametrize("no", ["@weetwie no thanks", "Nee", "nein!"])
async def test_after_a_no_nobody_is_asked_and_nothing_is_said(house: House, no: str) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    question = await writes(house, ada, QUESTION)
    await says(house, ada, no)
    assert await of_questions(house, bo, question) == [] and len(await answers(house, ada)) == 1


async def test_somebody_elses_yes_asks_nobody(house: House) -> None:
    """Named in the conversation by its author, they see the proposal's thread and reply in it."""
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    (bo,) = await knowers(house, "bo")
    question = await writes(house, ada, QUESTION)
    (proposal,) = await answers(house, ada)
    refused = await house.ask(
        kim,
        "POST",
        "/api/v1/statuses",
        data={"status": "yes", "visibility": "direct", "in_reply_to_id": proposal["id"]},
    )
    assert refused.status_code == 404
    await writes(house, kim, "yes", in_reply_to_id=question)
    assert await of_questions(house, bo, question) == []


async def test_who_has_chosen_so_for_good_asks_at_once_without_a_word(house: House) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    chosen = await house.good(ada, "PUT", PREFERENCES, json={"asks_at_once": True})
    assert chosen["asks_at_once"]
    question = await writes(house, ada, QUESTION)
    assert await of_questions(house, bo, question) == [int(question)]
    assert await answers(house, ada) == []


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize(
    "more",
    [
        {"visibility": "direct", "status": f"@kim {QUESTION}"},
        {"visibility": "private"},
        {"is_question": "false"},
        {"status": "We measured water hammer."},
        {"status": "@kim, who has measured water hammer?"},
        {"poll[options][]": ["Bo", "Cem"], "poll[expires_in]": "3600"},
    ],
    ids=["direct", "followers", "said to be none", "no question", "to somebody", "a poll"],
)
async def test_what_is_no_open_question_is_left_alone(
    house: House, more: dict[str, Any], at_once: bool
) -> None:
    ada = await house.world.member("ada")
    await house.world.member("kim")
    await knowers(house, "bo")
    await house.good(ada, "PUT", PREFERENCES, json={"asks_at_once": at_once})
    await house.good(ada, "POST", "/api/v1/statuses", data={"status": QUESTION, **more})
    await works(house)
    assert await answers(house, ada) == []
    assert await house.world.connection.fetchval("select count(*) from questions") == 0


async def test_a_reply_a_bots_question_and_one_of_our_own_pages_are_left_alone(house: House) -> None:
    ada, bot = await house.world.member("ada"), await house.world.member("bot")
    (bo,) = await knowers(house, "bo")
    await house.world.connection.execute("update people set is_bot = true where id = $1", bot.id)
    first = await house.world.post(bo, "The pump is old")
    await writes(house, ada, QUESTION, in_reply_to_id=str(first))
    await writes(house, bot, QUESTION)
    await house.world.post(ada, QUESTION, is_question=True)
    await works(house)
    assert await answers(house, ada) == await answers(house, bot) == []


async def test_what_nobody_has_written_about_and_who_has_no_such_account_get_no_proposal(
    house: House,
) -> None:
    ada = await house.world.member("ada")
    await writes(house, ada, "Who wants zucchini?")
    assert await answers(house, ada) == []
    await knowers(house, "bo")
    await house.world.policy(assistant="")
    await house.good(ada, "PUT", PREFERENCES, json={"asks_at_once": True})
    await writes(house, ada, QUESTION)
    await works(house)
    assert await answers(house, ada) == []
    assert await house.world.connection.fetchval("select count(*) from questions") == 0


async def test_a_question_that_is_asked_already_gets_no_proposal_and_none_gets_two(house: House) -> None:
    ada = await house.world.member("ada")
    await knowers(house, "bo")
    await house.good(ada, "POST", "/api/weetwie/v1/ask", json={"status": QUESTION})
    await works(house)
    assert await answers(house, ada) == []
    question = await writes(house, ada, QUESTION)
    for _again in range(2):
        async with house.world.database.transaction() as db:
            await proposing.offer(await of_system(db, house.world.site), [PostPublished(int(question))])
    assert len(await answers(house, ada)) == 1


async def test_a_yes_to_a_question_that_is_gone_is_answered_so(house: House) -> None:
    ada = await house.world.member("ada")
    await knowers(house, "bo")
    question = await writes(house, ada, QUESTION)
    await answers(house, ada)
    await house.good(ada, "DELETE", f"/api/v1/statuses/{question}")
    await says(house, ada, "yes")
    assert "can't ask people this" in (await answers(house, ada))[0]["content"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Yes, please!", True), ("@weetwie ja", True), ("no", False), ("yes, but not Bo", None), ("", None)],
)
def test_only_a_plain_yes_is_a_yes(text: str, meant: bool | None) -> None:
    assert is_yes(text) is meant


async def test_a_proposal_that_nobody_answers_goes_after_thirty_days_and_an_answered_one_stays(
    house: House,
) -> None:
    ada, eva = await house.world.member("ada"), await house.world.member("eva")
    (bo,) = await knowers(house, "bo")
    question = await writes(house, ada, QUESTION)
    (waiting,) = await answers(house, ada)
    await writes(house, eva, QUESTION)
    (refused,) = await answers(house, eva)
    await says(house, eva, "no thanks")

    async def is_there(who: Someone, id: str) -> bool:
        return (await house.ask(who, "GET", f"/api/v1/statuses/{id}")).status_code == 200

    async def goes() -> tuple[bool, bool]:
        async with house.world.database.transaction() as db:
            await proposing.forget_unanswered(await of_system(db, house.world.site))
        return await is_there(ada, waiting["id"]), await is_there(eva, refused["id"])

    clock.stop(moment_of(int(refused["id"])) + timedelta(days=29))
    assert await goes() == (True, True)
    clock.stop(moment_of(int(refused["id"])) + timedelta(days=31))
    assert await goes() == (False, True)
    assert await is_there(ada, question)
    assert await of_questions(house, bo, question) == []
