"""Private notes, people and tags put forward, and whom one might want to follow."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.people_at_the_door import Door, opened
from weetwie.access.enums import Visibility
from weetwie.domain.relations import featured_tags


@pytest.fixture
async def door(dsn: str) -> AsyncIterator[Door]:
    async with opened(dsn) as door:
        yield door


def names(found: Any) -> list[str]:
    return [one["acct"] for one in found]


async def test_a_note_about_somebody_is_its_writers_alone(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    path = f"/api/v1/accounts/{bo.id}/note"
    noted = await door.post(ada, "Relationship", path, comment=" knows pumps ")
    assert noted["note"] == "knows pumps"
    (theirs,) = await door.get(bo, "Relationship[]", "/api/v1/accounts/relationships", f"id[]={ada.id}")
    assert theirs["note"] == ""
    await door.ask(ada, "POST", path, comment="x" * 2001, status=422)
    assert (await door.post(ada, "Relationship", path, comment=""))["note"] == ""
    await door.ask(ada, "POST", f"/api/v1/accounts/{ada.id}/note", comment="me", status=403)
    await door.ask(ada, "POST", "/api/v1/accounts/99/note", comment="nobody", status=404)


async def test_one_puts_forward_whom_one_follows_for_as_long_as_one_does(door: Door) -> None:
    ada, bo, cy = [await door.world.member(handle) for handle in ("ada", "bo", "cy")]
    await door.ask(ada, "POST", f"/api/v1/accounts/{bo.id}/endorse", status=422)
    await door.world.follow(ada, bo)
    assert (await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/endorse"))["endorsed"]
    assert names(await door.get(cy, "Account[]", f"/api/v1/accounts/{ada.id}/endorsements")) == ["bo"]
    assert names(await door.get(ada, "Account[]", "/api/v1/endorsements")) == ["bo"]
    await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/unfollow")
    assert await door.get(cy, "Account[]", f"/api/v1/accounts/{ada.id}/endorsements") == []
    await door.world.follow(ada, bo)
    assert not (await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/unendorse"))["endorsed"]
    assert await door.get(ada, "Account[]", "/api/v1/endorsements") == []


async def test_tags_put_forward_count_what_the_reader_sees(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    await door.world.post(ada, "one #Pumps", tags=["pumps"])
    await door.world.post(ada, "two #pumps", tags=["pumps"], visibility=Visibility.direct)
    suggested = await door.get(ada, "Tag[]", "/api/v1/featured_tags/suggestions")
    assert [tag["name"] for tag in suggested] == ["pumps"]
    tag = await door.post(ada, "FeaturedTag", "/api/v1/featured_tags", name="#Pumps")
    assert (tag["name"], tag["statuses_count"]) == ("Pumps", "1")
    assert tag["last_status_at"] is not None
    again = await door.post(ada, "FeaturedTag", "/api/v1/featured_tags", name="pumps")
    assert again["id"] == tag["id"]
    (shown,) = await door.get(bo, "FeaturedTag[]", f"/api/v1/accounts/{ada.id}/featured_tags")
    assert shown == tag
    assert (await door.get(ada, "Tag", "/api/v1/tags/pumps"))["featuring"] is True
    assert (await door.get(bo, "Tag", "/api/v1/tags/pumps"))["featuring"] is False
    await door.ask(bo, "DELETE", f"/api/v1/featured_tags/{tag['id']}", status=404)
    await door.ask(ada, "DELETE", f"/api/v1/featured_tags/{tag['id']}")
    assert await door.get(bo, "FeaturedTag[]", f"/api/v1/accounts/{ada.id}/featured_tags") == []
    assert (await door.post(ada, "Tag", "/api/v1/tags/valves/feature"))["featuring"] is True
    assert (await door.post(ada, "Tag", "/api/v1/tags/valves/unfeature"))["featuring"] is False
    for number in range(featured_tags.MOST):
        await door.post(ada, "FeaturedTag", "/api/v1/featured_tags", name=f"tag{number}")
    await door.ask(ada, "POST", "/api/v1/featured_tags", name="onemore", status=422)
    await door.ask(ada, "POST", "/api/v1/featured_tags", name="not a tag", status=422)
    assert len(await door.get(ada, "FeaturedTag[]", "/api/v1/featured_tags")) == featured_tags.MOST


async def test_people_are_suggested_with_the_reasons_for_it(door: Door) -> None:
    world = door.world
    ada, bo = await world.member("ada", unit="Pumps"), await world.member("bo")
    cy, di, ed = await world.member("cy"), await world.member("di", unit="Pumps"), await world.member("ed")
    await world.follow(ada, bo)
    await world.follow(bo, cy)
    await world.follow_tag(ada, "seals")
    await world.post(ed, "how #Seals age", tags=["seals"])
    found = await door.get(ada, "Suggestion[]", "/api/v2/suggestions")
    reasons = {one["account"]["acct"]: {why["kind"]: why for why in one["reasons"]} for one in found}
    assert reasons["cy"]["followed"]["account_ids"] == [str(bo.id)]
    assert "unit" in reasons["di"]
    assert reasons["ed"]["tags"]["tags"] == ["seals"]
    assert all("new" in whys for whys in reasons.values()), "they have all just joined"
    assert "bo" not in reasons
    assert "ada" not in reasons
    assert found[[one["account"]["acct"] for one in found].index("cy")]["sources"][0] == "friends_of_friends"
    await door.ask(ada, "DELETE", f"/api/v1/suggestions/{cy.id}")
    assert "cy" not in names(await door.get(ada, "Account[]", "/api/v1/suggestions"))
    await world.block(di, ada)
    assert "di" not in names(await door.get(ada, "Account[]", "/api/v1/suggestions"))


async def test_nobody_learns_through_a_suggestion_whom_they_do_not_see(door: Door) -> None:
    world = door.world
    ada = await world.member("ada")
    alma = await world.alumnus("alma")
    hidden = await world.member("hidden")
    await world.follow(alma, ada)
    await world.follow(ada, hidden)
    assert "hidden" not in names(await door.get(alma, "Account[]", "/api/v1/suggestions"))
