"""What comes later: the email after a day, whether an old answer still holds, and what goes with a person who is erased."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.flows.test_asking import MONDAY, QUESTION, asks, knowers, prefers, told, works
from tests.flows.test_assistant import answers as told_by_weetwie, writes
from tests.world import Someone
from weetwie.context import of_system
from weetwie.domain.people import assistant
from weetwie.domain.people.erase import erase
from weetwie.flows import asking, still_so
from weetwie.runtime import clock

A_DAY = timedelta(days=1, minutes=1)
ASK = "/api/weetwie/v1/ask"
TABLES = {
    "questions": "asker_id = $1 or confirmed_by_id = $1",
    "asked_people": "person_id = $1 or named_by_id = $1",
    "question_load": "person_id = $1",
    "question_preferences": "person_id = $1",
    "refused_topics": "person_id = $1",
    "pointers": "by_id = $1 or to_id = $1",
    "want_to_know": "person_id = $1",
    "answer_votes": "person_id = $1",
    "ask_proposals": "post_id in (select id from posts where author_id = $1)",
}
"""By table, which of its rows are somebody's."""


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    clock.stop(MONDAY)
    async with opened(dsn) as house:
        async with house.world.database.transaction() as db:
            await assistant.stand_ready(db, await house.world.memory.policy(db))
        yield house
    clock.stop(None)


async def has_address(house: House, who: Someone) -> None:
    address = f"{who.handle}@house.example"
    await house.world.connection.execute(
        "insert into addresses (person_id, address, address_hash, is_verified) values ($1, $2, $3, true)",
        who.id,
        address,
        sha256(address.encode()).digest(),
    )


async def works_with_mail(house: House) -> None:
    while await asking.work(house.world.database, replace(house.world.site, sends_mail=True)):
        pass
    await house.settle()


async def written_to(house: House) -> list[tuple[str, str]]:
    """Who is written to, about what."""
    rows = await house.world.connection.fetch("select address, subject from letters order by id")
    return [(row["address"], row["subject"]) for row in rows]


async def later(by: timedelta) -> None:
    clock.stop(clock.now() + by)


async def test_who_has_not_looked_for_a_day_gets_one_email(house: House) -> None:
    ada = await house.world.member("ada", name="Ada Lovelace")
    (bo,) = await knowers(house, "bo")
    await has_address(house, bo)
    await asks(house, ada)
    await works_with_mail(house)
    await later(timedelta(hours=23))
    await works_with_mail(house)
    assert await written_to(house) == []
    for _twice in range(2):
        await later(A_DAY)
        await works_with_mail(house)
        assert await written_to(house) == [
            ("bo@house.example", "Ada Lovelace would like to hear from you · Weetwie")
        ]


async def looks(house: House, _asker: Someone, bo: Someone, _question: int) -> None:
    (one,) = await house.good(bo, "GET", "/api/v1/notifications?types[]=mention")
    await house.good(bo, "POST", "/api/v1/markers", json={"notifications": {"last_read_id": one["id"]}})


async def replies(house: House, _asker: Someone, bo: Someone, question: int) -> None:
    await house.world.post(bo, "Nine bar", reply_to=question)


async def puts_off(house: House, _asker: Someone, bo: Someone, question: int) -> None:
    await house.good(bo, "POST", f"{ASK}/{question}/not_now")


async def is_closed(house: House, asker: Someone, _bo: Someone, question: int) -> None:
    await house.good(asker, "POST", f"{ASK}/{question}/close")


async def is_deleted(house: House, asker: Someone, _bo: Someone, question: int) -> None:
    await house.good(asker, "DELETE", f"/api/v1/statuses/{question}")


async def is_blocked(house: House, asker: Someone, bo: Someone, _question: int) -> None:
    await house.good(asker, "POST", f"/api/v1/accounts/{bo.id}/block")


@pytest.mark.parametrize("before", [looks, replies, puts_off, is_closed, is_deleted, is_blocked])
async def test_nobody_is_written_to_who_looked_or_for_whom_nothing_waits(house: House, before: Any) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    await has_address(house, bo)
    question = await asks(house, ada)
    await works_with_mail(house)
    assert await told(house, bo) == [question]
    await before(house, ada, bo, question)
    await later(A_DAY)
    await works_with_mail(house)
    assert await written_to(house) == []


async def test_without_mail_nothing_is_written_and_nothing_waits(house: House) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    await has_address(house, bo)
    await asks(house, ada)
    await works(house)
    await later(A_DAY)
    await works(house)
    await works_with_mail(house)
    assert await written_to(house) == []


