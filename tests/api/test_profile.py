"""One's own profile as an editor gets it."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.api.house import House, opened
from tests.api.test_media import picture
from weetwie.api.endpoints import endpoints
from weetwie.api.table import RouteTable


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def test_a_profile_is_read_and_changed_as_it_was_written(house: House) -> None:
    ada = await house.world.member("ada")
    before = await house.good(ada, "GET", "/api/v1/profile")
    assert before["avatar"] is None and before["note"] == "" and before["featured_tags"] == []
    fields = {"fields_attributes[0][name]": "Team", "fields_attributes[0][value]": "https://pumps.example"}
    given = {"display_name": "Ada", "note": "Writes #tea", "locked": "true", **fields}
    after = await house.good(
        ada, "PATCH", "/api/v1/profile", data=given, files={"avatar": ("a.png", picture(), "image/png")}
    )
    assert after == await house.good(ada, "GET", "/api/v1/profile")
    assert (after["display_name"], after["note"], after["locked"]) == ("Ada", "Writes #tea", True)
    assert "<p>Writes <a" in after["formatted_note"] and after["avatar"].startswith("https://house.example/")
    assert after["fields"][0]["value"] == "https://pumps.example"
    assert "<a" in after["formatted_fields"][0]["value"]


async def test_it_opens_with_the_narrow_scope_and_only_to_people(house: House) -> None:
    ada = await house.world.member("ada")
    narrow = {"authorization": f"Bearer {await house.world.token(ada, 'narrow', ['profile'])}"}
    assert (await house.site.get("/api/v1/profile", headers=narrow)).status_code == 200
    assert (await house.site.patch("/api/v1/profile", headers=narrow, json={"note": "x"})).status_code == 403
    assert (await house.ask(None, "GET", "/api/v1/profile")).status_code == 401


async def test_one_hides_whom_one_follows(house: House) -> None:
    world = house.world
    bo, cy = await world.member("bo"), await world.member("cy")
    ada = await world.member("ada", follows=[bo])
    await world.follow(cy, ada)
    given = {"hide_collections": "true", "show_media": "false", "show_featured": "false"}
    profile = await house.good(ada, "PATCH", "/api/v1/profile", data=given)
    assert [profile[name] for name in ("hide_collections", "show_media", "show_featured")] == [
        True,
        False,
        False,
    ]
    assert profile["show_media_replies"] is True
    for which in ("followers", "following"):
        at = f"/api/v1/accounts/{ada.id}/{which}"
        assert await house.good(cy, "GET", at) == []
        assert len(await house.good(ada, "GET", at)) == 1
    familiar = await house.good(cy, "GET", "/api/v1/accounts/familiar_followers", params={"id[]": str(bo.id)})
    assert familiar[0]["accounts"] == []
    for one in await house.good(cy, "GET", "/api/v2/suggestions"):
        assert str(ada.id) not in [id for reason in one["reasons"] for id in reason["account_ids"]]
    assert (await house.good(cy, "GET", f"/api/v1/accounts/{ada.id}"))["following_count"] == 1


async def test_an_update_is_asked_for_by_put_or_by_patch(house: House) -> None:
    ada = await house.world.member("ada")
    made = await house.good(ada, "POST", "/api/v1/lists", data={"title": "Pumps"})
    post = await house.world.post(ada)
    for method in ("PUT", "PATCH"):
        fields = {"0": {"name": "Team", "value": method}}
        given = {"display_name": method, "note": "", "fields_attributes": fields}
        profile = await house.good(ada, method, "/api/v1/profile", json=given)
        assert profile["display_name"] == profile["fields"][0]["value"] == method
        account = await house.good(ada, method, "/api/v1/accounts/update_credentials", data={"note": method})
        assert account["source"]["note"] == method
        policy = await house.good(
            ada, method, "/api/v2/notifications/policy", json={"for_not_following": "filter"}
        )
        assert policy["for_not_following"] == "filter"
        assert (await house.good(ada, method, f"/api/v1/lists/{made['id']}", data={"title": method}))["title"]
        edited = await house.good(ada, method, f"/api/v1/statuses/{post}", data={"status": f"By {method}"})
        assert method in edited["content"]


async def test_an_app_of_old_filters_notifications_by_yes_and_no(house: House) -> None:
    ada, at = await house.world.member("ada"), "/api/v1/notifications/policy"
    new = {"for_not_following": "drop", "for_new_accounts": "filter"}
    await house.good(ada, "PATCH", "/api/v2/notifications/policy", json=new)
    now = await house.good(ada, "GET", at)
    assert (now["filter_not_following"], now["filter_new_accounts"]) == (True, True)
    assert (now["filter_not_followers"], now["filter_private_mentions"]) == (False, False)
    given = {"filter_not_following": True, "filter_new_accounts": False, "filter_private_mentions": True}
    assert (await house.good(ada, "PUT", at, json=given))["filter_private_mentions"] is True
    after = await house.good(ada, "GET", "/api/v2/notifications/policy")
    names = ("for_not_following", "for_new_accounts", "for_private_mentions", "for_not_followers")
    assert [after[name] for name in names] == ["drop", "accept", "filter", "accept"]


async def test_every_update_takes_both_methods() -> None:
    table = RouteTable(endpoints())
    for endpoint in endpoints():
        if endpoint.method in ("PUT", "PATCH"):
            place, _names = table.find(re.sub(r"\{\w+\}", "1", endpoint.path))
            assert place is not None and place["PUT"] is place["PATCH"] is endpoint
