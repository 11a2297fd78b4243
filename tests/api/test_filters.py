"""Filters at the client API: made in both forms, and told of with each status that they match."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.api.test_statement_counts import Statements
from weetwie.runtime import clock

FILTERS, OLD = "/api/v2/filters", "/api/v1/filters"
HOME = "/api/v1/timelines/home"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def make(house: House, who: Any, *keywords: str, whole: bool = True, **more: Any) -> Any:
    words = [{"keyword": keyword, "whole_word": whole} for keyword in keywords]
    given = {"title": "Not now", "context": ["home", "public"], "keywords_attributes": words, **more}
    return await house.good(who, "POST", FILTERS, json=given)


def matches(status: Any) -> list[Any]:
    return [(result["keyword_matches"], result["status_matches"]) for result in status["filtered"]]


async def test_what_a_filter_matches_is_told_with_the_status_to_its_owner_alone(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await house.good(ada, "POST", f"/api/v1/accounts/{bo.id}/follow")
    said = {"status": "More COFFEE here", "spoiler_text": "break"}
    post = await house.good(bo, "POST", "/api/v1/statuses", data=said)
    await house.good(bo, "POST", "/api/v1/statuses", data={"status": "coffees"})
    made = await make(house, ada, "coffee", filter_action="hide")
    assert (made["filter_action"], made["expires_at"], made["statuses"]) == ("hide", None, [])
    found = await house.good(ada, "GET", HOME)
    assert [matches(status) for status in found] == [[], [(["COFFEE"], None)]]
    result = found[1]["filtered"][0]["filter"]
    assert result == {key: made[key] for key in result}
    assert matches(await house.good(ada, "GET", f"/api/v1/statuses/{post['id']}")) == [(["COFFEE"], None)]
    assert not matches(await house.good(bo, "GET", f"/api/v1/statuses/{post['id']}"))
    at = f"{FILTERS}/{made['id']}"
    changed = await house.good(
        ada,
        "PUT",
        at,
        json={
            "keywords_attributes": [
                {"id": made["keywords"][0]["id"], "_destroy": True},
                {"keyword": "brea", "whole_word": False},
            ]
        },
    )
    assert [word["keyword"] for word in changed["keywords"]] == ["brea"]
    assert changed["title"] == "Not now"
    assert matches((await house.good(ada, "GET", HOME))[1]) == [(["brea"], None)]
    boost = await house.good(bo, "POST", f"/api/v1/statuses/{post['id']}/reblog")
    boosted = await house.good(ada, "GET", f"/api/v1/statuses/{boost['id']}")
    assert matches(boosted) == matches(boosted["reblog"]) == [(["brea"], None)]
    await house.good(ada, "DELETE", at)
    assert not matches((await house.good(ada, "GET", HOME))[-1])
    assert await house.good(ada, "GET", FILTERS) == []


async def test_single_posts_are_filtered_whatever_they_say(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    post = await house.good(bo, "POST", "/api/v1/statuses", data={"status": "Hm"})
    at = f"{FILTERS}/{(await make(house, ada))['id']}/statuses"
    held = await house.good(ada, "POST", at, json={"status_id": post["id"]})
    again = await house.good(ada, "POST", at, json={"status_id": post["id"]})
    assert held == again == await house.good(ada, "GET", f"{FILTERS}/statuses/{held['id']}")
    seen = await house.good(ada, "GET", f"/api/v1/statuses/{post['id']}")
    assert matches(seen) == [(None, [post["id"]])]
    assert (await house.ask(ada, "POST", at, json={"status_id": "99"})).status_code == 404
    secret = await house.good(bo, "POST", "/api/v1/statuses", data={"status": "x", "visibility": "private"})
    assert (await house.ask(ada, "POST", at, json={"status_id": secret["id"]})).status_code == 404
    assert (await house.ask(bo, "DELETE", f"{FILTERS}/statuses/{held['id']}")).status_code == 404
    await house.good(ada, "DELETE", f"{FILTERS}/statuses/{held['id']}")
    assert await house.good(ada, "GET", at) == []


async def test_keywords_have_routes_of_their_own(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    at = f"{FILTERS}/{(await make(house, ada))['id']}/keywords"
    word = await house.good(ada, "POST", at, data={"keyword": "tea"})
    assert word["whole_word"] is True
    own = f"{FILTERS}/keywords/{word['id']}"
    assert (await house.good(ada, "PUT", own, data={"whole_word": "false"}))["keyword"] == "tea"
    assert await house.good(ada, "GET", at) == [await house.good(ada, "GET", own)]
    for method in ("GET", "PUT", "DELETE"):
        assert (await house.ask(bo, method, own, data={"keyword": "x"})).status_code == 404
    await house.good(ada, "DELETE", own)
    assert await house.good(ada, "GET", at) == []


async def test_the_form_of_old_shows_each_keyword_as_a_filter(house: House) -> None:
    ada = await house.world.member("ada")
    given = {"phrase": "tea", "context[]": ["home", "thread"], "irreversible": "true", "expires_in": "60"}
    old = await house.good(ada, "POST", OLD, data=given)
    assert (old["phrase"], old["irreversible"], old["whole_word"]) == ("tea", True, False)
    assert old["expires_at"] is not None
    (new,) = await house.good(ada, "GET", FILTERS)
    assert (new["title"], new["filter_action"], new["context"]) == ("tea", "hide", ["home", "thread"])
    at = f"{OLD}/{old['id']}"
    changed = await house.good(
        ada, "PUT", at, json={"phrase": "Tea", "context": ["home"], "expires_in": None}
    )
    assert (changed["phrase"], changed["irreversible"], changed["expires_at"]) == ("Tea", False, None)
    await house.good(ada, "POST", f"{FILTERS}/{new['id']}/keywords", data={"keyword": "x"})
    assert len(await house.good(ada, "GET", OLD)) == 2
    refused = await house.ask(ada, "PUT", at, json={"phrase": "Tea", "context": ["public"]})
    assert refused.status_code == 422
    for one in await house.good(ada, "GET", OLD):
        await house.good(ada, "DELETE", f"{OLD}/{one['id']}")
    assert await house.good(ada, "GET", FILTERS) == []


async def test_a_filter_that_is_over_matches_nothing(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    post = await house.good(bo, "POST", "/api/v1/statuses", data={"status": "tea"})
    at = f"/api/v1/statuses/{post['id']}"
    await make(house, ada, "tea", expires_in=60)
    assert matches(await house.good(ada, "GET", at)) == [(["tea"], None)]
    clock.stop(clock.now() + timedelta(seconds=61))
    try:
        assert not matches(await house.good(ada, "GET", at))
    finally:
        clock.stop(None)


async def test_what_is_wrong_with_a_filter_is_said(house: House) -> None:
    ada = await house.world.member("ada")
    for wrong in (
        {"title": "", "context": ["home"]},
        {"title": "x", "context": []},
        {"title": "x", "context": ["nowhere"]},
        {"title": "x", "context": ["home"], "expires_in": -5},
        {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": " "}]},
        {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "y" * 513}]},
        {"title": "x", "context": ["home"], "filter_action": "burn"},
    ):
        answer = await house.ask(ada, "POST", FILTERS, json=wrong)
        assert answer.status_code == 422, wrong
    assert await house.good(ada, "GET", FILTERS) == []
    assert (await house.ask(ada, "GET", f"{FILTERS}/99")).status_code == 404


async def test_filters_are_read_once_and_who_has_none_asks_for_none(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    for number in range(8):
        await house.good(bo, "POST", "/api/v1/statuses", data={"status": f"{number} tea"})
    await make(house, ada, "tea")
    for who in (ada, bo):
        async with Statements(house) as counted:
            found: Any = []
            for _time in range(3):
                counted.asked.clear()
                found = await house.good(who, "GET", "/api/v1/timelines/public")
        assert bool(matches(found[0])) == (who is ada)
        assert len(counted.asked) == 1, counted.asked
