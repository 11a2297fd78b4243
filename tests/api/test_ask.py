"""Questions that find their people, as programs ask and answer them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.api.house import House, opened
from tests.flows.test_asking import MONDAY, QUESTION, knowers, told, wait, works
from tests.world import Someone
from weetwie.context import of_system
from weetwie.domain.people import assistant
from weetwie.flows import still_so
from weetwie.runtime import clock

ASK = "/api/weetwie/v1/ask"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    clock.stop(MONDAY)
    async with opened(dsn) as house:
        yield house
    clock.stop(None)


async def asks(house: House, asker: Someone, text: str = QUESTION, **more: object) -> str:
    asked = await house.good(asker, "POST", ASK, json={"status": text, **more})
    await works(house)
    return str(asked["status"]["id"])


async def waiting(house: House, who: Someone) -> list[str]:
    return [one["id"] for one in await house.good(who, "GET", ASK)]


async def test_before_one_asks_people_answers_and_questions_like_it_are_shown(house: House) -> None:
    clock.stop(None)
    ada = await house.world.member("ada")
    bo, cem = await knowers(house, "bo", "cem")
    asked = await house.world.post(cem, "Who measured water hammer at pump four?", is_question=True)
    answer = await house.world.post(bo, "Pump four has water hammer at night", reply_to=asked)
    before = await house.good(ada, "GET", f"{ASK}/preview?q={QUESTION}")
    assert [one["account"]["acct"] for one in before["people"]][:1] == ["bo"]
    assert [one["id"] for one in before["asked_before"]] == [str(asked)]
    await house.good(cem, "POST", f"{ASK}/{asked}/accept", json={"answer_id": str(answer)})
    before = await house.good(ada, "GET", f"{ASK}/preview?q={QUESTION}")
    assert [one["answer"]["id"] for one in before["answered"]] == [str(answer)]
    assert await house.world.connection.fetchval("select count(*) from questions where step >= 0") == 0


async def test_the_asker_and_the_asked_see_whom_the_asker_chose_and_nobody_sees_the_others(
    house: House,
) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    bo, _cem, dewi = await knowers(house, "bo", "cem", "dewi")
    question = await asks(house, ada, account_ids=[str(kim.id)])
    of_asker = await house.good(ada, "GET", f"{ASK}/{question}")
    assert [one["acct"] for one in of_asker["chosen"]] == ["kim"]
    assert (of_asker["added"], of_asker["next_step"]) == (2, "more_people")
    of_asked = await house.good(bo, "GET", f"{ASK}/{question}")
    assert [one["acct"] for one in of_asked["chosen"]] == ["kim"]
    assert (of_asked["asked_by"], of_asked["own_state"], of_asked["added"]) == ("weetwie", "asked", None)
    of_other = await house.good(dewi, "GET", f"{ASK}/{question}")
    assert (of_other["chosen"], of_other["asked_by"], of_other["next_step_at"]) == ([], None, None)


async def test_what_the_asker_reads_is_the_same_whoever_is_away_passes_or_does_not_want_to_be_asked(
    house: House,
) -> None:
    """Two weeks of the same question, once with everybody there and once with nobody."""
    ada = await house.world.member("ada")
    people = await knowers(house, "bo", "cem", "dewi", "eva", "fay")
    read = []
    ways: list[dict[str, object]] = [
        {},
        {"is_asked": False},
        {"away_until": "2027-01-01"},
        {"most_a_week": 1},
    ]
    for number, gone in enumerate(ways):
        for one in people:
            plain = {"is_asked": True, "away_until": "", "most_a_week": 30}
            await house.good(one, "PUT", "/api/weetwie/v1/me/ask/preferences", json={**plain, **gone})
        clock.stop(MONDAY + timedelta(days=7 * number))
        question = await asks(house, ada, account_ids=[str(people[1].id)])
        seen = []
        for hours in (0, 1, 8, 24, 48):
            await wait(house, hours)
            for one in people:
                if number == 0 and question in await waiting(house, one):
                    await house.good(one, "POST", f"{ASK}/{question}/not_now")
            now = await house.good(ada, "GET", f"{ASK}/{question}")
            now["status"] = None
            now["next_step_at"] = now["next_step_at"] and now["next_step_at"].split("T")[1]
            seen.append(now)
        read.append(seen)
    assert read[0] == read[1] == read[2] == read[3]


async def test_a_chosen_one_who_is_away_finds_it_in_their_list_without_a_word(house: House) -> None:
    ada, kim, lea = [await house.world.member(name) for name in ("ada", "kim", "lea")]
    await house.good(kim, "PUT", "/api/weetwie/v1/me/ask/preferences", json={"away_until": "2026-06-30"})
    await house.good(lea, "PUT", "/api/weetwie/v1/me/ask/preferences", json={"is_asked": False})
    question = await asks(house, ada, account_ids=[str(kim.id), str(lea.id)])
    assert await told(house, kim) == await told(house, lea) == []
    assert await waiting(house, kim) == [question] and await waiting(house, lea) == []
    chosen = (await house.good(ada, "GET", f"{ASK}/{question}"))["chosen"]
    assert {one["acct"] for one in chosen} == {"kim", "lea"}


async def test_one_tap_each(house: House) -> None:
    ada, kim, lea = [await house.world.member(name) for name in ("ada", "kim", "lea")]
    (bo,) = await knowers(house, "bo")
    question = await asks(house, ada)
    assert (await house.good(bo, "POST", f"{ASK}/{question}/not_now"))["own_state"] == "not_now"
    assert await waiting(house, bo) == [question]
    pointed = await house.good(
        bo, "POST", f"{ASK}/{question}/refer", json={"account_id": str(kim.id), "is_open": True}
    )
    assert pointed["own_state"] == "named" and await waiting(house, bo) == []
    await works(house)
    of_kim = await house.good(kim, "GET", f"{ASK}/{question}")
    assert (of_kim["asked_by"], of_kim["named_by"]["acct"]) == ("person", "bo")
    (named,) = await house.good(kim, "GET", "/api/weetwie/v1/me/ask/named")
    assert named["by"]["acct"] == "bo"
    await house.good(kim, "DELETE", f"/api/weetwie/v1/me/ask/named/{named['id']}")
    assert await house.good(bo, "GET", "/api/weetwie/v1/me/ask/named") == []
    await house.good(kim, "POST", f"{ASK}/{question}/not_my_topic")
    (refused,) = await house.good(kim, "GET", "/api/weetwie/v1/me/ask/refused_topics")
    assert "water" in refused["name"]
    await house.good(kim, "DELETE", f"/api/weetwie/v1/me/ask/refused_topics/{refused['id']}")
    assert (await house.ask(lea, "POST", f"{ASK}/{question}/not_now")).status_code == 403
    assert (await house.good(lea, "POST", f"{ASK}/{question}/want_to_know"))["wants_to_know"]
    answer = await house.good(bo, "POST", f"{ASK}/{question}/answer", json={"status": "Nine bar"})
    await house.good(ada, "POST", f"{ASK}/{question}/accept", json={"answer_id": answer["id"]})
    await works(house)
    heard = await house.good(lea, "GET", "/api/v1/notifications")
    assert [one["status"]["id"] for one in heard] == [answer["id"]]
    assert [one["id"] for one in await house.good(ada, "GET", f"{ASK}?of=answered")] == [question]


async def test_two_who_know_accept_an_answer_after_a_week_and_anybody_says_whether_it_is_still_so(
    house: House,
) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    bo, cem, dewi = await knowers(house, "bo", "cem", "dewi")
    id = await house.world.connection.fetchval("select new_id($1)", MONDAY - timedelta(days=1))
    question = await house.world.post(ada, QUESTION, is_question=True, id=id)
    answer = await house.world.post(bo, "Nine bar", reply_to=question)
    accept = (f"{ASK}/{question}/accept", {"answer_id": str(answer)})
    assert (await house.ask(cem, "POST", accept[0], json=accept[1])).status_code == 403
    clock.stop(MONDAY + timedelta(days=8))
    for who, code in ((bo, 403), (kim, 403), (cem, 200), (dewi, 200)):
        assert (await house.ask(who, "POST", accept[0], json=accept[1])).status_code == code
    await works(house)
    assert [one["id"] for one in await house.good(kim, "GET", f"{ASK}?of=answered")] == [str(question)]
    confirmed = await house.good(kim, "POST", f"{ASK}/{question}/no_longer")
    assert confirmed["is_outdated"] and confirmed["confirmed_by"]["acct"] == "kim"
    await house.world.policy(works_council=True)
    confirmed = await house.good(kim, "POST", f"{ASK}/{question}/still_so")
    assert not confirmed["is_outdated"] and confirmed["confirmed_by"] is None
    assert confirmed["confirmed_at"] is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"most_a_week": 0},
        {"time_zone": "Mars/Base"},
        {"begins": 540},
        {"away_until": "soon"},
    ],
)
async def test_preferences_that_cannot_be_are_refused(house: House, wrong: dict[str, object]) -> None:
    ada = await house.world.member("ada")
    answer = await house.ask(ada, "PUT", "/api/weetwie/v1/me/ask/preferences", json=wrong)
    assert answer.status_code == 422, answer.text


async def test_the_same_key_publishes_and_asks_once(house: House) -> None:
    ada = await house.world.member("ada")
    headers = {"authorization": f"Bearer {ada.token}", "idempotency-key": "k"}
    ids = {
        (await house.site.post(ASK, json={"status": QUESTION}, headers=headers)).json()["status"]["id"]
        for _twice in range(2)
    }
    assert len(ids) == 1
    (id,) = ids
    assert (await house.ask(ada, "POST", ASK, json={"status_id": id})).status_code == 409


async def test_who_does_not_see_the_answer_reads_nothing_of_whether_it_still_holds(house: House) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    (bo,) = await knowers(house, "bo")
    question = await house.world.post(ada, QUESTION, is_question=True)
    answer = await house.world.post(bo, "Nine bar", reply_to=question)
    await house.good(ada, "POST", f"{ASK}/{question}/accept", json={"answer_id": str(answer)})
    await works(house)
    before = await house.good(kim, "GET", f"{ASK}/{question}")
    await house.good(ada, "POST", f"{ASK}/{question}/no_longer")
    assert (await house.good(kim, "GET", f"{ASK}/{question}"))["confirmed_by"]["acct"] == "ada"
    await house.good(kim, "POST", f"/api/v1/accounts/{bo.id}/block")
    after = await house.good(kim, "GET", f"{ASK}/{question}")
    told = ("confirmed_at", "confirmed_by", "is_outdated")
    assert [after[name] for name in told] == [before[name] for name in told] == [None, None, False]


async def test_who_confirmed_an_answer_does_not_show_once_the_works_council_mode_is_on(house: House) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    question = await house.world.post(ada, QUESTION, is_question=True)
    answer = await house.world.post(bo, "Nine bar", reply_to=question)
    await house.good(ada, "POST", f"{ASK}/{question}/accept", json={"answer_id": str(answer)})
    await works(house)
    await house.good(ada, "POST", f"{ASK}/{question}/still_so")
    await house.world.policy(works_council=True)
    read = await house.good(bo, "GET", f"{ASK}/{question}")
    assert read["confirmed_by"] is None and read["confirmed_at"] is not None


async def test_somebody_who_is_not_there_is_left_out_like_somebody_who_is_not_seen(house: House) -> None:
    ada = await house.world.member("ada")
    answer = await house.ask(ada, "POST", ASK, json={"status": QUESTION, "without_ids": ["123456789"]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("wanted", [{"is_asked": False}, {"away_until": "2031-01-01"}, {}])
async def test_whether_an_answer_still_holds_is_asked_of_who_wants_to_be_asked(
    house: House, wanted: dict[str, object]
) -> None:
    ada = await house.world.member("ada")
    (bo,) = await knowers(house, "bo")
    await house.world.policy(assistant="weetwie")
    async with house.world.database.transaction() as db:
        await assistant.stand_ready(db, (await of_system(db, house.world.site)).viewer.policy)
    question = await house.world.post(ada, QUESTION, is_question=True)
    answer = await house.world.post(bo, "Nine bar", reply_to=question)
    await house.good(ada, "POST", f"{ASK}/{question}/accept", json={"answer_id": str(answer)})
    await works(house)
    if wanted:
        await house.good(bo, "PUT", "/api/weetwie/v1/me/ask/preferences", json=wanted)
    clock.stop(MONDAY + timedelta(days=1200))
    async with house.world.database.transaction() as db:
        await still_so.check_due(await of_system(db, house.world.site))
    await works(house)
    assert len(await told(house, bo)) == (0 if wanted else 1)


async def test_answers_come_accepted_first_then_by_favourites_then_the_oldest(house: House) -> None:
    ada, kim = await house.world.member("ada"), await house.world.member("kim")
    bo, cem, dewi, eva = await knowers(house, "bo", "cem", "dewi", "eva")
    question = await asks(house, ada)
    at = f"{ASK}/{question}/answers"

    async def replied(who: Someone, text: str, **more: str) -> str:
        data = {"status": text, "in_reply_to_id": question, **more}
        return str((await house.good(who, "POST", "/api/v1/statuses", data=data))["id"])

    old, new = await replied(bo, "Nine bar"), await replied(cem, "Ten bar")
    liked, taken = await replied(dewi, "Eleven bar"), await replied(eva, "Twelve bar")
    await replied(ada, "At which pump?")
    await replied(bo, "@ada, between us: nine", visibility="direct")
    below = await replied(kim, "Are you sure?", in_reply_to_id=old)
    await house.good(kim, "POST", f"/api/v1/statuses/{liked}/favourite")
    assert [one["id"] for one in await house.good(kim, "GET", at)] == [liked, old, new, taken]
    await house.good(ada, "POST", f"{ASK}/{question}/accept", json={"answer_id": taken})
    assert [one["id"] for one in await house.good(kim, "GET", at)] == [taken, liked, old, new]
    await house.good(kim, "POST", f"/api/v1/accounts/{dewi.id}/block")
    assert [one["id"] for one in await house.good(kim, "GET", at)] == [taken, old, new]
    await house.good(ada, "POST", f"{ASK}/{question}/accept", json={"answer_id": below})
    assert [one["id"] for one in await house.good(bo, "GET", at)] == [below, liked, old, new, taken]
    assert (await house.ask(ada, "GET", f"{ASK}/{old}/answers")).status_code == 404
