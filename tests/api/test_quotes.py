"""Quotes through the door: who may, what shows of them and to whom, and that an author can take their post out of one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access.enums import Ring
from weetwie.domain.posts.forget import TOMBSTONES_LAST, sweep_tombstones
from weetwie.runtime import clock


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def write(house: House, who: Someone, status: str = "Well said", **more: Any) -> dict[str, Any]:
    post: dict[str, Any] = await house.good(who, "POST", "/api/v1/statuses", json={"status": status, **more})
    return post


async def refused(house: House, who: Someone, **more: Any) -> int:
    answer = await house.ask(who, "POST", "/api/v1/statuses", json={"status": "Well said", **more})
    return answer.status_code


async def seen(house: House, who: Someone, post: dict[str, Any]) -> dict[str, Any]:
    status: dict[str, Any] = await house.good(who, "GET", f"/api/v1/statuses/{post['id']}")
    return status


async def test_a_quote_shows_what_it_quotes_and_a_quote_in_it_by_its_id(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    first = await write(house, ada, "Seals fail at 80 degrees")
    second = await write(house, bo, quoted_status_id=first["id"])
    third = await write(house, ada, quoted_status_id=second["id"])
    assert second["quote"]["state"] == "accepted" and second["quote"]["quoted_status"]["id"] == first["id"]
    inner = third["quote"]["quoted_status"]["quote"]
    assert inner == {"state": "accepted", "quoted_status_id": first["id"]}
    assert (await seen(house, bo, first))["quotes_count"] == 1
    (listed,) = await house.good(ada, "GET", f"/api/v1/statuses/{first['id']}/quotes")
    assert listed["id"] == second["id"] and listed["quote"]["quoted_status"]["content"]
    boost = await house.good(ada, "POST", f"/api/v1/statuses/{second['id']}/reblog")
    again = await write(house, ada, quoted_status_id=boost["id"])
    assert again["quote"]["quoted_status"]["id"] == second["id"], "a boost is quoted as its original"
    assert boost["reblog"]["quote"]["quoted_status"]["id"] == first["id"]


async def test_its_author_says_who_may(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    fan = await house.world.member("fan", follows=[ada])
    for policy, of_bo, of_fan in (("public", 200, 200), ("followers", 403, 200), ("nobody", 403, 403)):
        post = await write(house, ada, quote_approval_policy=policy)
        assert post["quote_approval"]["automatic"] == ([] if policy == "nobody" else [policy])
        for who, status in ((bo, of_bo), (fan, of_fan), (ada, 200)):
            approval = (await seen(house, who, post))["quote_approval"]["current_user"]
            assert approval == ("automatic" if status == 200 else "denied")
            assert await refused(house, who, quoted_status_id=post["id"]) == status
    private = await write(house, ada, visibility="private")
    assert await refused(house, fan, quoted_status_id=private["id"]) == 403
    own = await write(house, ada, quoted_status_id=private["id"])
    assert own["visibility"] == "private", "never more open than what it quotes"
    direct = await write(house, ada, "@fan hush", visibility="direct")
    for who in (ada, fan):
        assert await refused(house, who, quoted_status_id=direct["id"]) == 403
    assert await refused(house, bo, quoted_status_id=direct["id"]) == 404


async def test_the_policy_can_change_and_has_a_usual_one(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    post = await write(house, ada)
    at = f"/api/v1/statuses/{post['id']}/interaction_policy"
    closed = await house.good(ada, "PUT", at, json={"quote_approval_policy": "nobody"})
    assert closed["quote_approval"] == {"automatic": [], "manual": [], "current_user": "automatic"}
    assert (await house.ask(bo, "PUT", at, json={"quote_approval_policy": "public"})).status_code == 403
    given = {"source": {"quote_policy": "followers"}}
    account = await house.good(ada, "PATCH", "/api/v1/accounts/update_credentials", json=given)
    assert account["source"]["quote_policy"] == "followers"
    assert (await write(house, ada))["quote_approval"]["automatic"] == ["followers"]


async def test_who_does_not_see_what_is_quoted_learns_nothing_of_it(house: House) -> None:
    ada = await house.world.member("ada")
    al = await house.world.alumnus("al")
    inside = await house.world.post(ada, "zqsecret", ring=Ring.colleagues)
    quote = await write(house, ada, "About this", quoted_status_id=str(inside), audience="network")
    assert quote["audience"] == "colleagues", "no wider than what it quotes"
    await house.world.connection.execute("update posts set ring = 1 where id = $1", int(quote["id"]))
    shown = await house.ask(al, "GET", f"/api/v1/statuses/{quote['id']}")
    assert shown.json()["quote"] == {"state": "unauthorized"} and str(inside) not in shown.text
    await house.good(ada, "DELETE", f"/api/v1/statuses/{inside}")
    assert (await seen(house, ada, quote))["quote"] == {"state": "deleted"}
    assert (await house.ask(al, "GET", f"/api/v1/statuses/{quote['id']}")).json()["quote"][
        "state"
    ] == "unauthorized"


async def test_its_author_takes_it_out_and_numbers_and_notifications_follow(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    post = await write(house, ada)
    one = await write(house, bo, quoted_status_id=post["id"])
    two = await write(house, cy, quoted_status_id=post["id"])
    await house.settle()
    told = await house.good(ada, "GET", "/api/v1/notifications", params={"types[]": "quote"})
    assert [notification["status"]["id"] for notification in told] == [two["id"], one["id"]]
    at = f"/api/v1/statuses/{post['id']}/quotes"
    assert (await house.ask(bo, "POST", f"{at}/{one['id']}/revoke")).status_code == 403
    assert (await house.good(ada, "POST", f"{at}/{one['id']}/revoke"))["quote"] == {"state": "revoked"}
    assert (await house.ask(ada, "POST", f"{at}/{one['id']}/revoke")).status_code == 404
    assert (await seen(house, bo, one))["quote"] == {"state": "revoked"}
    assert (await seen(house, ada, post))["quotes_count"] == 1
    await house.good(cy, "DELETE", f"/api/v1/statuses/{two['id']}")
    await house.good(bo, "DELETE", f"/api/v1/statuses/{one['id']}")
    assert (await seen(house, ada, post))["quotes_count"] == 0
    assert await house.good(ada, "GET", at) == []


async def test_a_page_without_quotes_and_polls_asks_no_more_than_before(house: House) -> None:
    ada = await house.world.member("ada")
    for _ in range(3):
        await write(house, ada)
    await house.good(ada, "GET", "/api/v1/timelines/home")
    statements: list[str] = []
    house.world.connection.add_query_logger(lambda logged: statements.append(logged.query))
    await house.good(ada, "GET", "/api/v1/timelines/home")
    assert len(statements) <= 1, statements


async def test_a_quote_of_what_was_deleted_says_so_to_whoever_saw_it(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    fan, cy = await house.world.member("fan", follows=[ada]), await house.world.member("cy")
    first = await write(house, ada, "Seals fail", visibility="private")
    second = await write(house, ada, quoted_status_id=first["id"], visibility="private")
    open_one = await write(house, ada, "Open")
    quote = await write(house, fan, quoted_status_id=open_one["id"])
    await house.world.block(cy, ada)
    assert (await seen(house, cy, quote))["quote"] == {"state": "unauthorized"}
    for post in (first, open_one):
        await house.good(ada, "DELETE", f"/api/v1/statuses/{post['id']}")
    clock.stop(clock.now() + TOMBSTONES_LAST * 2)
    async with house.world.database.transaction() as db:
        await sweep_tombstones(db)
    clock.stop(None)
    assert (await seen(house, fan, second))["quote"] == {"state": "deleted"}
    assert (await seen(house, bo, quote))["quote"] == {"state": "deleted"}
    assert (await seen(house, cy, quote))["quote"] == {"state": "unauthorized"}, "never saw what was quoted"
    await house.good(fan, "DELETE", f"/api/v1/statuses/{quote['id']}")
