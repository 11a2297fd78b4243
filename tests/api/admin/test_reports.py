"""Reports at the doors of those who moderate."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from weetwie.access.enums import Visibility

AT = "/api/v1/admin/reports"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def test_a_report_goes_from_hand_to_hand(house: House) -> None:
    world = house.world
    await world.policy(rules=["Be kind", "Be brief"])
    mo = await world.member("mo", is_moderator=True)
    ada, bo = await world.member("ada"), await world.member("bo")
    bad = await world.post(bo, "You are all fools")
    hidden = await world.post(bo, "You too, ada", visibility=Visibility.direct, mentions=[ada])
    given: dict[str, Any] = {
        "account_id": str(bo.id),
        "status_ids[]": [str(bad), str(hidden)],
        "comment": "rude",
    }
    id = (await house.good(ada, "POST", "/api/v1/reports", data=given))["id"]
    (one,) = await house.good(mo, "GET", AT)
    assert one == await house.good(mo, "GET", f"{AT}/{id}")
    assert (one["account"]["username"], one["target_account"]["username"]) == ("ada", "bo")
    assert [post["id"] for post in one["statuses"]] == [str(bad)], "as the law has it"
    assert [post["text"] for post in one["reported"]] == ["You are all fools", "You too, ada"]
    taken = await house.good(mo, "POST", f"{AT}/{id}/assign_to_self")
    assert taken["assigned_account"]["username"] == "mo" and taken["updated_at"] > one["updated_at"]
    assert (await house.good(mo, "POST", f"{AT}/{id}/unassign"))["assigned_account"] is None
    changed = await house.good(mo, "PUT", f"{AT}/{id}", json={"category": "violation", "rule_ids": ["2"]})
    assert [rule["text"] for rule in changed["rules"]] == ["Be brief"]
    assert (await house.good(mo, "PUT", f"{AT}/{id}", json={"category": "spam"}))["rules"] == []
    assert (await house.ask(mo, "PUT", f"{AT}/{id}", json={"rule_ids": [7]})).status_code == 422
    closed = await house.good(mo, "POST", f"{AT}/{id}/resolve")
    assert closed["action_taken_by_account"]["username"] == "mo" and closed["action_taken_at"]
    assert await house.good(mo, "GET", AT) == []
    assert len(await house.good(mo, "GET", AT, params={"resolved": "true", "account_id": str(ada.id)})) == 1
    assert (
        await house.good(mo, "GET", AT, params={"resolved": "true", "target_account_id": str(ada.id)}) == []
    )
    assert not (await house.good(mo, "POST", f"{AT}/{id}/reopen"))["action_taken"]


async def test_nobody_else_reads_them(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada"), await world.member("bo", is_people_admin=True)
    id = (await house.good(bo, "POST", "/api/v1/reports", data={"account_id": str(ada.id)}))["id"]
    for who in (ada, bo):
        assert (await house.ask(who, "GET", AT)).status_code == 403
        for verb in ("resolve", "assign_to_self"):
            assert (await house.ask(who, "POST", f"{AT}/{id}/{verb}")).status_code == 403
