"""Departments that one follows, for programs."""

from collections.abc import AsyncIterator

import pytest

from tests.api.house import House, opened

UNITS = "/api/weetwie/v1/me/units"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def test_a_department_is_followed_listed_and_unfollowed(house: House) -> None:
    ada = await house.world.member("ada")
    bo = await house.world.member("bo", unit="Pumps")
    (one,) = await house.good(ada, "PUT", UNITS, json={"name": "pumps"})
    assert one["name"] == "Pumps"
    assert [one["name"] for one in await house.good(ada, "GET", UNITS)] == ["Pumps"]
    (relation,) = await house.good(ada, "GET", f"/api/v1/accounts/relationships?id[]={bo.id}")
    assert relation["following"]
    await house.good(ada, "DELETE", UNITS, json={"name": "PUMPS"})
    assert await house.good(ada, "GET", UNITS) == []
    assert (await house.ask(ada, "PUT", UNITS, json={"name": "Nowhere"})).status_code == 404