async def checks(house: House) -> None:
    async with house.world.database.transaction() as db:
        await still_so.check_due(await of_system(db, house.world.site))


async def answered(house: House, asker: Someone, answerer: Someone) -> int:
    question = await house.world.post(asker, QUESTION, is_question=True)
    answer = await house.world.post(answerer, "Nine bar of water hammer", reply_to=question)
    await house.good(asker, "POST", f"{ASK}/{question}/accept", json={"answer_id": str(answer)})
    await works(house)
    return question


async def test_an_old_answer_is_asked_about_first_who_wrote_it_then_somebody_who_knows_then_once_a_year(
    house: House,
) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    bo, cem = await knowers(house, "bo", "cem")
    question = await answered(house, ada, bo)

    async def asked_about() -> list[int]:
        await checks(house)
        return [len(await told_by_weetwie(house, one)) for one in (ada, kim, bo, cem)]

    await later(timedelta(days=100))
    assert await asked_about() == [0, 0, 0, 0]
    await later(timedelta(days=3 * 366))
    assert await asked_about() == await asked_about() == [0, 0, 1, 0]
    (one,) = await told_by_weetwie(house, bo)
    assert one["visibility"] == "direct" and f"/@ada/{question}" in one["content"]
    assert "Is this answer still right?" in one["content"]
    await later(timedelta(days=31))
    assert await asked_about() == await asked_about() == [0, 0, 1, 1]
    await later(timedelta(days=300))
    assert await asked_about() == [0, 0, 1, 1]
    await later(timedelta(days=66))
    assert sum(await asked_about()) == 3


async def test_an_answer_that_was_confirmed_is_left_alone_for_a_year(house: House) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    question = await answered(house, ada, bo)
    await later(timedelta(days=3 * 366))
    await checks(house)
    await house.good(bo, "POST", f"{ASK}/{question}/still_so")
    await later(timedelta(days=360))
    await checks(house)
    assert len(await told_by_weetwie(house, bo)) == 1


async def test_whoever_may_not_see_the_question_any_more_is_not_asked_about_its_answer(house: House) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    await answered(house, ada, bo)
    await house.good(ada, "POST", f"/api/v1/accounts/{bo.id}/block")
    await later(timedelta(days=3 * 366))
    await checks(house)
    assert await told_by_weetwie(house, bo) == []


async def rows_of(house: House, who: Someone) -> dict[str, int]:
    return {
        table: await house.world.connection.fetchval(f"select count(*) from {table} where {whose}", who.id)
        for table, whose in TABLES.items()
    }


@pytest.mark.parametrize("keeps_posts", [False, True])
async def test_nothing_of_all_this_stays_of_a_person_who_is_erased(house: House, keeps_posts: bool) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    bo, cem = await knowers(house, "bo", "cem")
    await prefers(house, bo, most_a_week=5, topics=["pumps"])
    await asks(house, bo)
    await writes(house, bo, QUESTION)
    first, second = await asks(house, ada, chosen=[bo.id]), await asks(house, ada, chosen=[bo.id])
    await works(house)
    await house.good(bo, "POST", f"{ASK}/{first}/refer", json={"account_id": str(kim.id), "is_open": True})
    await house.good(bo, "POST", f"{ASK}/{second}/not_my_topic")
    of_cem = await house.world.post(cem, "Who keeps the lathe?", is_question=True)
    await house.good(bo, "POST", f"{ASK}/{of_cem}/want_to_know")
    answer = await house.world.post(kim, "I do", reply_to=of_cem)
    await house.good(cem, "POST", f"{ASK}/{of_cem}/accept", json={"answer_id": str(answer)})
    await house.good(bo, "POST", f"{ASK}/{of_cem}/still_so")
    await house.world.connection.execute(
        "insert into answer_votes values ($1, $2, $3)", of_cem, bo.id, answer
    )
    await told_by_weetwie(house, bo)
    before = await rows_of(house, bo)
    assert min(before.values()) > 0, before
    chief = await house.world.viewer(await house.world.member("chief", is_admin=True))
    async with house.world.database.transaction() as db:
        await erase(db, chief, bo.id, keeps_posts=keeps_posts)
    assert await rows_of(house, bo) == dict.fromkeys(TABLES, 0)
    assert (
        await house.world.connection.fetchval("select count(*) from questions where asker_id = $1", ada.id)
        == 2
    )
