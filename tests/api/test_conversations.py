"""Direct posts by conversation, and announcements."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring
from weetwie.domain.announcements import announcements
from weetwie.errors import Forbidden, Invalid
from weetwie.runtime import clock

TALKS, NEWS = "/api/v1/conversations", "/api/v1/announcements"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def say(house: House, who: Someone, status: str, **more: Any) -> str:
    given = {"status": status, "visibility": "direct", **more}
    return str((await house.good(who, "POST", "/api/v1/statuses", json=given))["id"])


async def talks(house: House, who: Someone, **page: Any) -> list[tuple[str, bool, list[str]]]:
    found = await house.good(who, "GET", TALKS, params=page)
    return [(one["last_status"]["id"], one["unread"], [p["acct"] for p in one["accounts"]]) for one in found]


async def test_a_thread_of_direct_posts_is_one_conversation(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    first = await say(house, ada, "@bo psst")
    answer = await say(house, bo, "@ada what", in_reply_to_id=first)
    other = await say(house, cy, "@ada hello")
    assert await talks(house, ada) == [(other, True, ["cy"]), (answer, True, ["bo"])]
    assert await talks(house, bo) == [(answer, False, ["ada"])]
    assert await talks(house, ada, limit=1) == [(other, True, ["cy"])]
    assert await talks(house, ada, max_id=other) == [(answer, True, ["bo"])]
    await house.good(ada, "POST", "/api/v1/statuses", json={"status": "@bo in public"})
    assert len(await talks(house, bo)) == 1


async def test_one_reads_it_and_leaves_it_until_something_is_said_again(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    first = await say(house, ada, "@bo psst")
    (talk,) = await house.good(bo, "GET", TALKS)
    at = f"{TALKS}/{talk['id']}"
    assert (await house.ask(ada, "POST", f"{at}/read")).status_code == 404, "each has their own"
    assert (await house.good(bo, "POST", f"{at}/read"))["unread"] is False
    await house.good(bo, "DELETE", at)
    assert await talks(house, bo) == []
    assert (await house.ask(bo, "DELETE", at)).status_code == 404
    again = await say(house, ada, "@bo hello?", in_reply_to_id=first)
    assert await talks(house, bo) == [(again, True, ["ada"])]
    await house.good(ada, "DELETE", f"/api/v1/statuses/{again}")
    assert await talks(house, bo) == [(first, True, ["ada"])]
    await house.world.block(bo, ada)
    assert await talks(house, bo) == []


async def test_whom_a_later_post_names_has_the_conversation_but_only_what_they_may_see(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    first = await say(house, ada, "@bo psst")
    asked = await say(house, bo, "@ada @cy what do you think", in_reply_to_id=first)
    await say(house, ada, "@bo between us", in_reply_to_id=asked)
    assert await talks(house, cy) == [(asked, True, ["bo", "ada"])]


async def announce(house: House, text: str, **more: Any) -> int:
    system = viewers.system((await house.world.viewer()).policy)
    async with house.world.database.transaction() as db:
        return await announcements.announce(db, system, text, **more)


async def test_what_is_announced_is_read_reacted_to_and_put_away(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    id = await announce(house, "Canteen closed on Friday #food")
    (one,) = await house.good(ada, "GET", NEWS)
    assert one["id"] == str(id) and one["read"] is False and one["tags"][0]["name"] == "food"
    at = f"{NEWS}/{id}/reactions"
    for who, emoji in ((ada, "🎉"), (bo, "🎉"), (bo, "👍🏽"), (bo, "👍🏽")):
        await house.good(who, "PUT", f"{at}/{emoji}")
    (one,) = await house.good(bo, "GET", NEWS)
    assert one["reactions"] == [
        {"name": "🎉", "count": 2, "me": True},
        {"name": "👍🏽", "count": 1, "me": True},
    ]
    await house.good(bo, "DELETE", f"{at}/🎉")
    assert (await house.good(ada, "GET", NEWS))[0]["reactions"][0]["count"] == 1
    for wrong in ("x", "🎉🎉", "🎉x", "hello"):
        assert (await house.ask(ada, "PUT", f"{at}/{wrong}")).status_code == 422
    await house.good(ada, "POST", f"{NEWS}/{id}/dismiss")
    assert await house.good(ada, "GET", NEWS) == []
    (put_away,) = await house.good(ada, "GET", NEWS, params={"with_dismissed": "true"})
    assert put_away["read"] is True
    assert len(await house.good(bo, "GET", NEWS)) == 1


async def test_it_is_for_those_whom_it_is_for_and_as_long_as_it_lasts(house: House) -> None:
    ada, al = await house.world.member("ada"), await house.world.alumnus("al")
    inside = await announce(house, "Bonus", ring=Ring.colleagues)
    await announce(house, "Party", ends_at=clock.now() + timedelta(hours=1))
    assert len(await house.good(ada, "GET", NEWS)) == 2 and len(await house.good(al, "GET", NEWS)) == 1
    assert (await house.ask(al, "POST", f"{NEWS}/{inside}/dismiss")).status_code == 404
    assert (await house.ask(al, "PUT", f"{NEWS}/{inside}/reactions/🎉")).status_code == 404
    clock.stop(clock.now() + timedelta(hours=2))
    try:
        assert [one["id"] for one in await house.good(ada, "GET", NEWS)] == [str(inside)]
    finally:
        clock.stop(None)


async def test_only_who_runs_the_house_announces(house: House) -> None:
    ada = await house.world.member("ada")
    async with house.world.database.transaction() as db:
        with pytest.raises(Forbidden):
            await announcements.announce(db, await house.world.viewer(ada), "Free beer")
    for text, more in (("", {}), ("x" * 5001, {}), ("x", {"ends_at": clock.now()})):
        with pytest.raises(Invalid):
            await announce(house, text, **more)
