"""Notifications in groups, and what is held back: at the door, by what really happens."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def write(house: House, who: Someone, status: str, **more: Any) -> str:
    post = await house.good(who, "POST", "/api/v1/statuses", json={"status": status, **more})
    return str(post["id"])


async def favoured(house: House, post: str, people: list[Someone]) -> None:
    for who in people:
        await house.good(who, "POST", f"/api/v1/statuses/{post}/favourite")
    await house.settle()


def shape(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(group["type"], group["notifications_count"]) for group in answer["notification_groups"]]


async def crowd(house: House, size: int) -> list[Someone]:
    return [await house.world.member(f"fan{number}") for number in range(size)]


async def test_what_is_about_one_post_stands_together_and_pages_go_by_group(house: House) -> None:
    ada, fans = await house.world.member("ada"), await crowd(house, 10)
    old, new = await write(house, ada, "old"), await write(house, ada, "new")
    await favoured(house, old, fans)
    await write(house, fans[0], "Hello @ada")
    await house.settle()
    await favoured(house, new, fans[:2])
    whole = await house.good(ada, "GET", V2)
    assert shape(whole) == [("favourite", 2), ("mention", 1), ("favourite", 10)]
    last = whole["notification_groups"][-1]
    assert last["group_key"] == f"favourite-{old}" and last["status_id"] == old
    assert last["sample_account_ids"] == [str(fan.id) for fan in fans[:1:-1]], "the newest eight"
    assert len(whole["accounts"]) == 10 and len(whole["statuses"]) == 3
    seen: list[tuple[str, int]] = []
    bound: dict[str, str] = {}
    while page := (await house.good(ada, "GET", V2, params={"limit": 1, **bound}))["notification_groups"]:
        seen += [(group["type"], group["notifications_count"]) for group in page]
        bound = {"max_id": page[-1]["most_recent_notification_id"]}
    assert seen == shape(whole)
    upward = await house.good(
        ada, "GET", V2, params={"limit": 1, "min_id": last["most_recent_notification_id"]}
    )
    assert shape(upward) == [("mention", 1)]
    await house.good(fans[-1], "POST", f"/api/v1/statuses/{old}/unfavourite")
    again = (await house.good(ada, "GET", V2))["notification_groups"][-1]
    assert (again["notifications_count"], again["sample_account_ids"][0]) == (9, str(fans[8].id))


async def test_a_group_can_be_looked_at_and_dismissed_and_counts_once(house: House) -> None:
    ada, fans = await house.world.member("ada"), await crowd(house, 3)
    post = await write(house, ada, "tea")
    await favoured(house, post, fans)
    assert await house.good(ada, "GET", f"{V2}/unread_count") == {"count": 1}
    assert await house.good(ada, "GET", f"{V1}/unread_count") == {"count": 3}
    alone = {"grouped_types[]": "reblog"}
    assert await house.good(ada, "GET", f"{V2}/unread_count", params=alone) == {"count": 3}
    apart = await house.good(ada, "GET", V2, params=alone)
    assert shape(apart) == [("favourite", 1)] * 3
    key = apart["notification_groups"][0]["group_key"]
    assert shape(await house.good(ada, "GET", f"{V2}/{key}")) == [("favourite", 1)]
    at = f"{V2}/favourite-{post}"
    assert shape(await house.good(ada, "GET", at)) == [("favourite", 3)]
    people = await house.good(ada, "GET", f"{at}/accounts")
    assert [person["id"] for person in people] == [str(fan.id) for fan in fans[::-1]]
    for who, where in ((fans[0], at), (ada, f"{V2}/favourite-1"), (ada, f"{V2}/x")):
        assert (await house.ask(who, "GET", where)).status_code == 404
    await house.good(ada, "POST", f"{at}/dismiss")
    assert shape(await house.good(ada, "GET", V2)) == []


async def test_faces_can_be_asked_for_instead_of_whole_accounts(house: House) -> None:
    ada, fans = await house.world.member("ada"), await crowd(house, 3)
    await favoured(house, await write(house, ada, "tea"), fans)
    answer = await house.good(ada, "GET", V2, params={"expand_accounts": "partial_avatars"})
    assert [one["id"] for one in answer["accounts"]] == [str(fans[2].id)]
    assert {one["id"] for one in answer["partial_accounts"]} == {str(fan.id) for fan in fans[:2]}


async def test_a_policy_holds_back_until_one_lets_them_through(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    await house.world.follow(ada, cy)
    policy = await house.good(ada, "PATCH", f"{V2}/policy", json={"for_not_following": "filter"})
    assert policy["for_not_following"] == "filter" and policy["for_not_followers"] == "accept"
    first = await write(house, bo, "@ada one")
    await write(house, cy, "@ada two")
    await house.settle()
    told = await house.good(ada, "GET", V1)
    assert [one["account"]["acct"] for one in told] == ["cy"]
    assert len(await house.good(ada, "GET", V1, params={"include_filtered": "true"})) == 2
    assert await house.good(ada, "GET", f"{V1}/unread_count") == {"count": 1}
    summary = (await house.good(ada, "GET", f"{V2}/policy"))["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 1}
    (request,) = await house.good(ada, "GET", f"{V1}/requests")
    assert request["account"]["acct"] == "bo" and request["last_status"]["id"] == first
    assert await house.good(ada, "GET", f"{V1}/requests/{request['id']}") == request
    assert (await house.ask(bo, "POST", f"{V1}/requests/{request['id']}/accept")).status_code == 404
    await house.good(ada, "POST", f"{V1}/requests/{request['id']}/accept")
    await write(house, bo, "@ada three")
    await house.settle()
    assert len(await house.good(ada, "GET", V1)) == 3
    assert await house.good(ada, "GET", f"{V1}/requests") == []


async def test_what_is_dropped_is_never_told_and_what_is_dismissed_goes(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    await house.good(ada, "PATCH", f"{V2}/policy", json={"for_not_followers": "drop"})
    await write(house, bo, "@ada psst", visibility="direct")
    await house.settle()
    assert await house.good(ada, "GET", V1, params={"include_filtered": "true"}) == []
    given = {"for_not_followers": "accept", "for_private_mentions": "filter"}
    await house.good(ada, "PATCH", f"{V2}/policy", json=given)
    question = await write(house, ada, "@cy tell me", visibility="direct")
    await write(house, bo, "@ada psst", visibility="direct")
    await write(house, cy, "@ada yes", visibility="direct", in_reply_to_id=question)
    await house.settle()
    assert [one["account"]["acct"] for one in await house.good(ada, "GET", V1)] == ["cy"], "an answer"
    ids = {"id[]": [str(bo.id), "1"]}
    await house.good(ada, "POST", f"{V1}/requests/dismiss", data=ids)
    assert len(await house.good(ada, "GET", V1, params={"include_filtered": "true"})) == 1


async def test_a_page_of_groups_costs_no_more_for_more_of_them(house: House) -> None:
    ada, fans = await house.world.member("ada"), await crowd(house, 6)
    statements: list[str] = []
    house.world.connection.add_query_logger(lambda logged: statements.append(logged.query))
    counts = []
    for number in (1, 6):
        await favoured(house, await write(house, ada, f"post {number}"), fans[:number])
        await house.good(ada, "GET", V2)
        statements.clear()
        await house.good(ada, "GET", V2)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5, statements
