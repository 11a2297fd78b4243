"""Trends, out of what each one sees."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.people_at_the_door import Door, opened
from weetwie.access.enums import Ring


@pytest.fixture
async def door(dsn: str) -> AsyncIterator[Door]:
    async with opened(dsn) as door:
        yield door


def names(found: Any) -> list[str]:
    return [one["name"] for one in found]


async def test_a_tag_that_many_write_with_goes_before_one_that_one_writes_with_often(door: Door) -> None:
    world = door.world
    people = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    for _time in range(5):
        await world.post(people[0], "mine #alone", tags=["alone"])
    for person in people:
        await world.post(person, "ours #together", tags=["together"])
    assert names(await door.get(people[1], "Tag[]", "/api/v1/trends/tags")) == ["together", "alone"]
    assert names(await door.get(people[1], "Tag[]", "/api/v1/trends/tags", "limit=1&offset=1")) == ["alone"]
    assert names(await door.get(people[1], "Tag[]", "/api/v1/trends")) == ["together", "alone"]


async def test_the_liveliest_posts_come_first_and_those_nobody_cares_for_not_at_all(door: Door) -> None:
    world = door.world
    ada, bo, cy = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    quiet, liked, loved = [await world.post(ada, word) for word in ("quiet", "liked", "loved")]
    await door.post(bo, "Status", f"/api/v1/statuses/{liked}/favourite")
    for one in (bo, cy):
        await door.post(one, "Status", f"/api/v1/statuses/{loved}/reblog")
    found = [one["id"] for one in await door.get(cy, "Status[]", "/api/v1/trends/statuses")]
    assert found == [str(loved), str(liked)]
    assert str(quiet) not in found
    await world.mute(cy, ada)
    assert await door.get(cy, "Status[]", "/api/v1/trends/statuses") == []


async def test_what_is_for_colleagues_is_no_trend_to_alumni(door: Door) -> None:
    world = door.world
    ada, alma = await world.member("ada"), await world.alumnus("alma")
    inside = await world.post(ada, "in #house", ring=Ring.colleagues, tags=["house"])
    await door.post(ada, "Status", f"/api/v1/statuses/{inside}/favourite")
    for who, expected in ((ada, 1), (alma, 0), (None, 0)):
        for path, kind in (("tags", "Tag[]"), ("statuses", "Status[]")):
            assert len(await door.get(who, kind, f"/api/v1/trends/{path}")) == expected
