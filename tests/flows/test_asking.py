"""A question finds its people, step by step, and nobody is asked who may not see it or does not want to be."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import SOME_DAY, Someone
from weetwie.context import Context
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import preferences, respond
from weetwie.domain.questions.preferences import Preferences
from weetwie.errors import Forbidden, Invalid
from weetwie.flows import ask, asking
from weetwie.runtime import clock

MONDAY = SOME_DAY
QUESTION = "Who has measured water hammer?"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    clock.stop(MONDAY)
    async with opened(dsn) as house:
        yield house
    clock.stop(None)


async def knowers(house: House, *names: str) -> list[Someone]:
    """Each has written about it, the first most."""
    found = []
    for place, name in enumerate(names):
        someone = await house.world.member(name)
        for number in range(len(names) - place):
            await house.world.post(someone, f"Measured water hammer at pump {name} {number}")
        found.append(someone)
    return found


async def asks(house: House, asker: Someone, text: str = QUESTION, **more: Any) -> int:
    async with house.world.database.transaction() as db:
        context = Context(db, await house.world.viewer(asker), house.world.site)
        return await ask.ask(context, Draft(text=text), **more)


async def works(house: House) -> None:
    while await asking.work(house.world.database, house.world.site):
        pass
    await house.settle()


async def told(house: House, who: Someone) -> list[int]:
    """Of which questions somebody was notified, in any app."""
    found = await house.good(who, "GET", "/api/v1/notifications?types[]=mention")
    return [int(one["status"]["id"]) for one in found]


async def prefers(house: House, who: Someone, **wanted: Any) -> None:
    async with house.world.database.transaction() as db:
        await preferences.choose(db, await house.world.viewer(who), Preferences(**wanted), [])


async def wait(house: House, hours: int = 8) -> None:
    clock.stop(clock.now() + timedelta(hours=hours))
    await works(house)


async def who_hears(house: House, people: list[Someone]) -> list[str]:
    return [one.handle for one in people if await told(house, one)]


async def test_up_to_three_who_know_are_asked_and_more_after_the_working_hours(house: House) -> None:
    ada = await house.world.member("ada")
    people = await knowers(house, "bo", "cem", "dewi", "eva", "fay", "gil")
    question = await asks(house, ada)
    await works(house)
    assert await who_hears(house, people) == ["bo", "cem", "dewi"]
    assert await told(house, people[0]) == [question]
    await wait(house, 7)
    assert len(await who_hears(house, people)) == 3
    await wait(house, 24)
    assert len(await who_hears(house, people)) == 5


async def test_those_whom_the_asker_chose_are_asked_and_those_dropped_never(house: House) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    people = await knowers(house, "bo", "cem", "dewi", "eva")
    await asks(house, ada, chosen=[kim.id], without=[people[0].id])
    await works(house)
    assert await who_hears(house, [kim, *people]) == ["kim", "cem", "dewi"]
    for _step in range(4):
        await wait(house, 72)
    assert "bo" not in await who_hears(house, people)


async def test_an_answer_ends_the_asking(house: House) -> None:
    ada = await house.world.member("ada")
    people = await knowers(house, "bo", "cem", "dewi", "eva")
    question = await asks(house, ada)
    await works(house)
    await house.world.post(people[2], "It was nine bar", reply_to=question)
    await wait(house, 72)
    assert len(await who_hears(house, people)) == 3


@pytest.mark.parametrize(
    "wanted",
    [{"is_asked": False}, {"away_until": date(2026, 6, 20)}, {"most_a_week": 1}],
    ids=["never", "away", "enough"],
)
async def test_who_is_not_available_is_told_nothing(house: House, wanted: dict[str, Any]) -> None:
    ada = await house.world.member("ada")
    people = await knowers(house, "bo", "cem", "dewi", "eva")
    await prefers(house, people[0], **wanted)
    if "most_a_week" in wanted:
        await asks(house, ada, chosen=[people[0].id])
        await works(house)
        assert len(await told(house, people[0])) == 1
    before = len(await told(house, people[0]))
    await asks(house, ada)
    await asks(house, ada, chosen=[people[0].id])
    await works(house)
    assert len(await told(house, people[0])) == before
    assert "eva" in await who_hears(house, people)


async def test_who_passed_for_a_topic_is_not_asked_about_it_again(house: House) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    question = await asks(house, ada)
    await works(house)
    async with house.world.database.transaction() as db:
        await respond.not_my_topic(db, await house.world.viewer(bo), question)
    again = await asks(house, ada, "Has anybody measured water hammer at a pump?")
    await works(house)
    assert again not in await told(house, bo)
    await house.world.post(bo, "The lathe needs oil, and the lathe is old")
    other = await asks(house, ada, "Who repairs the lathe?")
    await works(house)
    assert other in await told(house, bo)


async def test_who_is_asked_can_name_somebody_and_stay_unnamed(house: House) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    (bo,) = await knowers(house, "bo")
    question = await asks(house, ada)
    await works(house)
    async with house.world.database.transaction() as db:
        context = Context(db, await house.world.viewer(bo), house.world.site)
        await ask.name_somebody(context, question, kim.id, openly=False)
    await works(house)
    assert await told(house, kim) == [question]
    (pointer,) = await respond.pointers(house.world.db, await house.world.viewer(kim))
    assert pointer.by_id is None
    (pointer,) = await respond.pointers(house.world.db, await house.world.viewer(bo))
    assert (pointer.by_id, pointer.to_id) == (bo.id, kim.id)
    later = await asks(house, ada)
    await works(house)
    assert later in await told(house, kim)


async def test_who_was_not_asked_can_name_nobody(house: House) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    question = await asks(house, ada)
    await works(house)
    async with house.world.database.transaction() as db:
        context = Context(db, await house.world.viewer(kim), house.world.site)
        with pytest.raises(Forbidden):
            await ask.name_somebody(context, question, ada.id, openly=False)


async def test_a_guest_cannot_be_chosen_for_what_is_for_colleagues(house: House) -> None:
    ada = await house.world.member("ada")
    gus = await house.world.guest("gus", sponsor=ada, until=MONDAY + timedelta(days=9))
    with pytest.raises(Invalid, match="colleagues only"):
        await asks(house, ada, chosen=[gus.id])


async def test_hours_of_somebody_hold_their_notification_back(house: House) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    await prefers(house, bo, begins=13 * 60, ends=17 * 60, time_zone="UTC")
    await asks(house, ada)
    await works(house)
    assert await told(house, bo) == []
    await wait(house, 4)
    assert len(await told(house, bo)) == 1


@pytest.mark.parametrize("ends_by", ["close", "accept"])
async def test_whose_hours_begin_after_a_question_has_ended_is_not_notified(
    house: House, ends_by: str
) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    bo, cem = await knowers(house, "bo", "cem")
    await prefers(house, bo, begins=13 * 60, ends=17 * 60, time_zone="UTC")
    question = await asks(house, ada)
    await works(house)
    assert (await told(house, bo), await told(house, cem)) == ([], [question])
    if ends_by == "close":
        await house.good(ada, "POST", f"/api/weetwie/v1/ask/{question}/close")
    else:
        answer = await house.world.post(kim, "Nine bar", reply_to=question)
        accepted = {"answer_id": str(answer)}
        await house.good(ada, "POST", f"/api/weetwie/v1/ask/{question}/accept", json=accepted)
    await wait(house, 4)
    assert await told(house, bo) == []
    tell_at = "select tell_at from asked_people where post_id = $1 and person_id = $2"
    assert await house.world.connection.fetchval(tell_at, question, bo.id) is None


async def names(house: House, who: Someone, question: int, whom: Someone | str) -> None:
    async with house.world.database.transaction() as db:
        context = Context(db, await house.world.viewer(who), house.world.site)
        if isinstance(whom, str):
            await ask.name_a_topic(context, question, whom, openly=False)
        else:
            await ask.name_somebody(context, question, whom.id, openly=False)


async def named_by(house: House, who: Someone) -> list[int]:
    return [one.to_id for one in await respond.pointers(house.world.db, await house.world.viewer(who))]


async def test_how_many_one_may_name_tells_of_nobody_whether_they_were_asked(house: House) -> None:
    ada = await house.world.member("ada")
    bo, cem, dewi, eva, fay = await knowers(house, "bo", "cem", "dewi", "eva", "fay")
    question = await asks(house, ada, without=[eva.id])
    await works(house)
    for one in (cem, dewi, eva):  # two were asked, one was dropped
        await names(house, bo, question, one)
    with pytest.raises(Invalid):
        await names(house, bo, question, fay)


async def test_whom_one_named_by_a_topic_tells_of_nobody_whether_they_are_there(house: House) -> None:
    """Those who know most by what one sees are named; whoever of the others can, is asked."""
    ada, asked = await house.world.member("ada"), await house.world.member("asked")
    bo, cem, dewi, eva = await knowers(house, "bo", "cem", "dewi", "eva")
    await prefers(house, bo, is_asked=False)
    await prefers(house, cem, away_until=date(2027, 1, 1))
    question = await asks(house, ada, "Who can tell about that knocking?", chosen=[asked.id])
    await works(house)
    assert await who_hears(house, [bo, cem, dewi, eva]) == []
    await names(house, asked, question, "water hammer")
    await works(house)
    assert sorted(await named_by(house, asked)) == sorted([bo.id, cem.id])
    assert await who_hears(house, [bo, cem, dewi, eva]) == ["dewi", "eva"]
