"""Every endpoint without which apps fail, and which people, posts and timelines need: what it is asked and what it answers.

The shape of each answer is held against what the route declares (`tests/api/conformance.py`).
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.coverage import NOT_ROUTES, Known, known
from tests.api.house import House, opened
from tests.api.test_media import picture
from tests.world import Someone

MUSTS = [one for one in known() if one.tier == "must" and one.is_here]

Ask = dict[str, Any]
Expected = Any
"""A dict of some fields, `some` for a list that holds something, `none` for an empty one."""

some, none = "some", "none"

TABLE: dict[tuple[str, str], tuple[Ask, Expected]] = {
    ("GET", "/api/v2/instance"): ({}, {"domain": "house.example", "api_versions": {"mastodon": 10}}),
    ("GET", "/api/v1/instance"): ({}, {"uri": "house.example"}),
    ("GET", "/api/v1/custom_emojis"): ({}, none),
    ("GET", "/api/v1/accounts/verify_credentials"): ({}, {"username": "ada", "locked": False}),
    ("PATCH", "/api/v1/accounts/update_credentials"): (
        {"display_name": "Ada", "note": "x"},
        {"display_name": "Ada"},
    ),
    ("GET", "/api/v1/accounts/:id"): ({}, {"username": "bo"}),
    ("GET", "/api/v1/accounts/:id/statuses"): ({}, some),
    ("GET", "/api/v1/accounts/:id/followers"): ({}, some),
    ("GET", "/api/v1/accounts/:id/following"): ({}, some),
    ("POST", "/api/v1/accounts/:id/follow"): ({}, {"following": True}),
    ("POST", "/api/v1/accounts/:id/unfollow"): ({}, {"following": False}),
    ("POST", "/api/v1/accounts/:id/block"): ({}, {"blocking": True}),
    ("POST", "/api/v1/accounts/:id/unblock"): ({}, {"blocking": False}),
    ("POST", "/api/v1/accounts/:id/mute"): ({"notifications": "true"}, {"muting": True}),
    ("POST", "/api/v1/accounts/:id/unmute"): ({}, {"muting": False}),
    ("GET", "/api/v1/accounts/relationships"): ({"id[]": "{bo}"}, some),
    ("GET", "/api/v1/accounts/lookup"): ({"acct": "bo"}, {"username": "bo"}),
    ("GET", "/api/v1/follow_requests"): ({}, none),
    ("POST", "/api/v1/follow_requests/:account_id/authorize"): ({}, {"followed_by": True}),
    ("POST", "/api/v1/follow_requests/:account_id/reject"): ({}, {"followed_by": False}),
    ("POST", "/api/v1/statuses"): ({"status": "New"}, {"content": "<p>New</p>", "visibility": "public"}),
    ("GET", "/api/v1/statuses/:id"): ({}, {"in_reply_to_id": None}),
    ("DELETE", "/api/v1/statuses/:id"): ({}, {"text": "Hello @bo #tea"}),
    ("GET", "/api/v1/statuses/:id/context"): ({}, {"ancestors": []}),
    ("POST", "/api/v1/statuses/:id/favourite"): ({}, {"favourited": True, "favourites_count": 1}),
    ("POST", "/api/v1/statuses/:id/unfavourite"): ({}, {"favourited": False}),
    ("POST", "/api/v1/statuses/:id/reblog"): ({}, {"content": ""}),
    ("POST", "/api/v1/statuses/:id/unreblog"): ({}, {"reblogged": False}),
    ("POST", "/api/v1/statuses/:id/bookmark"): ({}, {"bookmarked": True}),
    ("POST", "/api/v1/statuses/:id/unbookmark"): ({}, {"bookmarked": False}),
    ("POST", "/api/v1/statuses/:id/pin"): ({}, {"pinned": True}),
    ("POST", "/api/v1/statuses/:id/unpin"): ({}, {}),
    ("PUT", "/api/v1/statuses/:id"): ({"status": "Other"}, {"content": "<p>Other</p>"}),
    ("GET", "/api/v1/statuses/:id/source"): ({}, {"text": "Hello @bo #tea"}),
    ("POST", "/api/v1/polls/:id/votes"): ({"choices[]": "1"}, {"voted": True, "own_votes": [1]}),
    ("GET", "/api/v1/bookmarks"): ({}, some),
    ("GET", "/api/v1/favourites"): ({}, some),
    ("GET", "/api/v1/timelines/public"): ({}, some),
    ("GET", "/api/v1/timelines/tag/:hashtag"): ({}, some),
    ("GET", "/api/v1/timelines/home"): ({}, some),
    ("GET", "/api/v1/lists"): ({}, none),
    ("POST", "/api/v1/lists"): ({"title": "Team"}, {"title": "Team", "exclusive": False}),
    ("PUT", "/api/v1/lists/:id"): ({"title": "Crew"}, {"title": "Crew", "replies_policy": "list"}),
    ("DELETE", "/api/v1/lists/:id"): ({}, {}),
    ("GET", "/api/v1/lists/:id/accounts"): ({}, some),
    ("POST", "/api/v1/lists/:id/accounts"): ({"account_ids[]": "{bo}"}, {}),
    ("DELETE", "/api/v1/lists/:id/accounts"): ({"account_ids[]": "{bo}"}, {}),
    ("GET", "/api/v1/timelines/list/:list_id"): ({}, some),
    ("GET", "/api/v1/tags/:name"): ({}, {"following": False}),
    ("POST", "/api/v1/tags/:name/follow"): ({}, {"following": True}),
    ("POST", "/api/v1/tags/:name/unfollow"): ({}, {"following": False}),
    ("GET", "/api/v1/followed_tags"): ({}, none),
    ("GET", "/api/v2/filters"): ({}, none),
    ("POST", "/api/v2/media"): ({"description": "Red"}, {"description": "Red", "type": "image"}),
    ("GET", "/api/v1/media/:id"): ({}, {"type": "image"}),
    ("PUT", "/api/v1/media/:id"): ({"description": "Blue"}, {"description": "Blue"}),
    ("GET", "/api/v2/search"): ({"q": "bo"}, {"hashtags": []}),
    ("GET", "/api/v1/notifications"): ({}, some),
}
IN_START_UP = {("POST", "/oauth/token"), ("POST", "/api/v1/apps")}
"""Shown in `test_start_up.py`."""


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


class Scene:
    """Ada and bo follow one another; ada has written, bo has answered; cleo asks to follow ada, who is locked."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def settle(self, path: str) -> None:
        ask, world = self.house.good, self.house.world
        self.bo: Someone = await world.member("bo")
        self.ada: Someone = await world.member("ada", follows=[self.bo])
        self.cleo: Someone = await world.member("cleo")
        await world.follow(self.bo, self.ada)
        post = await ask(self.ada, "POST", "/api/v1/statuses", data={"status": "Hello @bo #tea"})
        self.post: str = post["id"]
        answer = {"status": "Hello @ada", "in_reply_to_id": self.post}
        reply = await ask(self.bo, "POST", "/api/v1/statuses", data=answer)
        if "follow_requests/" in path:
            await world.change(self.ada, is_locked=True)
            await ask(self.cleo, "POST", f"/api/v1/accounts/{self.ada.id}/follow")
        if path in ("/api/v1/bookmarks", "/api/v1/favourites"):
            await ask(self.ada, "POST", f"/api/v1/statuses/{reply['id']}/{path[8:-1]}")
        if "/lists/" in path or "/timelines/list/" in path:
            made = await ask(self.ada, "POST", "/api/v1/lists", data={"title": "Team"})
            self.list: str = made["id"]
            on_it = {"account_ids[]": str(self.bo.id)}
            await ask(self.ada, "POST", f"/api/v1/lists/{self.list}/accounts", data=on_it)
        if "/polls/" in path:
            poll = {"status": "Tea?", "poll[options][]": ["Yes", "No"], "poll[expires_in]": "3600"}
            self.poll: str = (await ask(self.bo, "POST", "/api/v1/statuses", data=poll))["id"]
        if "/media/" in path:
            upload = {"file": ("dot.png", picture(), "image/png")}
            held = await self.house.ask(self.ada, "POST", "/api/v2/media", files=upload)
            self.upload: str = held.json()["id"]
        await self.house.settle()

    def at(self, path: str) -> str:
        id = self.post if "/statuses/" in path else str(self.bo.id)
        if "/lists/" in path or "/timelines/list/" in path:
            id = self.list
            path = path.replace(":list_id", id)
        if "/media/" in path:
            id = self.upload
        if "/polls/" in path:
            id = self.poll
        path = path.replace(":id", id).replace(":account_id", str(self.cleo.id))
        return path.replace(":hashtag", "tea").replace(":name", "tea")


