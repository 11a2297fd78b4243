"""How often the database is asked for a page whose parts are in the cache: the viewer, the policy and the law included."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.domain.timelines.warm import warm_up

MOST = 2


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


class Statements:
    """What is asked over the connections of a pool."""

    def __init__(self, house: House) -> None:
        self._pool = house.world.database.pool
        self.asked: list[str] = []

    async def __aenter__(self) -> "Statements":
        self._connections = [await self._pool.acquire() for _place in range(self._pool.get_max_size())]
        for connection in self._connections:
            connection.add_query_logger(self._note)
        for connection in self._connections:
            await self._pool.release(connection)
        return self

    async def __aexit__(self, *_error: object) -> None:
        for holder in self._pool._holders:
            if holder._con is not None:
                holder._con.remove_query_logger(self._note)

    def _note(self, record: object) -> None:
        self.asked.append(record.query)  # type: ignore[attr-defined]


def _heads(asked: list[str]) -> str:
    return "\n".join(f"{query[:70]} ... {query[-70:]!r}" for query in asked)


async def statements(house: House, who: Someone, at: str) -> list[str]:
    """Of the third time: the first fills the cache, the second recalls what it kept, both on the connection that is counted."""
    async with Statements(house) as statements:
        for _time in range(2):
            await house.good(who, "GET", at)
        statements.asked.clear()
        found = await house.good(who, "GET", at)
    assert len(found) > 5, "an empty page proves nothing"
    return statements.asked


async def test_a_page_whose_parts_are_kept_takes_at_most_two_statements(house: House) -> None:
    """With a boost on it, and more below it than a page: the end of a home is asked for more."""
    world = house.world
    bo, cleo, ada = await world.member("bo"), await world.member("cleo"), await world.member("ada")
    elsewhere = await house.good(cleo, "POST", "/api/v1/statuses", data={"status": "Elsewhere"})
    await house.good(ada, "POST", f"/api/v1/accounts/{bo.id}/follow")
    for number in range(100):
        if number == 98:
            await house.good(bo, "POST", f"/api/v1/statuses/{elsewhere['id']}/reblog")
        await house.good(bo, "POST", "/api/v1/statuses", data={"status": f"Post {number} for @ada #tea"})
    list_id = (await house.good(ada, "POST", "/api/v1/lists", data={"title": "Tea"}))["id"]
    on_it = {"account_ids[]": str(bo.id)}
    await house.good(ada, "POST", f"/api/v1/lists/{list_id}/accounts", data=on_it)
    await house.settle()
    for at in (
        f"/api/v1/timelines/list/{list_id}",
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/tea",
        f"/api/v1/accounts/{bo.id}/statuses",
    ):
        asked = await statements(house, ada, f"{at}?limit=7")
        assert 1 <= len(asked) <= MOST, f"{at} asked {len(asked)} times:\n" + _heads(asked)


async def test_a_page_after_a_new_post_takes_one_more_for_what_is_not_kept(house: House) -> None:
    ada = await house.world.member("ada")
    for number in range(8):
        await house.good(ada, "POST", "/api/v1/statuses", data={"status": f"Post {number}"})
    await statements(house, ada, "/api/v1/timelines/public")
    await house.world.post(ada, "One more")
    async with Statements(house) as counted:
        await house.good(ada, "GET", "/api/v1/timelines/public")
    assert len(counted.asked) <= MOST + 1, _heads(counted.asked)


async def test_what_first_pages_ask_has_been_asked_before_anybody_waits_for_it(house: House) -> None:
    """By a server that has just started: each statement is written and planned once."""
    world = house.world
    ada, bo, cleo = await world.member("ada"), await world.member("bo"), await world.member("cleo")
    await house.good(ada, "POST", f"/api/v1/accounts/{bo.id}/follow")
    for number in range(3):
        await house.good(bo, "POST", "/api/v1/statuses", data={"status": f"Post {number}"})
    await world.post(cleo, "Written by somebody whom nobody has looked at")
    async with Statements(house) as counted:
        async with world.database.reading() as db:
            await warm_up(db, world.memory)
        await asyncio.sleep(0)  # the driver tells of a statement when its loop comes round
        asked_before = set(counted.asked)
        counted.asked.clear()
        for at in ("timelines/home", "timelines/public", "timelines/tag/tea", f"accounts/{bo.id}/statuses"):
            await house.good(ada, "GET", f"/api/v1/{at}?limit=2")
    assert counted.asked and not set(counted.asked) - asked_before, _heads(
        sorted(set(counted.asked) - asked_before)
    )
