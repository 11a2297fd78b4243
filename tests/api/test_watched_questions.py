"""Questions that nobody could answer: whoever asked is told once, when somebody whom they see writes about it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.domain.knowledge import watched
from weetwie.domain.people.erase import erase
from weetwie.runtime import clock

WATCHED = "/api/weetwie/v1/me/watched_questions"
QUESTION = "who knows about the cathodic protection of tanks?"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        for number in range(6):
            await house.world.post(
                await house.world.member(f"other{number}"), f"Lunch number {number} is soup"
            )
        yield house


async def says(house: House, who: Someone, text: str, **more: str) -> str:
    post = await house.good(who, "POST", "/api/v1/statuses", data={"status": text, **more})
    await house.settle()
    return str(post["id"])


async def told(house: House, who: Someone) -> list[str]:
    """The posts of which somebody was told."""
    given = await house.good(who, "GET", "/api/v1/notifications")
    return [one["status"]["id"] for one in given if one["type"] == "status"]


async def waits(house: House, who: Someone, question: str = QUESTION) -> str:
    kept = await house.good(who, "POST", WATCHED, json={"q": question})
    return str(kept[0]["id"])


async def test_who_waits_is_told_of_the_first_post_about_it_and_of_no_other(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await waits(house, ada)
    await says(house, bo, "The soup of today is good")
    assert await told(house, ada) == []
    first = await says(house, bo, "Cathodic protection keeps our tanks from rust")
    await says(house, bo, "More on cathodic protection of tanks: mind the anodes")
    assert await told(house, ada) == [first]
    (kept,) = await house.good(ada, "GET", WATCHED)
    assert kept["status_id"] == first and kept["question"] == QUESTION


async def test_of_two_posts_at_once_one_is_told(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await waits(house, ada)
    for text in (
        "Cathodic protection keeps our tanks from rust",
        "Cathodic protection of tanks needs anodes",
    ):
        await house.good(bo, "POST", "/api/v1/statuses", data={"status": text})
    await house.settle()
    assert len(await told(house, ada)) == 1


async def test_what_has_but_a_word_of_it_or_asks_the_same_is_not_told(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await waits(house, ada)
    await says(
        house, bo, "Fire protection: where do you keep the blankets? I would like one for the canteen soon"
    )
    await says(house, bo, "Does anybody know cathodic protection of tanks?")
    assert await told(house, ada) == []


async def test_a_post_that_the_asker_does_not_see_tells_them_nothing(house: House) -> None:
    world = house.world
    bo = await world.member("bo")
    gus, ada = await world.guest("gus", sponsor=bo), await world.member("ada")
    await waits(house, gus)
    await waits(house, ada)
    post = await says(house, bo, "Cathodic protection keeps our tanks from rust", audience="colleagues")
    assert await told(house, gus) == [] and await told(house, ada) == [post]
    (kept,) = await house.good(gus, "GET", WATCHED)
    assert kept["status_id"] is None


async def test_nobody_is_told_of_what_somebody_writes_who_blocks_them(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    await waits(house, ada)
    await waits(house, cy)
    await house.good(bo, "POST", f"/api/v1/accounts/{ada.id}/block")
    post = await says(house, bo, "Cathodic protection keeps our tanks from rust")
    assert await told(house, ada) == [] and await told(house, cy) == [post]


async def test_an_edit_that_says_it_is_told_as_well(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await waits(house, ada)
    post = await says(house, bo, "We keep our tanks from rust")
    assert await told(house, ada) == []
    await house.good(
        bo, "PUT", f"/api/v1/statuses/{post}", data={"status": "Cathodic protection keeps tanks from rust"}
    )
    await house.settle()
    assert await told(house, ada) == [post]


async def test_one_stops_waiting_for_ones_own_questions_alone(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    kept = await waits(house, ada)
    await house.good(bo, "DELETE", f"{WATCHED}/{kept}")
    assert [one["id"] for one in await house.good(ada, "GET", WATCHED)] == [kept]
    assert await house.good(bo, "GET", WATCHED) == []
    await house.good(ada, "DELETE", f"{WATCHED}/{kept}")
    await says(house, bo, "Cathodic protection keeps our tanks from rust")
    assert await told(house, ada) == [] and await house.good(ada, "GET", WATCHED) == []


async def test_it_ends_by_itself_and_goes(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await waits(house, ada)
    clock.stop(clock.now() + watched.LASTS + timedelta(minutes=1))
    await says(house, bo, "Cathodic protection keeps our tanks from rust")
    async with house.world.database.transaction() as db:
        await watched.forget_ended(db)
    assert await house.world.connection.fetchval("select count(*) from watched_questions") == 0
    assert await told(house, ada) == []


async def test_it_goes_with_the_person(house: House) -> None:
    ada = await house.world.member("ada")
    await waits(house, ada)
    chief = await house.world.viewer(await house.world.member("chief", is_admin=True))
    async with house.world.database.transaction() as db:
        await erase(db, chief, ada.id)
    assert await house.world.connection.fetchval("select count(*) from watched_questions") == 0


async def test_the_same_question_stands_there_once_and_no_more_than_some(house: House) -> None:
    ada = await house.world.member("ada")
    await waits(house, ada)
    await waits(house, ada, f"  {QUESTION} ")
    assert len(await house.good(ada, "GET", WATCHED)) == 1
    for number in range(watched.MOST - 1):
        await waits(house, ada, f"anode{number}")
    answer = await house.ask(ada, "POST", WATCHED, json={"q": "one more"})
    assert answer.status_code == 429 and str(watched.MOST) in answer.json()["error"]


async def test_a_question_of_nothing_is_refused(house: House) -> None:
    ada = await house.world.member("ada")
    for question in ("", "   ", "?!"):
        answer = await house.ask(ada, "POST", WATCHED, json={"q": question})
        assert answer.status_code == 422, question


async def test_what_nobody_has_written_yet_in_another_language_is_told_as_well(house: House) -> None:
    ada, gerd = await house.world.member("ada"), await house.world.member("gerd")
    await waits(house, ada, "wie weet iets van frequentieregelaars?")
    await says(house, gerd, "Der Umrichter der Kantine ist neu", language="de")
    assert await told(house, ada) == []
    post = await says(house, gerd, "Der Frequenzumrichter lief heiß, die Lüfter waren zu", language="de")
    assert await told(house, ada) == [post]


async def test_what_the_glossary_says_later_counts_for_those_who_wait(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await waits(house, ada, "who knows about the wobbler?")
    await says(house, bo, "De wiebelding van lijn twee hangt los", language="nl")
    assert await told(house, ada) == []
    words = {"en": ["wobbler"], "nl": ["wiebelding"]}
    await house.good(bo, "POST", "/api/weetwie/v1/glossary", json={"words": words})
    post = await says(house, bo, "De wiebelding van lijn drie hangt ook los", language="nl")
    assert await told(house, ada) == [post]


async def test_who_has_muted_the_author_waits_on_until_somebody_else_writes_about_it(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    await waits(house, ada)
    await house.good(ada, "POST", f"/api/v1/accounts/{bo.id}/mute")
    await says(house, bo, "Cathodic protection keeps our tanks from rust")
    (kept,) = await house.good(ada, "GET", WATCHED)
    assert await told(house, ada) == [] and kept["notified_at"] is None
    post = await says(house, cy, "Cathodic protection of tanks needs anodes")
    (kept,) = await house.good(ada, "GET", WATCHED)
    assert await told(house, ada) == [post] and kept["notified_at"] and kept["status_id"] == post


async def test_who_was_told_of_a_post_that_is_swept_is_not_told_again(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await waits(house, ada)
    first = await says(house, bo, "Cathodic protection keeps our tanks from rust")
    assert await told(house, ada) == [first]
    await house.world.connection.execute("delete from posts where id = $1", int(first))
    (kept,) = await house.good(ada, "GET", WATCHED)
    assert kept["notified_at"] and kept["status_id"] is None
    await says(house, bo, "Cathodic protection of tanks needs anodes")
    assert await told(house, ada) == []


async def test_many_who_waited_before_keep_nobody_from_being_told(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    kept = await waits(house, cy)
    await house.world.connection.execute(
        "insert into watched_questions (person_id, question, terms, ends_at)"
        " select person_id, 'lunch ' || number, terms, ends_at"
        " from watched_questions, generate_series(1, 205) number where id = $1",
        int(kept),
    )
    await waits(house, ada)
    post = await says(house, bo, "Cathodic protection keeps our tanks from rust")
    assert await told(house, ada) == [post]


async def test_a_post_tells_whatever_its_author_wrote_about_it_before(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    for number in range(5):
        await says(house, bo, f"Cathodic protection of tanks, cathodic anodes of tanks, number {number}")
    await waits(house, ada)
    post = await says(house, bo, "Lunch with soup, and then the cathodic protection of all of the tanks")
    assert await told(house, ada) == [post]