@pytest.mark.parametrize(
    "one",
    [one for one in MUSTS if (one.method, one.path) in TABLE],
    ids=lambda one: f"{one.method} {one.path}",
)
async def test_it_answers(house: House, one: Known) -> None:
    scene = Scene(house)
    await scene.settle(one.path)
    given, expected = TABLE[one.method, one.path]
    given = {name: value.format(bo=scene.bo.id) for name, value in given.items()}
    way = "params" if one.method == "GET" else "data"
    sent: dict[str, Any] = {way: given} | (
        {"files": {"file": picture()}} if one.path == "/api/v2/media" else {}
    )
    answer = await house.good(scene.ada, one.method, scene.at(one.path), **sent)
    if expected in (some, none):
        assert bool(answer) is (expected == some)
    else:
        assert {name: answer.get(name) for name in expected} == expected


def test_every_must_is_in_the_table_and_nothing_else() -> None:
    shown = set(TABLE) | IN_START_UP | set(NOT_ROUTES)
    assert {(one.method, one.path) for one in MUSTS} - shown == set()
    assert set(TABLE) - {(one.method, one.path) for one in MUSTS} == set()


async def test_an_address_that_ends_in_a_slash_is_the_same(house: House) -> None:
    assert (await house.good(None, "GET", "/api/v2/instance/"))["domain"] == "house.example"
    assert (await house.ask(None, "GET", "/api/v2//")).status_code == 404
