"""People at the doors of those who run the place: who reads them, what is done about them, and who may not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.domain.identity import addresses
from weetwie.domain.people import farewell
from weetwie.domain.people.farewell import FarewellChoices

LIST, OF_OLD = "/api/v2/admin/accounts", "/api/v1/admin/accounts"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def named(house: House, who: Someone, at: str = LIST, **query: Any) -> list[str]:
    return [one["username"] for one in await house.good(who, "GET", at, params=query)]


async def test_people_are_found_by_what_is_asked(house: House) -> None:
    world = house.world
    ada = await world.member("ada", is_admin=True, name="Ada Lovelace")
    bo, cy = await world.member("bo"), await world.member("cy", is_moderator=True)
    gus = await world.guest("gus", sponsor=bo)
    await world.suspend(bo)
    await world.alumnus("al", dormant=True)
    await addresses.add(world.db, cy.id, "Cy@house.example")
    assert await named(house, ada) == ["al", "gus", "cy", "bo", "ada"]
    assert await named(house, ada, status="suspended") == ["bo"]
    assert await named(house, ada, OF_OLD, disabled="true") == ["al"]
    assert await named(house, ada, status="active") == ["gus", "cy", "ada"]
    assert await named(house, ada, permissions="staff") == ["cy", "ada"]
    assert await named(house, ada, invited_by=str(bo.id)) == ["gus"]
    assert await named(house, ada, username="@C") == ["cy"]
    assert await named(house, ada, display_name="love") == ["ada"]
    assert await named(house, ada, email="cy@HOUSE.example") == ["cy"]
    assert await named(house, ada, max_id=str(cy.id), limit="1") == ["bo"]
    assert await named(house, ada, min_id=str(bo.id), limit="1") == ["cy"]
    for nobody in (
        {"origin": "remote"},
        {"status": "silenced"},
        {"ip": "192.0.2.1"},
        {"by_domain": "x.example"},
    ):
        assert await named(house, ada, **nobody) == []
    one = await house.good(ada, "GET", f"{OF_OLD}/{gus.id}")
    assert (one["invited_by_account_id"], one["email"], one["role"]["permissions"]) == (str(bo.id), "", "0")
    assert (await house.good(ada, "GET", f"{OF_OLD}/{cy.id}"))["email"] == "Cy@house.example"
    assert (await house.ask(ada, "GET", f"{OF_OLD}/1")).status_code == 404


async def test_only_whoever_runs_the_place_gets_in_and_a_moderator_reads_no_addresses(house: House) -> None:
    world = house.world
    ada, mo = await world.member("ada"), await world.member("mo", is_moderator=True)
    boss = await world.member("boss", is_admin=True)
    await addresses.add(world.db, ada.id, "ada@house.example")
    assert (await house.ask(ada, "GET", LIST)).status_code == 403
    assert (await house.good(mo, "GET", f"{OF_OLD}/{ada.id}"))["email"] == ""
    assert (await house.ask(mo, "GET", LIST, params={"email": "ada@house.example"})).status_code == 403
    assert (
        await house.ask(mo, "POST", f"{OF_OLD}/{boss.id}/action", data={"type": "suspend"})
    ).status_code == 403
    assert (await house.ask(mo, "POST", f"{OF_OLD}/{ada.id}/approve")).status_code == 403
    narrow = {"authorization": f"Bearer {await world.token(boss, 'read', ['admin:read:reports'])}"}
    assert (await house.site.get(LIST, headers=narrow)).status_code == 403


async def test_somebody_is_suspended_let_back_in_and_erased(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada", is_admin=True), await world.member("bo")
    cy = await world.member("cy")
    at = f"{OF_OLD}/{bo.id}"
    reported = await house.good(cy, "POST", "/api/v1/reports", data={"account_id": str(bo.id)})
    given = {"type": "suspend", "report_id": reported["id"], "text": "No"}
    assert (await house.ask(ada, "POST", f"{OF_OLD}/{cy.id}/action", data=given)).status_code == 404
    assert await house.good(ada, "POST", f"{at}/action", data=given) == {}
    assert (await house.good(ada, "GET", at))["suspended"]
    assert (await house.good(ada, "GET", f"/api/v1/admin/reports/{reported['id']}"))["action_taken"]
    assert not (await house.good(ada, "POST", f"{at}/unsuspend"))["suspended"]
    assert (await house.ask(ada, "POST", f"{at}/unsuspend")).status_code == 409
    assert (await house.ask(ada, "POST", f"{at}/action", data={"type": "sensitive"})).status_code == 422
    await house.good(ada, "POST", f"{at}/action", data={"type": "silence", "text": "Too loud"})
    assert (await house.good(ada, "GET", at))["silenced"]
    assert await named(house, ada, status="silenced") == ["bo"]
    await world.connection.execute("update tokens set revoked_at = null where person_id = $1", bo.id)
    for visibility, status in (("public", 403), ("unlisted", 403), ("private", 200), ("direct", 200)):
        said = {"status": f"hello @cy {visibility}", "visibility": visibility}
        assert (await house.ask(bo, "POST", "/api/v1/statuses", data=said)).status_code == status
    loud = await house.good(cy, "POST", "/api/v1/statuses", data={"status": "Good morning"})
    assert (await house.ask(bo, "POST", f"/api/v1/statuses/{loud['id']}/reblog")).status_code == 403
    words = "select words from decisions order by id"
    kept = [row["words"] for row in await world.connection.fetch(words)]
    assert kept == ["No", "Too loud"], "no words are made up"
    assert not (await house.good(ada, "POST", f"{at}/unsilence"))["silenced"]
    assert (await house.ask(bo, "POST", f"/api/v1/statuses/{loud['id']}/reblog")).status_code == 200
    for verb in ("enable", "unsilence", "unsensitive"):
        assert (await house.good(ada, "POST", f"{at}/{verb}"))["username"] == "bo"
    assert (await house.ask(ada, "DELETE", at)).status_code == 403, "not before they are suspended"
    await house.good(ada, "POST", f"{at}/action", data={"type": "suspend"})
    assert (await house.good(ada, "DELETE", at))["username"] == "bo"
    assert (await house.ask(ada, "GET", at)).status_code == 404


async def test_who_has_left_and_wants_to_stay_in_touch_waits_for_a_yes(house: House) -> None:
    world = house.world
    await world.policy(alumni_wake="approval")
    ada = await world.member("ada", is_admin=True)
    al, bo = await world.alumnus("al", dormant=True), await world.alumnus("bo", dormant=True)
    for one in (al, bo):
        await farewell.begin(world.db, one.id, "other")
        viewer = await world.viewer(one)
        await farewell.accept(world.db, viewer, one.id, FarewellChoices(is_found=True, is_asked=True))
    assert await named(house, ada, status="pending") == ["bo", "al"]
    assert not (await house.good(ada, "GET", f"{OF_OLD}/{al.id}"))["approved"]
    approved = await house.good(ada, "POST", f"{OF_OLD}/{al.id}/approve")
    assert approved["approved"] and not approved["disabled"]
    await house.good(ada, "POST", f"{OF_OLD}/{bo.id}/reject")
    assert await named(house, ada, status="pending") == []
    assert (await house.ask(ada, "POST", f"{OF_OLD}/{bo.id}/reject")).status_code == 409
