"""Who knows what, from any app."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from tests.api.house import House, opened

ME = "/api/weetwie/v1/who_knows/me"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def test_an_answer_names_people_with_their_proof(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    cy = await house.world.member("cy")
    for one in (ada, bo):
        await house.world.follow(one, cy)
    post = await house.good(
        ada, "POST", "/api/v1/statuses", data={"status": "The turbine is balanced #Turbines"}
    )
    answer = await house.good(bo, "GET", "/api/weetwie/v1/who_knows?q=turbine")
    (first,) = answer["people"]
    assert first["account"]["acct"] == "ada" and first["standing"] == "member" and first["share"] == 1
    assert [proof["status"]["id"] for proof in first["proofs"]] == [post["id"]]
    assert first["way"]["kind"] == "both_follow" and first["way"]["via"]["acct"] == "cy"
    again = await house.good(bo, "POST", "/api/weetwie/v1/who_knows", data={"q": "turbine " * 5000})
    assert [one["account"]["acct"] for one in again["people"]] == ["ada"]
    topic = await house.good(bo, "GET", "/api/weetwie/v1/topics/turbines")
    assert topic["followers_count"] == 0 and not {"score", "share"} & set(topic["people"][0])
    assert [one["acct"] for one in topic["people"]] == ["ada"] and topic["statuses"][0]["id"] == post["id"]


async def test_a_post_counts_at_once_and_no_more_when_it_is_deleted(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    for _ in range(2):
        post = await house.good(ada, "POST", "/api/v1/statuses", data={"status": "The turbine is balanced"})
        assert (await house.good(bo, "GET", "/api/weetwie/v1/who_knows?q=turbine"))["people"]
        await house.good(ada, "DELETE", f"/api/v1/statuses/{post['id']}")
        assert not (await house.good(bo, "GET", "/api/weetwie/v1/who_knows?q=turbine"))["people"]


async def test_a_search_that_is_no_name_finds_who_knows(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await house.good(ada, "POST", "/api/v1/statuses", data={"status": "The turbine is balanced"})
    found = await house.good(bo, "GET", f"/api/v2/search?q={quote('turbines')}")
    assert [one["acct"] for one in found["accounts"]] == ["ada"]
    assert [one["acct"] for one in (await house.good(bo, "GET", "/api/v2/search?q=bo"))["accounts"]] == ["bo"]


async def test_a_day_that_is_none_is_refused_in_words(house: House) -> None:
    bo = await house.world.member("bo")
    for said in ("yesterday", "2023-13", "2023-02-30", "9999"):
        answer = await house.ask(bo, "GET", f"/api/weetwie/v1/who_knows?q=tea&as_of={said}")
        assert answer.status_code == 422 and "date" in answer.json()["error"]
    for said in ("2023", "2023-06", "2023-06-30"):
        await house.good(bo, "GET", f"/api/weetwie/v1/who_knows?q=tea&as_of={said}")


async def test_many_who_ask_at_once_get_the_same(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await house.good(ada, "POST", "/api/v1/statuses", data={"status": "The turbine is balanced"})
    asking = (house.good(bo, "GET", "/api/weetwie/v1/who_knows?q=turbine") for _ in range(8))
    answers = await asyncio.gather(*asking)
    assert all(len(answer["people"]) == 1 for answer in answers)


async def test_one_switch_takes_somebody_out_at_once_and_back_in(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await house.good(ada, "POST", "/api/v1/statuses", data={"status": "The turbine is balanced"})
    assert (await house.good(ada, "GET", ME))["is_ranked"] is True
    assert await house.good(ada, "PUT", ME, data={"is_ranked": "false"}) == {
        "is_ranked": False,
        "finds_near": True,
    }
    assert not (await house.good(bo, "GET", "/api/weetwie/v1/who_knows?q=turbine"))["people"]
    kept = await house.world.connection.fetch("select is_gone, terms from evidence")
    assert [tuple(row) for row in kept] == [(True, b"")]
    await house.good(ada, "POST", "/api/v1/statuses", data={"status": "Another turbine"})
    assert await house.world.connection.fetchval("select count(*) from evidence where not is_gone") == 0
    await house.good(ada, "PUT", ME, data={"is_ranked": "true"})
    await house.settle()
    (first,) = (await house.good(bo, "GET", "/api/weetwie/v1/who_knows?q=turbine"))["people"]
    assert len(first["proofs"]) == 2
