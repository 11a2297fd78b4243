"""Pages of a timeline are exact: walked to the end they are the whole list, whatever comes and goes meanwhile."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from typing import Any

import httpx
import pytest

from tests import database
from tests.api.house import House, opened
from tests.world import Someone

SEEDS = range(6)
POSTS = 30

Change = Callable[[], Awaitable[None]]


class Town:
    """Two people of whom one follows the other, and what happens between two pages."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.chance = random.Random(seed)
        self.stood: list[str] = []
        """What was there before the walk began, newest first."""
        self.gone: set[str] = set()
        self.came: list[str] = []
        self.list_id = ""

    async def settle(self) -> None:
        self.bo: Someone = await self.house.world.member("bo")
        self.ada: Someone = await self.house.world.member("ada")
        await self.house.good(self.ada, "POST", f"/api/v1/accounts/{self.bo.id}/follow")
        self.list_id = (await self.house.good(self.ada, "POST", "/api/v1/lists", data={"title": "Both"}))[
            "id"
        ]
        both = {"account_ids[]": [str(self.ada.id), str(self.bo.id)]}
        await self.house.good(self.ada, "POST", f"/api/v1/lists/{self.list_id}/accounts", data=both)
        for number in range(POSTS):
            self.stood.insert(0, await self.post(f"Number {number}"))

    async def post(self, text: str) -> str:
        """A post, or now and then a boost of something that stands there."""
        if self.stood and self.chance.random() < 0.2:
            boosted = await self.house.ask(
                self.ada, "POST", f"/api/v1/statuses/{self.chance.choice(self.stood)}/reblog"
            )
            assert boosted.status_code in (200, 404, 422), boosted.text
        answer = await self.house.good(self.bo, "POST", "/api/v1/statuses", data={"status": text + " #tea"})
        return str(answer["id"])

    async def change(self) -> None:
        """Something comes or goes, above, below and in the midst of what was read."""
        for _time in range(self.chance.randrange(3)):
            if self.chance.random() < 0.5:
                self.came.append(await self.post("Meanwhile"))
            else:
                await self.delete(self.chance.choice([*self.stood, *self.came]))

    async def delete(self, id: str) -> None:
        if id not in self.gone:
            await self.house.good(self.bo, "DELETE", f"/api/v1/statuses/{id}")
            self.gone.add(id)


PLACES = [
    "/api/v1/timelines/home",
    "/api/v1/timelines/public",
    "/api/v1/timelines/tag/tea",
    "/api/v1/timelines/tag/rare?any[]=tea",
    "account",
    "list",
]


@pytest.fixture(params=SEEDS, scope="module")
async def as_settled(server_dsn: str, worker_id: str, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    async with database.copy(server_dsn, f"paging_{worker_id}") as dsn:
        async with opened(dsn) as house:
            town = Town(house, request.param)
            await town.settle()
        yield town


@pytest.fixture
async def town(as_settled: Town, server_dsn: str, worker_id: str) -> AsyncIterator[Town]:
    """As it was when it had settled, in a copy of its own."""
    async with (
        database.copy(server_dsn, f"paging_{worker_id}_now", of=f"paging_{worker_id}") as dsn,
        opened(dsn) as house,
    ):
        yield deepcopy(as_settled, {id(as_settled.house): house})


def place_of(town: Town, place: str) -> str:
    if place == "list":
        return f"/api/v1/timelines/list/{town.list_id}"
    return f"/api/v1/accounts/{town.bo.id}/statuses" if place == "account" else place


async def page(town: Town, at: str, **query: Any) -> tuple[list[str], httpx.Response]:
    answer = await town.house.ask(town.ada, "GET", str(httpx.URL(at).copy_merge_params(query)))
    assert answer.status_code == 200, answer.text
    return [status["id"] for status in answer.json()], answer


async def whole(town: Town, at: str) -> list[str]:
    """All there is at this moment, in pages as large as there are."""
    found: list[str] = []
    while True:
        ids, _answer = await page(town, at, limit=40, **({"max_id": found[-1]} if found else {}))
        if not ids:
            assert found, "what holds nothing proves nothing"
            return found
        found += ids


def check(town: Town, walked: list[str], before: list[str], after: list[str]) -> None:
    """What stood there all the time was read once; nothing was read twice; the order is that of the whole list."""
    assert len(walked) == len(set(walked)), "nothing is read twice"
    assert walked == sorted(walked, key=int, reverse=True)
    always = [id for id in before if id in set(after)]
    assert [id for id in walked if id in set(always)] == always
    assert set(walked) <= set(before) | set(after) | set(town.came)


@pytest.mark.parametrize("place", PLACES)
async def test_pages_by_max_id_are_the_whole_list(town: Town, place: str) -> None:
    at = place_of(town, place)
    before = await whole(town, at)
    walked: list[str] = []
    limit = town.chance.randint(1, 9)
    ids, _answer = await page(town, at, limit=limit)
    while ids:
        walked += ids
        await town.change()
        ids, _answer = await page(town, at, limit=limit, max_id=walked[-1])
    check(town, walked, before, await whole(town, at))


@pytest.mark.parametrize("place", PLACES)
async def test_pages_by_min_id_are_the_whole_list(town: Town, place: str) -> None:
    """From the oldest upwards; what comes meanwhile comes in as well."""
    at = place_of(town, place)
    before = await whole(town, at)
    walked: list[str] = []
    limit = town.chance.randint(1, 9)
    ids, _answer = await page(town, at, limit=limit, min_id="1")
    for _page in range(200):
        if not ids:
            break
        walked = ids + walked
        if len(town.came) < 20:
            await town.change()
        ids, _answer = await page(town, at, limit=limit, min_id=walked[0])
    after = await whole(town, at)
    check(town, walked, before, after)
    assert set(after) <= set(walked), "nothing that is there at the end was missed on the way up"


@pytest.mark.parametrize("place", PLACES)
async def test_links_lead_through_the_whole_list_and_back(town: Town, place: str) -> None:
    at = place_of(town, place)
    before = await whole(town, at)
    walked: list[str] = []
    ids, answer = await page(town, at, limit=town.chance.randint(2, 9))
    while True:
        walked += ids
        await town.change()
        if "next" not in answer.links:
            break
        answer = await town.house.ask(town.ada, "GET", answer.links["next"]["url"])
        ids = [status["id"] for status in answer.json()]
        if not ids:
            break
    after = await whole(town, at)
    check(town, walked, before, after)
    back, last = list(walked[-1:]), walked[-1]
    _ids, at_last = await page(town, at, limit=5, min_id=last)
    while ids := [status["id"] for status in at_last.json()]:
        back = ids + back
        at_last = await town.house.ask(town.ada, "GET", at_last.links["prev"]["url"])
    now = await whole(town, at)
    assert back[:-1] == [id for id in now if int(id) > int(last)]


async def test_since_id_gives_the_newest_and_may_leave_a_gap(town: Town) -> None:
    at = "/api/v1/timelines/public"
    all_of_them = await whole(town, at)
    assert (await page(town, at, limit=3, since_id=all_of_them[10]))[0] == all_of_them[:3]
    assert (await page(town, at, limit=3, min_id=all_of_them[10]))[0] == all_of_them[7:10]
    both = await page(town, at, limit=40, min_id=all_of_them[10], max_id=all_of_them[5])
    assert both[0] == all_of_them[6:10]
