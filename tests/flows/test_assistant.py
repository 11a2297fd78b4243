"""The service account answers to whoever asks, to nobody else, and nobody whom it names is told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.site import HOME
from tests.world import Someone
from weetwie.context import of_system
from weetwie.domain.knowledge.questions import read
from weetwie.domain.people import assistant
from weetwie.flows.assistant import forget_questions
from weetwie.runtime import clock
from weetwie.worker import Worker, drain


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        async with house.world.database.transaction() as db:
            await assistant.stand_ready(db, await house.world.memory.policy(db))
        yield house
    clock.stop(None)


async def settle(house: House) -> None:
    await drain(Worker(house.world.database, house.world.site))


async def writes(house: House, who: Someone, text: str, **more: Any) -> str:
    post = await house.good(who, "POST", "/api/v1/statuses", data={"status": text, **more})
    return str(post["id"])


async def answers(house: House, who: Someone) -> list[dict[str, Any]]:
    """What the service account told somebody, newest first."""
    await settle(house)
    talks = await house.good(who, "GET", "/api/v1/notifications?types[]=mention")
    return [one["status"] for one in talks if one["account"]["acct"] == "weetwie"]


@pytest.mark.parametrize(
    ("text", "about", "language"),
    [
        ("@weetwie Who knows about water hammer?", "water hammer", "en"),
        ("who can help me with Kafka", "Kafka", "en"),
        ("hi @weetwie, does anybody know something about pumps?", "pumps", "en"),
        ("@weetwie wie weet iets van waterslag?", "waterslag", "nl"),
        ("Wie heeft verstand van pompen?", "pompen", "nl"),
        ("weet iemand iets over K7?", "K7", "nl"),
        ("@weetwie wer kennt sich mit Druckstößen aus?", "Druckstößen", "de"),
        ("Wer weiß etwas über Pumpen?", "Pumpen", "de"),
        ("Wer kann mir bei der Abnahme helfen?", "der Abnahme", "de"),
        ("@weetwie water hammer", "water hammer", None),
        ("@weetwie", "", None),
    ],
)
def test_a_question_is_read_in_three_languages(text: str, about: str, language: str | None) -> None:
    question = read(text)
    assert (question.about, question.language) == (about, language)


async def test_who_asks_gets_people_with_proof_and_nobody_else_hears_of_it(house: House) -> None:
    ada, bo = await house.world.member("ada", name="Ada @bo Lovelace"), await house.world.member("bo")
    proof = await writes(house, ada, "The turbine is balanced with small weights")
    await writes(house, bo, "@weetwie who knows about turbines?", visibility="direct")
    (answer,) = await answers(house, bo)
    assert answer["visibility"] == "direct" and [one["acct"] for one in answer["mentions"]] == ["bo"]
    assert "Ada bo Lovelace: Wrote about this" in answer["content"]
    assert "“The turbine is balanced with small weights”" in answer["content"]
    assert f"{HOME}/@ada/{proof}" in answer["content"]
    assert "Ask them about turbines" in answer["content"]
    assert await house.good(ada, "GET", "/api/v1/notifications") == []
    assert (await house.ask(ada, "GET", f"/api/v1/statuses/{answer['id']}")).status_code == 404
    await settle(house)
    assert len(await answers(house, bo)) == 1


async def test_a_public_question_is_answered_in_private_and_is_no_evidence(house: House) -> None:
    ada, bo, cy = [await house.world.member(name) for name in ("ada", "bo", "cy")]
    await writes(house, ada, "De turbine is in balans")
    question = await writes(house, bo, "@weetwie wie weet iets van de turbine?")
    (answer,) = await answers(house, bo)
    assert answer["visibility"] == "direct" and answer["in_reply_to_id"] == question
    assert (await house.ask(cy, "GET", f"/api/v1/statuses/{answer['id']}")).status_code == 404
    found = await house.good(cy, "GET", "/api/weetwie/v1/who_knows?q=turbine")
    assert [one["account"]["acct"] for one in found["people"]] == ["ada"]
    await writes(house, bo, "Thank you, @weetwie")
    assert len(await answers(house, bo)) == 1


async def test_only_what_the_asker_sees_is_told(house: House) -> None:
    ada, zoe = await house.world.member("ada"), await house.world.alumnus("zoe")
    await writes(house, ada, "The turbine is balanced", audience="colleagues")
    await writes(house, zoe, "@weetwie who knows turbines?", visibility="direct")
    (answer,) = await answers(house, zoe)
    assert (
        "Nobody you can see has written about turbines" in answer["content"]
        and "ada" not in answer["content"]
    )


async def test_whoever_asks_nothing_is_told_how_to(house: House) -> None:
    bo = await house.world.member("bo")
    await writes(house, bo, "@weetwie", visibility="direct")
    (answer,) = await answers(house, bo)
    assert "Ask me who knows" in answer["content"]


async def test_question_and_answer_go_after_thirty_days(house: House) -> None:
    bo, cy = await house.world.member("bo"), await house.world.member("cy")
    alone = await writes(house, bo, "@weetwie who knows turbines?", visibility="direct")
    talked = await writes(house, bo, "@weetwie who knows pumps?")
    await writes(house, cy, "@bo I do, a little", in_reply_to_id=talked)
    told = [one["id"] for one in await answers(house, bo)]
    async with house.world.database.transaction() as db:
        await forget_questions(await of_system(db, house.world.site))
    assert len(await answers(house, bo)) == 2
    clock.stop(clock.now() + timedelta(days=31))
    async with house.world.database.transaction() as db:
        await forget_questions(await of_system(db, house.world.site))
    gone = [
        (await house.ask(bo, "GET", f"/api/v1/statuses/{id}")).status_code for id in (alone, *told, talked)
    ]
    assert gone == [404, 404, 404, 200]


async def test_the_account_is_a_bot_of_the_house_with_the_name_that_was_chosen(house: House) -> None:
    bo = await house.world.member("bo")
    account = await house.good(bo, "GET", "/api/v1/accounts/lookup?acct=weetwie")
    assert account["bot"] and not account["discoverable"]
    await house.world.policy(assistant="oracle")
    async with house.world.database.transaction() as db:
        await assistant.stand_ready(db, await house.world.memory.policy(db))
    assert (await house.good(bo, "GET", "/api/v1/accounts/lookup?acct=oracle"))["id"] == account["id"]
    await house.world.policy(assistant="bo")
    async with house.world.database.transaction() as db:
        assert await assistant.stand_ready(db, await house.world.memory.policy(db)) == int(account["id"])
    assert (await house.good(bo, "GET", "/api/v1/accounts/lookup?acct=bo"))["id"] == str(bo.id)
