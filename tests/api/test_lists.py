"""Lists at the client API: they are their owner's alone, and hold people whom the owner follows."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.people_at_the_door import Door, opened
from weetwie.domain.lists import rules

LISTS = "/api/v1/lists"
BEYOND = {"id": "100", "title": "Beyond your circle", "replies_policy": "none", "exclusive": False}
"""Everybody has it who has not switched it off."""


@pytest.fixture
async def door(dsn: str) -> AsyncIterator[Door]:
    async with opened(dsn) as door:
        yield door


def ids(found: Any) -> list[str]:
    return [one["id"] for one in found]


async def test_a_list_is_made_changed_and_deleted_by_its_owner(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    made = await door.post(ada, "List", LISTS, title=" Team ")
    assert (made["title"], made["replies_policy"], made["exclusive"]) == ("Team", "list", False)
    at = f"{LISTS}/{made['id']}"
    changed = await door.post(ada, "List", at, "PUT", title="Crew", replies_policy="none", exclusive=True)
    assert (changed["title"], changed["replies_policy"], changed["exclusive"]) == ("Crew", "none", True)
    kept = await door.post(ada, "List", at, "PUT", title="Crew 2")
    assert (kept["replies_policy"], kept["exclusive"]) == ("none", True)
    assert await door.get(ada, "List[]", LISTS) == [kept] and await door.get(ada, "List", at) == kept
    await door.ask(ada, "DELETE", at)
    assert await door.get(ada, "List[]", LISTS) == []
    assert await door.get(bo, "List[]", LISTS) == []


async def test_what_is_from_beyond_ones_circle_is_a_list_that_is_read_and_deleted_and_nothing_else(
    door: Door,
) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo", unit="Logistics")
    post = await door.world.post(bo, "Which of the valves in hall three belong to whom, and who needs them?")
    await door.world.connection.execute("update posts set is_question = true where id = $1", post)
    at, own = f"{LISTS}/100", "/api/weetwie/v1/me/beyond"
    assert await door.get(ada, "List", at) == BEYOND
    assert ids(await door.get(ada, "Status[]", "/api/v1/timelines/list/100")) == [str(post)]
    (one,) = (await door.ask(ada, "GET", "/api/weetwie/v1/timelines/beyond")).json
    assert (one["id"], one["reason"]) == (str(post), "From Logistics")
    assert (await door.ask(ada, "GET", f"{at}/accounts")).json == []
    await door.ask(ada, "PUT", at, status=403, title="Mine")
    await door.ask(ada, "POST", f"{at}/accounts", status=403, account_ids=[str(bo.id)])
    await door.ask(ada, "DELETE", at)
    assert (await door.ask(ada, "GET", own)).json == {"how_often": "off"}
    assert await door.get(ada, "List[]", LISTS) == []
    for gone in (at, f"{at}/accounts", "/api/v1/timelines/list/100"):
        await door.ask(ada, "GET", gone, status=404)
    await door.ask(ada, "PUT", at, status=404, title="Mine")
    await door.ask(ada, "PUT", own, how_often="often")
    assert await door.get(ada, "List[]", LISTS) == [BEYOND]


async def test_to_others_a_list_is_none(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    at = f"{LISTS}/{(await door.post(ada, 'List', LISTS, title='Team'))['id']}"
    for asked in (at, f"{LISTS}/99"):
        answers = [
            await door.ask(bo, "GET", asked, status=404),
            await door.ask(bo, "PUT", asked, status=404, title="Mine"),
            await door.ask(bo, "DELETE", asked, status=404),
            await door.ask(bo, "GET", f"{asked}/accounts", status=404),
            await door.ask(bo, "POST", f"{asked}/accounts", status=404, account_ids=[str(bo.id)]),
            await door.ask(bo, "DELETE", f"{asked}/accounts", status=404, account_ids=[str(bo.id)]),
        ]
        assert len({answer.body for answer in answers}) == 1
    assert ids(await door.get(ada, "List[]", LISTS))


async def test_only_whom_one_follows_is_on_a_list_and_unfollowing_takes_them_off(door: Door) -> None:
    world = door.world
    ada = await world.member("ada")
    people = [await world.member(handle) for handle in ("bo", "cleo", "dan")]
    for person in people[:2]:
        await world.follow(ada, person)
    at = f"{LISTS}/{(await door.post(ada, 'List', LISTS, title='Team'))['id']}/accounts"
    for refused in ([people[0].id, people[2].id], [99]):
        await door.ask(ada, "POST", at, status=404, account_ids=[str(id) for id in refused])
    assert await door.get(ada, "Account[]", at) == []
    for _again in range(2):
        await door.ask(ada, "POST", at, account_ids=[str(people[0].id), str(people[1].id), str(ada.id)])
    assert len(await door.get(ada, "Account[]", at, "limit=0")) == 3
    page = await door.ask(ada, "GET", at, "limit=2")
    assert len(page.json) == 2
    assert 'rel="next"' in page.headers["link"]
    of_bo = await door.get(ada, "List[]", f"/api/v1/accounts/{people[0].id}/lists")
    assert [one["title"] for one in of_bo] == ["Team"]
    assert await door.get(people[1], "List[]", f"/api/v1/accounts/{people[0].id}/lists") == []
    await door.ask(ada, "DELETE", at, account_ids=[str(ada.id)])
    await door.ask(ada, "POST", f"/api/v1/accounts/{people[0].id}/unfollow")
    await door.ask(people[1], "POST", f"/api/v1/accounts/{ada.id}/block")
    assert await door.get(ada, "Account[]", at, "limit=0") == []


async def test_lists_have_limits_and_say_so(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    await door.world.follow(ada, bo)
    for title in ("", "  ", "x" * 257):
        await door.ask(ada, "POST", LISTS, status=422, title=title)
    await door.ask(ada, "POST", LISTS, status=422, title="x", replies_policy="some")
    monkeypatch.setattr(rules, "MOST_LISTS", 1)
    monkeypatch.setattr(rules, "MOST_MEMBERS", 1)
    made = await door.post(ada, "List", LISTS, title="One")
    await door.ask(ada, "POST", LISTS, status=422, title="Two")
    people = [str(ada.id), str(bo.id)]
    await door.ask(ada, "POST", f"{LISTS}/{made['id']}/accounts", status=422, account_ids=people)
    assert await door.get(ada, "Account[]", f"{LISTS}/{made['id']}/accounts") == []
