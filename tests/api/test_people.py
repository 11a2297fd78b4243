"""Accounts, relations, tags, search and notifications at the client API."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.people_at_the_door import BASE, Door, opened
from weetwie.access.enums import Ring


@pytest.fixture
async def door(dsn: str) -> AsyncIterator[Door]:
    async with opened(dsn) as door:
        yield door


def ids(found: Any) -> list[str]:
    return [one["id"] for one in found]


async def test_an_account_is_read_and_changed_by_its_owner(door: Door) -> None:
    ada = await door.world.member("ada", name="Ada")
    own = await door.get(ada, "CredentialAccount", "/api/v1/accounts/verify_credentials")
    assert (own["acct"], own["source"]["privacy"], own["locked"]) == ("ada", "public", False)
    changed = await door.post(
        ada, "CredentialAccount", "/api/v1/accounts/update_credentials", "PATCH",
        display_name="Ada L.", note="Hello <b>", locked=True, fields_attributes={"0": {"name": "Site", "value": "x"}, "1": {"name": "", "value": ""}},
        source={"privacy": "private", "sensitive": True, "language": "nl"},
    )  # fmt: skip
    assert (changed["display_name"], changed["locked"]) == ("Ada L.", True)
    assert changed["source"]["note"] == "Hello <b>"
    assert "<b>" not in changed["note"]
    assert [field["name"] for field in changed["source"]["fields"]] == ["Site"]
    assert (changed["source"]["privacy"], changed["source"]["sensitive"]) == ("private", True)
    assert changed["source"]["language"] == "nl"
    kept = await door.post(ada, "CredentialAccount", "/api/v1/accounts/update_credentials", "PATCH", bot=True)
    assert (kept["display_name"], kept["bot"]) == ("Ada L.", True)
    await door.ask(ada, "PATCH", "/api/v1/accounts/update_credentials", display_name="x" * 81, status=422)
    await door.ask(None, "GET", "/api/v1/accounts/verify_credentials", status=401)


async def test_accounts_are_found_by_id_handle_and_words(door: Door) -> None:
    ada, bo = await door.world.member("ada", name="Countess"), await door.world.member("bo")
    account = await door.get(bo, "Account", f"/api/v1/accounts/{ada.id}")
    assert account["url"] == f"{BASE}/@ada"
    assert (await door.get(bo, "Account", "/api/v1/accounts/lookup", "acct=ada@weetwie.test"))["id"] == str(
        ada.id
    )
    await door.ask(bo, "GET", "/api/v1/accounts/lookup", "acct=ada@elsewhere.example", status=404)
    assert ids(await door.get(bo, "Account[]", "/api/v1/accounts/search", "q=count")) == [str(ada.id)]
    assert ids(
        await door.get(bo, "Account[]", "/api/v1/accounts", f"id[]={bo.id}&id[]=99&id[]={ada.id}")
    ) == [
        str(bo.id),
        str(ada.id),
    ]
    assert len(await door.get(bo, "Account[]", "/api/v1/directory")) == 2
    for path in ("/api/v1/accounts/99", f"/api/v1/accounts/{ada.id}"):
        await door.ask(None, "GET", path, status=404)


async def test_what_an_account_wrote_is_listed(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    first = await door.world.post(ada, tags=["Kafka"])
    reply = await door.world.post(ada, reply_to=await door.world.post(bo))
    path = f"/api/v1/accounts/{ada.id}/statuses"
    assert ids(await door.get(bo, "Status[]", path)) == [str(reply), str(first)]
    assert ids(await door.get(bo, "Status[]", path, "exclude_replies=true")) == [str(first)]
    assert ids(await door.get(bo, "Status[]", path, "tagged=KAFKA")) == [str(first)]
    assert await door.get(bo, "Status[]", path, "pinned=1") == []
    await door.ask(bo, "GET", "/api/v1/accounts/99/statuses", status=404)


async def test_a_follow_shows_at_once_and_an_unfollow_hides_at_once(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    post = await door.world.post(bo)
    now = await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/follow", reblogs=False, notify=True)
    assert (now["following"], now["showing_reblogs"], now["notifying"]) == (True, False, True)
    assert ids(await door.get(ada, "Status[]", "/api/v1/timelines/home")) == [str(post)]
    followers = await door.get(ada, "Account[]", f"/api/v1/accounts/{bo.id}/followers")
    assert ids(followers) == [str(ada.id)]
    assert (await door.get(ada, "Account", f"/api/v1/accounts/{bo.id}"))["followers_count"] == 1
    assert ids(await door.get(bo, "Account[]", f"/api/v1/accounts/{ada.id}/following")) == [str(bo.id)]
    now = await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/unfollow")
    assert now["following"] is False
    assert await door.get(ada, "Status[]", "/api/v1/timelines/home") == []
    await door.ask(ada, "POST", f"/api/v1/accounts/{ada.id}/follow", status=403)
    await door.ask(ada, "POST", "/api/v1/accounts/99/follow", status=404)


async def test_lists_of_accounts_link_to_their_next_page(door: Door) -> None:
    ada = await door.world.member("ada")
    for number in range(3):
        await door.world.follow(await door.world.member(f"p{number}"), ada)
    first = await door.ask(ada, "GET", f"/api/v1/accounts/{ada.id}/followers", "limit=2")
    link = first.headers["link"]
    assert 'rel="next"' in link
    assert 'rel="prev"' in link
    query = link.split("?")[1].split(">")[0]
    last = await door.ask(ada, "GET", f"/api/v1/accounts/{ada.id}/followers", query)
    assert [one["acct"] for one in [*first.json, *last.json]] == ["p2", "p1", "p0"]
    assert 'rel="next"' not in last.headers["link"]


async def test_blocks_mutes_and_requests_answer_with_what_the_two_are_now(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo", is_locked=True)
    asked = await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/follow")
    assert (asked["following"], asked["requested"]) == (False, True)
    assert ids(await door.get(bo, "Account[]", "/api/v1/follow_requests")) == [str(ada.id)]
    own = await door.get(bo, "CredentialAccount", "/api/v1/accounts/verify_credentials")
    assert own["source"]["follow_requests_count"] == 1
    now = await door.post(bo, "Relationship", f"/api/v1/follow_requests/{ada.id}/authorize")
    assert (now["followed_by"], now["requested_by"]) == (True, False)
    await door.ask(bo, "POST", f"/api/v1/follow_requests/{ada.id}/reject", status=404)
    now = await door.post(bo, "Relationship", f"/api/v1/accounts/{ada.id}/remove_from_followers")
    assert now["followed_by"] is False
    now = await door.post(
        ada, "Relationship", f"/api/v1/accounts/{bo.id}/mute", duration=60, notifications=False
    )
    assert (now["muting"], now["muting_notifications"]) == (True, False)
    (muted,) = await door.get(ada, "MutedAccount[]", "/api/v1/mutes")
    assert muted["mute_expires_at"] is not None
    assert (await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/unmute"))["muting"] is False
    assert (await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/block"))["blocking"] is True
    assert ids(await door.get(ada, "Account[]", "/api/v1/blocks")) == [str(bo.id)]
    relations = await door.get(
        bo, "Relationship[]", "/api/v1/accounts/relationships", f"id[]={ada.id}&id[]=99"
    )
    assert [(one["id"], one["blocked_by"]) for one in relations] == [(str(ada.id), True)]
    await door.ask(bo, "POST", f"/api/v1/accounts/{ada.id}/follow", status=403)
    assert (await door.post(ada, "Relationship", f"/api/v1/accounts/{bo.id}/unblock"))["blocking"] is False


async def test_tags_are_followed_and_tell_nothing_of_posts_that_one_does_not_see(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    guest = await door.world.guest("gus", sponsor=bo)
    before = await door.get(guest, "Tag", "/api/v1/tags/secretplan")
    post = await door.world.post(bo, tags=["SecretPlan"])
    assert await door.get(guest, "Tag", "/api/v1/tags/secretplan") == before
    tag = await door.post(ada, "Tag", "/api/v1/tags/secretplan/follow")
    assert (tag["name"], tag["following"], tag["history"][0]["uses"]) == ("SecretPlan", True, "1")
    assert ids(await door.get(ada, "Status[]", "/api/v1/timelines/home")) == [str(post)]
    assert [one["name"] for one in await door.get(ada, "Tag[]", "/api/v1/followed_tags")] == ["SecretPlan"]
    assert (await door.post(ada, "Tag", "/api/v1/tags/secretplan/unfollow"))["following"] is False
    assert await door.get(ada, "Tag[]", "/api/v1/followed_tags") == []
    await door.ask(ada, "POST", "/api/v1/tags/1234/follow", status=422)


async def test_the_search_box_finds_people_tags_and_what_an_address_leads_to(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    post = await door.world.post(bo, tags=["adaptable"])

    async def found(q: str, more: str = "") -> tuple[list[str], list[str], list[str]]:
        answer = await door.get(ada, "Search", "/api/v2/search", f"q={q}{more}")
        return (
            [one["acct"] for one in answer["accounts"]],
            ids(answer["statuses"]),
            [one["name"] for one in answer["hashtags"]],
        )

    assert await found("ada") == (["ada"], [], ["adaptable"])
    assert await found("ada", "&type=accounts") == (["ada"], [], [])
    assert await found("%23ada") == ([], [], ["adaptable"])
    assert await found("@bo@weetwie.test") == (["bo"], [], [])
    assert await found(f"{BASE}/@bo/{post}", "&resolve=true") == ([], [str(post)], [])
    assert await found(f"{BASE}/@bo") == (["bo"], [], [])
    assert await found(f"{BASE}/@nobody") == ([], [], [])
    answer = await door.get(None, "Search", "/api/v2/search", f"q={BASE}/@bo/{post}")
    assert answer == {"accounts": [], "statuses": [], "hashtags": []}


async def test_notifications_are_listed_grouped_counted_and_dismissed(door: Door) -> None:
    ada, bo, cy = [await door.world.member(handle) for handle in ("ada", "bo", "cy")]
    await door.post(bo, "Relationship", f"/api/v1/accounts/{ada.id}/follow")
    post = await door.world.post(ada)
    for fan in (bo, cy):
        await door.world.mark(fan, post, favourite=True)
        await door.world.notify(ada, "favourite", fan, post)
    await door.react()
    listed = await door.get(ada, "Notification[]", "/api/v1/notifications")
    assert sorted(one["type"] for one in listed) == ["favourite", "favourite", "follow"]
    assert {one.get("status", {}).get("id") for one in listed} == {None, str(post)}
    only = await door.get(ada, "Notification[]", "/api/v1/notifications", "types[]=follow")
    assert [one["account"]["acct"] for one in only] == ["bo"]
    rest = await door.get(
        ada, "Notification[]", "/api/v1/notifications", f"exclude_types[]=follow&account_id={cy.id}"
    )
    assert len(rest) == 1
    grouped = await door.get(ada, "GroupedNotificationsResults", "/api/v2/notifications")
    counts = {group["type"]: group["notifications_count"] for group in grouped["notification_groups"]}
    assert counts == {"favourite": 2, "follow": 1}
    assert (await door.get(ada, "UnreadCount", "/api/v1/notifications/unread_count"))["count"] == 3
    newest = listed[0]["id"]
    marked = (await door.ask(ada, "POST", "/api/v1/markers", notifications={"last_read_id": newest})).json
    assert marked["notifications"]["last_read_id"] == newest
    assert (await door.ask(ada, "GET", "/api/v1/markers", "timeline[]=notifications")).json == marked
    assert (await door.get(ada, "UnreadCount", "/api/v1/notifications/unread_count"))["count"] == 0
    await door.get(ada, "Notification", f"/api/v1/notifications/{newest}")
    await door.ask(bo, "GET", f"/api/v1/notifications/{newest}", status=404)
    await door.ask(bo, "POST", f"/api/v1/notifications/{newest}/dismiss", status=404)
    await door.ask(ada, "POST", f"/api/v1/notifications/{newest}/dismiss")
    await door.ask(ada, "GET", f"/api/v1/notifications/{newest}", status=404)
    await door.ask(ada, "POST", "/api/v1/notifications/clear")
    assert await door.get(ada, "Notification[]", "/api/v1/notifications") == []


async def test_a_guest_is_told_by_an_author_whom_they_know_by_the_card_alone(door: Door) -> None:
    bo, ada = await door.world.member("bo"), await door.world.member("ada", bio="mine alone", name="Ada")
    guest = await door.world.guest("gus", sponsor=bo)
    post = await door.world.post(ada, ring=Ring.network, mentions=[guest])
    await door.world.notify(guest, "mention", ada, post)
    (one,) = await door.get(guest, "Notification[]", "/api/v1/notifications")
    assert (one["account"]["display_name"], one["account"]["note"]) == ("Ada", "")


async def test_what_is_not_there_yet_answers_so_that_apps_start(door: Door) -> None:
    ada = await door.world.member("ada")
    for path in (
        "/api/v1/lists", "/api/v1/filters", "/api/v2/filters", "/api/v1/conversations", "/api/v1/domain_blocks",
        "/api/v1/endorsements", "/api/v1/featured_tags", f"/api/v1/accounts/{ada.id}/lists",
        f"/api/v1/accounts/{ada.id}/featured_tags", f"/api/v1/accounts/{ada.id}/endorsements",
        "/api/v1/notifications/requests", "/api/v2/suggestions", "/api/v1/suggestions",
    ):  # fmt: skip
        assert (await door.ask(ada, "GET", path)).json == []
    await door.get(ada, "NotificationPolicy", "/api/v2/notifications/policy")
    await door.ask(ada, "GET", "/api/v1/push/subscription", status=404)
    bo = await door.world.member("bo")
    (suggested,) = await door.get(ada, "Suggestion[]", "/api/v2/suggestions")
    assert suggested["account"]["id"] == str(bo.id)
    familiar = await door.get(
        ada, "FamiliarFollowers[]", "/api/v1/accounts/familiar_followers", f"id[]={bo.id}"
    )
    assert familiar == [{"id": str(bo.id), "accounts": []}]


@pytest.mark.parametrize("path", ["", "/relationships", "/familiar_followers"])
async def test_not_more_than_a_hundred_accounts_are_asked_for_at_once(door: Door, path: str) -> None:
    ada = await door.world.member("ada")
    many = "&".join(f"id[]={number}" for number in range(1, 102))
    await door.ask(ada, "GET", f"/api/v1/accounts{path}", many, status=422)


async def test_one_says_for_whom_ones_profile_and_posts_are(door: Door) -> None:
    ada, alma = await door.world.member("ada"), await door.world.alumnus("alma")
    path = "/api/v1/accounts/update_credentials"
    changed = await door.post(
        ada, "CredentialAccount", path, "PATCH",
        pronouns="she/her", languages=["en", "nl"], profile_audience="network", source={"audience": "network"},
    )  # fmt: skip
    source = changed["source"]
    assert (source["profile_audience"], source["audience"]) == ("network", "network")
    assert (source["pronouns"], source["languages"]) == ("she/her", ["en", "nl"])
    assert ("Pronouns", "she/her") in [(field["name"], field["value"]) for field in changed["fields"]]
    assert str(ada.id) in ids(await door.get(alma, "Account[]", "/api/v1/directory"))
    back = await door.post(ada, "CredentialAccount", path, "PATCH", source={"audience": ""})
    assert back["source"]["audience"] == ""
    for wrong in ({"profile_audience": "all"}, {"languages": ["no code!"]}, {"pronouns": "x" * 256}):
        await door.ask(ada, "PATCH", path, status=422, **wrong)


async def test_who_is_no_longer_locked_accepts_everybody_who_waits(door: Door) -> None:
    ada, bo, cy = [await door.world.member(handle) for handle in ("ada", "bo", "cy")]
    path = "/api/v1/accounts/update_credentials"
    await door.post(ada, "CredentialAccount", path, "PATCH", locked=True)
    for one in (bo, cy):
        asked = await door.post(one, "Relationship", f"/api/v1/accounts/{ada.id}/follow")
        assert (asked["following"], asked["requested"]) == (False, True)
    await door.post(ada, "CredentialAccount", path, "PATCH", locked=False)
    await door.react()
    assert len(await door.get(ada, "Account[]", f"/api/v1/accounts/{ada.id}/followers")) == 2
    assert await door.get(ada, "Account[]", "/api/v1/follow_requests") == []


async def test_only_ones_own_posts_say_whether_they_are_pinned(door: Door) -> None:
    ada, bo = await door.world.member("ada"), await door.world.member("bo")
    post = await door.world.post(ada)
    path = f"/api/v1/statuses/{post}"
    assert (await door.get(ada, "Status", path))["pinned"] is False
    assert (await door.post(ada, "Status", f"{path}/pin"))["pinned"] is True
    assert "pinned" not in await door.get(bo, "Status", path)
