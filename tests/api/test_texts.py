"""What people write, in any script: links, mentions and tags end where they are meant to, lengths are those that people see."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone

HANDS, FLAGS = "👍🏽" * 50, "🇳🇱" * 50


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def say(house: House, who: Someone, text: str, **more: Any) -> Any:
    return await house.good(who, "POST", "/api/v1/statuses", json={"status": text, **more})


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See “https://example.org/a” please", "https://example.org/a"),
        ("„https://example.org/a“", "https://example.org/a"),
        ("https://example.org/e… next", "https://example.org/e"),
        ("https://example.com/foo。次の文。", "https://example.com/foo"),
        ("（https://example.com/baz）です", "https://example.com/baz"),
    ],
)
async def test_a_link_in_a_post_ends_before_what_ends_a_sentence(house: House, text: str, link: str) -> None:
    post = await say(house, await house.world.member("ada"), text)
    assert f'<a href="{link}"' in post["content"]


async def test_a_name_behind_a_full_stop_is_a_mention_and_is_told(house: House) -> None:
    ada, bob = await house.world.member("ada"), await house.world.member("bob")
    post = await say(house, ada, ".@bob look at this")
    assert [one["acct"] for one in post["mentions"]] == ["bob"]
    await house.settle()
    assert [one["type"] for one in await house.good(bob, "GET", "/api/v1/notifications")] == ["mention"]


async def test_a_middle_dot_is_not_the_end_of_a_tag(house: House) -> None:
    ada = await house.world.member("ada")
    assert [tag["name"] for tag in (await say(house, ada, "#foo· and #foo"))["tags"]] == ["foo"]
    assert {tag["name"] for tag in (await say(house, ada, "#テスト・#別"))["tags"]} == {"テスト", "別"}


@pytest.mark.parametrize("long", [HANDS, FLAGS])
async def test_limits_count_what_people_see(house: House, long: str) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    poll = {"options": [long, "b"], "expires_in": 600}
    post = await say(house, ada, "p", poll=poll)
    assert post["poll"]["options"][0]["title"] == long
    refused = await house.ask(
        ada, "POST", "/api/v1/statuses", json={"status": "p", "poll": {**poll, "options": [long + "x", "b"]}}
    )
    assert refused.status_code == 422
    me = {
        "display_name": long,
        "note": long * 20,
        "fields_attributes": {"0": {"name": long, "value": long * 5}},
    }
    assert (await house.good(ada, "PATCH", "/api/v1/accounts/update_credentials", json=me))[
        "display_name"
    ] == long
    await house.good(ada, "POST", "/api/v1/lists", json={"title": long * 5})
    await house.good(ada, "POST", "/api/v2/filters", json={"title": long * 5, "context": ["home"]})
    await house.good(ada, "POST", "/api/v1/collections", json={"name": long * 2, "description": long * 10})
    await house.good(ada, "POST", "/api/v1/reports", json={"account_id": str(bo.id), "comment": long * 20})
    await house.good(ada, "POST", f"/api/v1/accounts/{bo.id}/note", json={"comment": long * 40})


@pytest.mark.parametrize(
    ("keyword", "text"),
    [("広告", "これは広告です"), ("プロフ", "私のプロフ見て"), ("โฆษณา", "นี่คือโฆษณาครับ"), ("kafka", "Kafkaを使う"), ("광고", "이것은 광고입니다")],
)  # fmt: skip
async def test_where_words_have_no_spaces_a_whole_word_is_found_within_others(
    house: House, keyword: str, text: str
) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    words = [{"keyword": keyword, "whole_word": True}]
    given = {"title": "x", "context": ["home", "public"], "keywords_attributes": words}
    await house.good(ada, "POST", "/api/v2/filters", json=given)
    post = await say(house, bo, text)
    seen = await house.good(ada, "GET", f"/api/v1/statuses/{post['id']}")
    assert seen["filtered"], json.dumps(seen["content"])
