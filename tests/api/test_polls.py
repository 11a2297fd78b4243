"""Polls through the door: put to the vote, chosen, ended, changed, gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.api.house import House, opened
from tests.api.test_media import uploaded
from tests.world import Someone
from weetwie.domain.people.erase import erase
from weetwie.domain.polls import polls
from weetwie.domain.polls.rules import Ballot
from weetwie.domain.polls.vote import vote
from weetwie.errors import Invalid
from weetwie.runtime import clock

TEA = {"status": "Tea?", "poll": {"options": ["Yes", "No", "Later"], "expires_in": 3600}}


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def put(house: House, who: Someone, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {**TEA, "poll": {**TEA["poll"], **more}}  # type: ignore[dict-item]
    post: dict[str, Any] = await house.good(who, "POST", "/api/v1/statuses", json=given)
    return post


async def choose(house: House, who: Someone, id: str, *choices: int) -> Any:
    return await house.ask(who, "POST", f"/api/v1/polls/{id}/votes", json={"choices": list(choices)})


def counts(poll: dict[str, Any]) -> list[int | None]:
    return [option["votes_count"] for option in poll["options"]]


async def test_one_votes_once_and_the_numbers_show_in_every_list(house: House) -> None:
    ada = await house.world.member("ada")
    bo = await house.world.member("bo", follows=[ada])
    post = await put(house, ada)
    assert post["poll"]["voted"] is True and post["poll"]["own_votes"] == [], "one does not vote in one's own"
    assert (await choose(house, bo, post["id"], 1)).json()["own_votes"] == [1]
    (shown,) = await house.good(bo, "GET", "/api/v1/timelines/home")
    assert counts(shown["poll"]) == [0, 1, 0] and shown["poll"]["voters_count"] == 1
    for who, choices, status in ((bo, (2,), 422), (ada, (0,), 422), (bo, (), 422)):
        assert (await choose(house, who, post["id"], *choices)).status_code == status
    boost = await house.good(bo, "POST", f"/api/v1/statuses/{post['id']}/reblog")
    assert counts(boost["reblog"]["poll"]) == [0, 1, 0] and boost["poll"] is None


async def test_several_can_be_chosen_only_where_that_is_said(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    one, many = await put(house, ada), await put(house, ada, multiple=True)
    assert (await choose(house, bo, one["id"], 0, 1)).status_code == 422
    assert (await choose(house, bo, one["id"], 3)).status_code == 422
    answer = (await choose(house, bo, many["id"], 2, 0, 0)).json()
    assert (counts(answer), answer["votes_count"], answer["voters_count"]) == ([1, 0, 1], 2, 1)
    assert (await choose(house, cy, many["id"], 2)).json()["voters_count"] == 2


async def test_hidden_numbers_show_when_it_is_over_and_those_who_voted_are_told(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    post = await put(house, ada, hide_totals=True)
    assert counts((await choose(house, bo, post["id"], 1)).json()) == [None, None, None]
    clock.stop(clock.now() + timedelta(hours=2))
    try:
        assert (await choose(house, cy, post["id"], 1)).status_code == 422
        async with house.world.database.transaction() as db:
            await polls.end_due(db)
            await polls.end_due(db)
        await house.settle()
        poll = await house.good(bo, "GET", f"/api/v1/polls/{post['id']}")
        assert counts(poll) == [0, 1, 0] and poll["expired"]
        for who, number in ((ada, 1), (bo, 1), (cy, 0)):
            told = await house.good(who, "GET", "/api/v1/notifications", params={"types[]": "poll"})
            assert [one["status"]["id"] for one in told] == [post["id"]] * number
    finally:
        clock.stop(None)


@pytest.mark.parametrize(
    "poll",
    [
        {"options": ["Only"], "expires_in": 3600},
        {"options": ["a", " A"], "expires_in": 3600},
        {"options": ["a", ""], "expires_in": 3600},
        {"options": ["a", "b" * 51], "expires_in": 3600},
        {"options": list("abcde"), "expires_in": 3600},
        {"options": ["a", "b"], "expires_in": 20},
        {"options": ["a", "b"], "expires_in": 99_999_999},
        {"options": ["a", "b"]},
    ],
)
async def test_what_is_no_poll_is_refused_and_nothing_is_posted(house: House, poll: dict[str, Any]) -> None:
    ada = await house.world.member("ada")
    answer = await house.ask(ada, "POST", "/api/v1/statuses", json={"status": "?", "poll": poll})
    assert answer.status_code == 422 and answer.json()["error"]
    assert await house.good(ada, "GET", f"/api/v1/accounts/{ada.id}/statuses") == []


async def test_files_and_a_poll_do_not_go_together(house: House) -> None:
    ada = await house.world.member("ada")
    media = await uploaded(house, ada)
    answer = await house.ask(ada, "POST", "/api/v1/statuses", json={**TEA, "media_ids": [media["id"]]})
    assert answer.status_code == 422


async def test_other_options_begin_anew_and_a_poll_that_is_not_named_is_taken_out(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    post = await put(house, ada)
    await choose(house, bo, post["id"], 1)
    at = f"/api/v1/statuses/{post['id']}"
    same = await house.good(ada, "PUT", at, json={**TEA, "status": "Tea??"})
    assert counts(same["poll"]) == [0, 1, 0]
    other = {**TEA, "poll": {"options": ["Green", "Black"], "expires_in": 3600}}
    assert counts((await house.good(ada, "PUT", at, json=other))["poll"]) == [0, 0]
    assert (await choose(house, bo, post["id"], 0)).status_code == 200
    found = await house.good(bo, "GET", "/api/v2/search", params={"q": "green has:poll"})
    assert [one["id"] for one in found["statuses"]] == [post["id"]]
    assert (await house.good(ada, "PUT", at, json={"status": "No tea"}))["poll"] is None
    assert (await house.ask(bo, "GET", f"/api/v1/polls/{post['id']}")).status_code == 404


async def test_it_goes_with_its_post_and_a_vote_with_its_voter(house: House) -> None:
    ada, bo, cy = [
        await house.world.member(handle, is_admin=handle == "cy") for handle in ("ada", "bo", "cy")
    ]
    post = await put(house, ada)
    await choose(house, bo, post["id"], 1)
    await choose(house, cy, post["id"], 1)
    async with house.world.database.transaction() as db:
        await erase(db, await house.world.viewer(cy), bo.id)
    await house.settle()
    poll = await house.good(cy, "GET", f"/api/v1/polls/{post['id']}")
    assert (counts(poll), poll["voters_count"]) == ([0, 1, 0], 1)
    gone = await house.good(ada, "DELETE", f"/api/v1/statuses/{post['id']}")
    assert gone["poll"]["options"][0]["title"] == "Yes", "to be written anew"
    assert await house.world.connection.fetchval("select count(*) from polls") == 0


async def test_two_votes_of_one_at_once_count_once(house: House) -> None:
    ada = await house.world.member("ada")
    voters = [await house.world.member(f"bo{number}") for number in range(6)]
    post = await put(house, ada)
    answers = await asyncio.gather(
        *(choose(house, who, post["id"], number % 3) for number, who in enumerate(voters) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 6 + [422] * 6
    poll = await house.good(ada, "GET", f"/api/v1/polls/{post['id']}")
    assert counts(poll) == [2, 2, 2] and poll["voters_count"] == 6


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(votes=st.lists(st.tuples(st.integers(0, 4), st.lists(st.integers(-1, 4), max_size=4)), max_size=12))
async def test_the_numbers_are_always_those_of_the_votes(
    house: House, votes: list[tuple[int, list[int]]]
) -> None:
    world = house.world
    async with world.undone():
        people = [await world.member(f"v{number}") for number in range(5)]
        post = await world.post(people[0])
        db = world.db
        viewers = [await world.viewer(person) for person in people]
        ballot = Ballot(options=["a", "b", "c"], lasts=600, is_multiple=True)
        await polls.put(db, viewers[0], post, ballot, has_media=False)
        kept: dict[int, set[int]] = {}
        for who, choices in votes:
            is_new = kept.get(who, set()).isdisjoint(choices)
            right = choices and all(0 <= choice < 3 for choice in choices) and who and is_new
            try:
                await vote(db, viewers[who], post, choices)
                assert right
                kept[who] = kept.get(who, set()) | set(choices)
            except Invalid:
                assert not right
        row = await world.connection.fetchrow(
            "select counts, voters_count from polls where post_id = $1", post
        )
        assert row["counts"] == [sum(place in chosen for chosen in kept.values()) for place in range(3)]
        assert row["voters_count"] == len(kept)
