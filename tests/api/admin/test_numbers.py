"""Numbers for those who run the place, on days that are known."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access.enums import Visibility
from weetwie.api.mastodon.render_relations import tag_id
from weetwie.runtime import clock


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def asked(house: House, who: Someone, what: str, **more: Any) -> Any:
    today = clock.now().date().isoformat()
    given = {"start_at": today, "end_at": today, **more}
    return await house.good(who, "POST", f"/api/v1/admin/{what}", json=given)


async def test_numbers_count_what_is_public_and_of_today(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada", is_admin=True), await world.member("bo")
    first = await world.post(bo, "Tea #tea", tags=["tea"])
    await world.post(ada, "Yes", reply_to=first)
    await world.post(ada, "Psst", visibility=Visibility.direct, mentions=[bo])
    await house.good(ada, "POST", "/api/v1/reports", data={"account_id": str(bo.id)})
    keys = ["active_users", "new_users", "interactions", "opened_reports", "resolved_reports", "tag_uses"]
    found: list[Any] = []
    for tag in ("Tea", tag_id("tea")):
        found = await asked(house, ada, "measures", keys=keys, tag_uses={"id": tag})
        assert [one["total"] for one in found] == ["2", "2", "1", "1", "0", "1"]
    assert [len(one["data"]) for one in found] == [1] * 6
    assert {one["previous_total"] for one in found} == {"0"}
    unknown = await asked(
        house, ada, "measures", keys=["instance_accounts"], instance_accounts={"domain": "x"}
    )
    assert unknown[0]["total"] == "0"


async def test_parts_and_cohorts(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada", is_admin=True), await world.member("bo")
    await world.post(bo, "Thee", language="nl")
    keys = ["languages", "servers", "software_versions", "space_usage", "sources"]
    found = {one["key"]: one["data"] for one in await asked(house, ada, "dimensions", keys=keys)}
    assert [(one["key"], one["value"]) for one in found["languages"]] == [("nl", "1")]
    assert found["servers"][0]["key"] == "house.example" and found["sources"] == []
    assert {one["key"] for one in found["software_versions"]} == {"Weetwie", "PostgreSQL", "Python"}
    assert all(int(one["value"]) >= 0 for one in found["space_usage"])
    for frequency in ("day", "month"):
        (cohort,) = await asked(house, ada, "retention", frequency=frequency)
        assert cohort["data"][0] | {"date": ""} == {"date": "", "rate": 0.5, "value": "1"}


async def test_trends_are_those_of_everybody(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada", is_admin=True), await world.member("bo")
    post = await world.post(bo, "Tea #tea", tags=["tea"])
    await world.mark(ada, post, favourite=True)
    (tag,) = await house.good(ada, "GET", "/api/v1/admin/trends/tags")
    assert (tag["name"], tag["requires_review"]) == ("tea", False)
    (status,) = await house.good(ada, "GET", "/api/v1/admin/trends/statuses")
    assert status["id"] == str(post)
    assert await house.good(ada, "GET", "/api/v1/admin/trends/links") == []


async def test_nobody_else_reads_them_and_no_stretch_is_without_end(house: House) -> None:
    ada, bo = await house.world.member("ada", is_admin=True), await house.world.member("bo")
    for what in ("measures", "dimensions", "retention"):
        given = {"keys": ["new_users"], "start_at": "1900-01-01", "end_at": "2900-01-01"}
        assert (await house.ask(bo, "POST", f"/api/v1/admin/{what}", json=given)).status_code == 403
        if what != "dimensions":
            assert (await house.ask(ada, "POST", f"/api/v1/admin/{what}", json=given)).status_code == 422
    for what in ("tags", "links", "statuses"):
        assert (await house.ask(bo, "GET", f"/api/v1/admin/trends/{what}")).status_code == 403
