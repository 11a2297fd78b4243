"""Works-council mode over the API: nobody learns how much or when somebody else writes, from the next request on."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access.policy import FEWEST
from weetwie.api.mastodon.entities import Account
from weetwie.domain.policy import council
from weetwie.runtime import clock


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def switch(house: House, first: Someone, second: Someone, *, on: bool) -> None:
    """As two administrators do."""
    world = house.world
    async with world.database.transaction() as db:
        await council.propose(db, await world.viewer(first), turns_on=on)
    async with world.database.transaction() as db:
        viewer = await world.viewer(second)
        waiting = await council.proposal(db, viewer)
        assert waiting is not None
        await council.confirm(db, viewer, waiting.id)


def accounts(answer: Any) -> Iterator[dict[str, Any]]:
    """All that stand in it, however deep."""
    if isinstance(answer, dict):
        if "statuses_count" in answer and "username" in answer:
            yield answer
        for value in answer.values():
            yield from accounts(value)
    elif isinstance(answer, list):
        for one in answer:
            yield from accounts(one)


async def two(house: House) -> tuple[Someone, Someone]:
    world = house.world
    ada, bo = await world.member("ada", is_admin=True), await world.member("bo", is_admin=True)
    await world.follow(ada, bo)
    await world.follow(bo, ada)
    for author in (ada, bo):
        given = {"status": "Tea about turbines #tea", "audience": "colleagues"}
        await house.good(author, "POST", "/api/v1/statuses", data=given)
    return ada, bo


async def where_accounts_stand(house: House, post: str) -> list[str]:
    return [
        "/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/tea", "/api/v1/directory",
        "/api/v1/accounts/search?q=a", "/api/v1/accounts/search?q=o", "/api/v2/search?q=tea", "/api/v2/search?q=bo",
        "/api/v1/accounts/lookup?acct=ada", "/api/v1/accounts/lookup?acct=bo", "/api/v1/accounts/verify_credentials",
        "/api/weetwie/v1/who_knows?q=turbines", "/api/weetwie/v1/who_knows?q=turbines&order=acts", "/api/weetwie/v1/topics/tea",
        f"/api/v1/statuses/{post}", f"/api/v1/statuses/{post}/context", "/api/v1/trends/statuses", "/api/v2/suggestions",
        "/api/v1/notifications", "/api/v2/notifications", "/api/v1/admin/accounts", "/api/v2/admin/accounts",
    ]  # fmt: skip


async def test_no_account_tells_anywhere_how_much_or_when_somebody_wrote(house: House) -> None:
    ada, bo = await two(house)
    post = (await house.good(ada, "GET", "/api/v1/timelines/home"))[0]["id"]
    places = await where_accounts_stand(house, post)
    before = {at: await house.good(ada, "GET", at) for at in places}
    found = [one for answer in before.values() for one in accounts(answer)]
    assert {one["username"] for one in found} >= {"ada", "bo"}
    assert {one["statuses_count"] for one in found} == {1} and all(one["last_status_at"] for one in found)
    await switch(house, ada, bo, on=True)
    for at in places:
        for one in accounts(await house.good(ada, "GET", at)):
            assert one["last_status_at"] is None, at
            assert one["statuses_count"] == (1 if one["username"] == "ada" else 0), at
    home = await house.good(ada, "GET", "/api/v1/timelines/home")
    assert [one["created_at"] for one in home] == [
        one["created_at"] for one in before["/api/v1/timelines/home"]
    ]
    await switch(house, bo, ada, on=False)
    assert {at: await house.good(ada, "GET", at) for at in places} == before


def test_every_account_entity_has_the_two_fields_that_are_hidden() -> None:
    """If the entity is given another field about activity, it must be hidden too, and named here."""
    about_activity = {name for name in Account.__struct_fields__ if "count" in name or "last" in name}
    assert about_activity == {"statuses_count", "last_status_at", "followers_count", "following_count"}


async def test_the_directory_by_activity_is_the_one_by_entry(house: House) -> None:
    ada, bo = await two(house)
    world = house.world
    for number, handle in enumerate(("cleo", "dirk", "eve")):
        await world.member(handle, last_post_in_ring=[2**50 - number, 0, 0])

    async def order(name: str) -> list[str]:
        answer = await house.good(ada, "GET", f"/api/v1/directory?order={name}")
        return [one["username"] for one in answer]

    assert await order("active") != await order("new")
    await switch(house, ada, bo, on=True)
    assert await order("active") == await order("new")


async def test_who_knows_offers_one_order_and_no_dates(house: House) -> None:
    ada, bo = await two(house)
    await switch(house, ada, bo, on=True)
    answers = [
        await house.good(ada, "GET", f"/api/weetwie/v1/who_knows?q=turbines&order={order}")
        for order in ("knows", "acts")
    ]
    assert answers[0] == answers[1]
    assert [one["last_shown_at"] for one in answers[0]["people"]] == [None]
    assert answers[0]["people"][0]["proofs"][0]["status"]["created_at"]


async def test_statistics_are_refused_with_a_sentence(house: House) -> None:
    ada, bo = await two(house)
    await switch(house, ada, bo, on=True)
    today = clock.now().date().isoformat()
    given = {"keys": ["active_users", "software_versions"], "start_at": today, "end_at": today}
    for what in ("measures", "dimensions", "retention"):
        answer = await house.ask(ada, "POST", f"/api/v1/admin/{what}", json=given)
        assert answer.status_code == 403 and "Works council mode" in answer.json()["error"]


async def numbers(house: House, who: Someone) -> dict[str, Any]:
    first = await house.good(None, "GET", "/api/v1/instance")
    node = (await house.good(None, "GET", "/nodeinfo/2.0"))["usage"]
    second = await house.good(who, "GET", "/api/v2/instance")
    topic = await house.good(who, "GET", "/api/weetwie/v1/topics/tea")
    trends = await house.good(who, "GET", "/api/v1/trends/tags")
    return {
        "active": second["usage"]["users"]["active_month"],
        "posts of strangers": (first["stats"]["status_count"], node["localPosts"]),
        "followers of a topic": topic["followers_count"],
        "history": [trends[0]["history"][0]["accounts"], trends[0]["history"][0]["uses"]],
        "activity": await house.good(None, "GET", "/api/v1/instance/activity"),
    }


@pytest.mark.parametrize(("people", "is_told"), [(FEWEST - 1, False), (FEWEST, True)])
async def test_numbers_about_few_people_are_not_told(house: House, people: int, is_told: bool) -> None:
    world = house.world
    everybody = [await world.member(f"m{number}", is_admin=number < 2) for number in range(people)]
    for one in everybody:
        await house.good(
            one, "POST", "/api/v1/statuses", data={"status": "On #tea", "audience": "colleagues"}
        )
        await house.good(one, "POST", "/api/v1/tags/tea/follow")
    before = await numbers(house, everybody[0])
    assert (before["active"], before["history"]) == (people, [str(people)] * 2)
    await switch(house, everybody[0], everybody[1], on=True)
    after = await numbers(house, everybody[0])
    if is_told:
        assert after == before
    else:
        assert (after["active"], after["followers of a topic"], after["history"]) == (0, 0, ["0", "0"])


async def test_topics_put_forward_tell_nothing_of_others(house: House) -> None:
    ada, bo = await two(house)
    await house.good(bo, "POST", "/api/v1/featured_tags", data={"name": "tea"})
    at = f"/api/v1/accounts/{bo.id}/featured_tags"
    assert [one["statuses_count"] for one in await house.good(ada, "GET", at)] == ["1"]
    await switch(house, ada, bo, on=True)
    (others,) = await house.good(ada, "GET", at)
    (own,) = await house.good(bo, "GET", "/api/v1/featured_tags")
    assert (others["statuses_count"], others["last_status_at"]) == ("0", None)
    assert (own["statuses_count"], own["last_status_at"]) == ("1", None)
