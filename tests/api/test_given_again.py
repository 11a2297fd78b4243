"""What was taken back and given again is news again: told anew, with a new date, and by push at most once in a while."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.domain.notifications.test_push import Phone
from weetwie.domain.notifications import push
from weetwie.http import webpush

V1 = "/api/v1/notifications"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


@pytest.fixture(params=["favourite", "reblog", "follow", "follow_request"])
async def acts(house: House, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Bo, who does it; Ada, to whom it is done; how it is given and taken back."""
    kind = request.param
    ada = await house.world.member("ada", is_locked=kind == "follow_request")
    bo = await house.world.member("bo")
    post = await house.world.post(ada)
    give, take = {
        "favourite": (f"statuses/{post}/favourite", f"statuses/{post}/unfavourite"),
        "reblog": (f"statuses/{post}/reblog", f"statuses/{post}/unreblog"),
    }.get(kind, (f"accounts/{ada.id}/follow", f"accounts/{ada.id}/unfollow"))
    return {"kind": kind, "ada": ada, "bo": bo, "give": f"/api/v1/{give}", "take": f"/api/v1/{take}"}


async def queued(house: House) -> list[int]:
    return [row[0] for row in await house.world.connection.fetch("select notification_id from push_messages")]


async def streamed(house: House) -> list[int]:
    """The notifications that open streams heard of, in that order."""
    rows = await house.world.connection.fetch(
        "select jsonb_array_elements(ids -> 'notification_ids')::bigint from events"
        " where kind = 'PeopleNotified' order by id"
    )
    return [row[0] for row in rows]


async def test_what_is_given_again_is_told_anew_in_place_of_the_one_before(
    house: House, acts: dict[str, Any]
) -> None:
    ada, bo = acts["ada"], acts["bo"]
    seen = []
    for _again in range(2):
        await house.good(bo, "POST", acts["give"])
        await house.settle()
        (told,) = await house.good(ada, "GET", V1)
        assert told["type"] == acts["kind"]
        seen.append(told)
        await house.good(bo, "POST", acts["take"])
        assert await house.good(ada, "GET", V1) == []
    first, second = seen
    assert int(second["id"]) > int(first["id"]) and second["created_at"] > first["created_at"]
    assert await streamed(house) == [int(first["id"]), int(second["id"])]


async def test_what_is_given_taken_back_and_given_before_anybody_is_told_is_told_once(
    house: House, acts: dict[str, Any]
) -> None:
    for way in ("give", "take", "give", "take", "give"):
        await house.good(acts["bo"], "POST", acts[way])
    await house.settle()
    assert len(await house.good(acts["ada"], "GET", V1)) == 1


async def test_giving_what_is_given_already_is_no_news(house: House, acts: dict[str, Any]) -> None:
    for _again in range(2):
        await house.good(acts["bo"], "POST", acts["give"])
        await house.settle()
    assert len(await streamed(house)) == 1


async def test_devices_hear_at_most_once_in_five_minutes_of_what_comes_and_goes(
    house: House, acts: dict[str, Any]
) -> None:
    ada, connection = acts["ada"], house.world.connection
    device = Phone("https://push.example").device
    viewer = await house.world.viewer(ada)
    async with house.world.database.transaction() as db:
        await push.subscribe(db, viewer, device, [acts["kind"]], "all", webpush.seal(bytes(32), ada.token))
    for _again in range(4):
        await house.good(acts["bo"], "POST", acts["give"])
        await house.settle()
        await house.good(acts["bo"], "POST", acts["take"])
    newest = await connection.fetchval("select max(id) from notifications")
    assert await queued(house) == [newest], "one that still waits says what is there now"
    await connection.execute("delete from push_messages")
    await house.good(acts["bo"], "POST", acts["give"])
    await house.settle()
    assert await queued(house) == [], "it was heard of a moment ago"
    await house.good(acts["bo"], "POST", acts["take"])
    ago = 6 * 60 * 1000 * 2**16
    await connection.execute(
        "update notifications set pushed_as = pushed_as - $1::bigint, act_id = act_id - $1::bigint", ago
    )
    await house.good(acts["bo"], "POST", acts["give"])
    await house.settle()
    assert len(await queued(house)) == 1


async def test_the_id_of_a_notification_is_exact_as_a_number_of_javascript(
    house: House, acts: dict[str, Any]
) -> None:
    await house.good(acts["bo"], "POST", acts["give"])
    await house.settle()
    found = await house.good(acts["ada"], "GET", "/api/v2/notifications")
    (group,) = found["notification_groups"]
    number = group["most_recent_notification_id"]
    assert isinstance(number, int) and int(float(number)) == number
    assert str(number) == group["page_max_id"]
