"""Posts that wait for their time: kept, moved, taken back, published, and never lost."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.api.test_media import uploaded
from tests.world import Someone
from weetwie.context import of_system
from weetwie.domain.media import remove
from weetwie.flows import publish
from weetwie.runtime import clock

AT = "/api/v1/scheduled_statuses"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house
    clock.stop(None)


async def write(house: House, who: Someone, minutes: int = 60, **more: Any) -> dict[str, Any]:
    at = (clock.now() + timedelta(minutes=minutes)).isoformat()
    given = {"status": "Later #tea", "scheduled_at": at, **more}
    post: dict[str, Any] = await house.good(who, "POST", "/api/v1/statuses", json=given)
    return post


async def later(house: House, minutes: int) -> None:
    clock.stop(clock.now() + timedelta(minutes=minutes))
    async with house.world.database.transaction() as db:
        await publish.publish_due(await of_system(db, house.world.site))
    await house.settle()


async def written(house: House, who: Someone) -> list[dict[str, Any]]:
    posts: list[dict[str, Any]] = await house.good(who, "GET", f"/api/v1/accounts/{who.id}/statuses")
    return posts


async def test_it_is_published_when_its_time_has_come_with_all_that_belongs_to_it(house: House) -> None:
    ada = await house.world.member("ada")
    media = await uploaded(house, ada)
    with_media = await write(house, ada, media_ids=[media["id"]], visibility="unlisted", spoiler_text="Hm")
    assert with_media["params"]["text"] == "Later #tea" and with_media["params"]["visibility"] == "unlisted"
    assert [one["id"] for one in with_media["media_attachments"]] == [media["id"]]
    await write(house, ada, poll={"options": ["a", "b"], "expires_in": 3600})
    assert await written(house, ada) == [], "nothing yet"
    await later(house, 30)
    assert await written(house, ada) == []
    await later(house, 31)
    poll, picture = await written(house, ada)
    assert [option["title"] for option in poll["poll"]["options"]] == ["a", "b"]
    assert picture["media_attachments"][0]["id"] == media["id"]
    assert (picture["visibility"], picture["spoiler_text"]) == ("unlisted", "Hm")
    assert await house.good(ada, "GET", AT) == []
    await later(house, 60)
    assert len(await written(house, ada)) == 2, "once"


async def test_what_could_not_be_published_is_refused_at_once(house: House) -> None:
    ada = await house.world.member("ada")
    for more in ({"status": "x" * 9999}, {"status": ""}, {"in_reply_to_id": "1"}, {"media_ids": ["1"]}):
        given = {"status": "x", "scheduled_at": (clock.now() + timedelta(hours=1)).isoformat(), **more}
        assert (await house.ask(ada, "POST", "/api/v1/statuses", json=given)).status_code in (404, 422)
    for minutes in (-5, 4):
        at = (clock.now() + timedelta(minutes=minutes)).isoformat()
        answer = await house.ask(ada, "POST", "/api/v1/statuses", json={"status": "x", "scheduled_at": at})
        assert answer.status_code == 422 and "five minutes" in answer.json()["error"]
    assert await house.good(ada, "GET", AT) == [] and await written(house, ada) == []


async def test_one_moves_it_takes_it_back_and_sees_ones_own_alone(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    one, other = await write(house, ada), await write(house, ada)
    assert [post["id"] for post in await house.good(ada, "GET", AT)] == [other["id"], one["id"]]
    assert await house.good(bo, "GET", AT) == []
    for method in ("GET", "PUT", "DELETE"):
        tomorrow = {"scheduled_at": (clock.now() + timedelta(days=1)).isoformat()}
        more = {"json": tomorrow} if method == "PUT" else {}
        assert (await house.ask(bo, method, f"{AT}/{one['id']}", **more)).status_code == 404
        moved = await house.good(ada, method, f"{AT}/{one['id']}", **more)
        if method == "PUT":
            assert datetime.fromisoformat(moved["scheduled_at"]) > clock.now() + timedelta(hours=23)
    await later(house, 2 * 24 * 60)
    assert len(await written(house, ada)) == 1


async def test_the_same_key_is_the_same_post(house: House) -> None:
    ada = await house.world.member("ada")
    at = (clock.now() + timedelta(hours=1)).isoformat()
    for _ in range(2):
        headers = {"authorization": f"Bearer {ada.token}", "idempotency-key": "k"}
        answer = await house.site.post(
            "/api/v1/statuses", json={"status": "x", "scheduled_at": at}, headers=headers
        )
        assert answer.status_code == 200
    assert len(await house.good(ada, "GET", AT)) == 1


async def test_what_is_refused_when_its_time_has_come_stays_and_says_why(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    question = await house.good(bo, "POST", "/api/v1/statuses", json={"status": "Well?"})
    post = await write(house, ada, in_reply_to_id=question["id"])
    fine = await write(house, ada)
    await house.good(bo, "DELETE", f"/api/v1/statuses/{question['id']}")
    await later(house, 61)
    (waiting,) = await house.good(ada, "GET", AT)
    assert waiting["id"] == post["id"] and "is gone" in waiting["error"]
    assert waiting["params"]["text"] == "Later #tea", "nothing is lost"
    (there,) = await written(house, ada)
    assert there["content"] and fine["id"] != there["id"]


async def test_a_draft_that_an_app_keeps_in_the_far_future_is_kept_and_can_be_taken_back(
    house: House,
) -> None:
    ada = await house.world.member("ada")
    media = await uploaded(house, ada)
    given = {
        "status": "a draft of an app",
        "scheduled_at": "5026-01-01T00:00:00.000Z",
        "media_ids": [media["id"]],
    }
    for _draft in range(30):
        kept = await house.good(ada, "POST", "/api/v1/statuses", json={**given, "media_ids": []})
    kept = await house.good(ada, "POST", "/api/v1/statuses", json=given)
    assert kept["scheduled_at"] == "5026-01-01T00:00:00.000Z"
    assert (await house.good(ada, "GET", f"{AT}/{kept['id']}"))["params"]["text"] == "a draft of an app"
    await house.good(ada, "DELETE", f"{AT}/{kept['id']}")
    clock.stop(clock.now() + timedelta(days=2))
    await remove.sweep(house.world.database, house.world.store)
    assert (await house.ask(ada, "GET", f"/api/v1/media/{media['id']}")).status_code == 404


async def test_a_time_too_near_and_one_too_far_are_told_apart(house: House) -> None:
    ada = await house.world.member("ada")
    for days, word in ((0, "five minutes"), (365 * 6, "five years")):
        at = (clock.now() + timedelta(days=days)).isoformat()
        answer = await house.ask(ada, "POST", "/api/v1/statuses", json={"status": "x", "scheduled_at": at})
        assert (answer.status_code, word in answer.json()["error"]) == (422, True), answer.text
