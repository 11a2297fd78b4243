"""People put forward together: by whom, who shows in it to whom, and that one gets out again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access.enums import Ring
from weetwie.domain.collections.rules import MOST

AT = "/api/v1/collections"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def make(house: House, who: Someone, **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = await house.good(
        who, "POST", AT, json={"name": "Pumps", "discoverable": True, **given}
    )
    collection: dict[str, Any] = made["collection"]
    return collection


async def test_a_collection_is_made_read_changed_and_deleted(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    made = await make(
        house, ada, account_ids=[str(bo.id)], description="Who <knows>", tag_name="#pumps", language="en"
    )
    assert (made["item_count"], made["items"][0]["account_id"]) == (1, str(bo.id))
    assert made["description"] == "<p>Who &lt;knows&gt;</p>" and made["tag"]["name"] == "pumps"
    whole = await house.good(cy, "GET", f"{AT}/{made['id']}")
    assert whole["collection"] == made and [one["acct"] for one in whole["accounts"]] == ["bo"]
    changed = await house.good(ada, "PATCH", f"{AT}/{made['id']}", data={"name": "Valves", "tag_name": ""})
    assert (changed["collection"]["name"], changed["collection"]["tag"]) == ("Valves", None)
    assert changed["collection"]["language"] == "en", "what is not given stays"
    item = await house.good(ada, "POST", f"{AT}/{made['id']}/items", data={"account_id": str(cy.id)})
    assert item["collection_item"]["state"] == "accepted"
    again = {"account_id": str(cy.id)}
    assert (await house.ask(ada, "POST", f"{AT}/{made['id']}/items", data=again)).status_code == 409
    assert await house.good(ada, "DELETE", f"{AT}/{made['id']}/items/{item['collection_item']['id']}") == {}
    for method, at in (("PATCH", ""), ("DELETE", ""), ("POST", "/items"), ("DELETE", "/items/1")):
        given = {"account_id": str(bo.id)}
        assert (await house.ask(cy, method, f"{AT}/{made['id']}{at}", json=given)).status_code == 403
    assert await house.good(ada, "DELETE", f"{AT}/{made['id']}") == {}
    assert (await house.ask(ada, "GET", f"{AT}/{made['id']}")).status_code == 404


async def test_of_the_people_in_it_each_sees_those_whom_they_see(house: House) -> None:
    world = house.world
    ada = await world.member("ada", profile_ring=int(Ring.network))
    bo, cy = await world.member("bo"), await world.member("cy", profile_ring=int(Ring.network))
    al = await world.alumnus("al")
    made = await make(house, ada, account_ids=[str(bo.id), str(cy.id)])
    seen = await house.good(al, "GET", f"{AT}/{made['id']}")
    assert seen["collection"]["item_count"] == 1 and [one["acct"] for one in seen["accounts"]] == ["cy"]
    await world.change(ada, profile_ring=int(Ring.colleagues))
    assert (await house.ask(al, "GET", f"{AT}/{made['id']}")).status_code == 404
    await world.block(cy, ada)
    assert (await house.good(bo, "GET", f"{AT}/{made['id']}"))["collection"]["item_count"] == 1
    await world.suspend(ada)
    assert (await house.ask(bo, "GET", f"{AT}/{made['id']}")).status_code == 404


async def test_nobody_is_put_in_who_does_not_want_it_and_who_leaves_stays_out(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada"), await world.member("bo")
    shy = await world.member("shy", is_discoverable=False)
    foe = await world.member("foe")
    await world.block(foe, ada)
    made = await make(house, ada, account_ids=[str(bo.id)])
    for who in (shy, foe):
        given = {"account_id": str(who.id)}
        assert (await house.ask(ada, "POST", f"{AT}/{made['id']}/items", data=given)).status_code == 403
    account = await house.good(ada, "GET", f"/api/v1/accounts/{shy.id}")
    assert account["feature_approval"]["current_user"] == "denied"
    leave = f"{AT}/{made['id']}/items/{made['items'][0]['id']}/revoke"
    (found,) = (await house.good(bo, "GET", f"/api/v1/accounts/{bo.id}/in_collections"))["collections"]
    assert found["id"] == made["id"]
    assert (await house.ask(shy, "POST", leave)).status_code == 403
    assert await house.good(bo, "POST", leave) == {}
    assert (await house.good(bo, "GET", f"/api/v1/accounts/{bo.id}/in_collections"))["collections"] == []
    assert (await house.ask(ada, "GET", f"/api/v1/accounts/{bo.id}/in_collections")).status_code == 403
    given = {"account_id": str(bo.id)}
    assert (await house.ask(ada, "POST", f"{AT}/{made['id']}/items", data=given)).status_code == 403


async def test_what_is_not_listed_is_found_by_its_id_alone_and_there_is_an_end(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    listed, hidden = await make(house, ada), await make(house, ada, discoverable=False)
    at = f"/api/v1/accounts/{ada.id}/collections"
    assert [one["id"] for one in (await house.good(bo, "GET", at))["collections"]] == [listed["id"]]
    assert len((await house.good(ada, "GET", at))["collections"]) == 2
    assert len((await house.good(ada, "GET", at, params={"limit": "1", "offset": "1"}))["collections"]) == 1
    await house.good(bo, "GET", f"{AT}/{hidden['id']}")
    for _number in range(MOST - 2):
        await make(house, ada)
    assert (await house.ask(ada, "POST", AT, data={"name": "One more"})).status_code == 422
    for wrong in (
        {},
        {"name": " "},
        {"name": "x", "language": "no language"},
        {"name": "x", "tag_name": "a b"},
    ):
        assert (await house.ask(bo, "POST", AT, data=wrong)).status_code == 422


async def test_with_whoever_is_erased_it_goes(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    of_ada = await make(house, ada, account_ids=[str(bo.id)])
    boss = await house.world.member("boss", is_admin=True)
    for who in (bo, ada):
        await house.good(boss, "POST", f"/api/v1/admin/accounts/{who.id}/action", data={"type": "suspend"})
        await house.good(boss, "DELETE", f"/api/v1/admin/accounts/{who.id}")
        await house.settle()
        assert await house.world.connection.fetchval("select count(*) from collection_items") == 0
    assert await house.world.connection.fetchval("select count(*) from collections") == 0
    assert (await house.ask(boss, "GET", f"{AT}/{of_ada['id']}")).status_code == 404
