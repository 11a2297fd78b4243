"""Incoming webhooks as programs that were made for Slack use them, well and badly."""

import json
from typing import Any

import httpx
import pytest

from tests.site import Choices, act, browser
from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import system
from weetwie.context import Context
from weetwie.domain.identity.rules import WRONG_TOKENS
from weetwie.domain.people import bots
from weetwie.domain.people.leave import leave
from weetwie.flows import bots as flow


@pytest.fixture(autouse=True)
async def _switched_on(world: World) -> None:
    await world.policy(connections=["bots"])


async def bot(world: World, by: Someone, handle: str = "ci", ring: Ring | None = None) -> int:
    async with world.database.transaction() as db:
        return await bots.make(db, await world.viewer(by), handle, "Build server", ring)


async def hook(world: World, by: Someone, bot_id: int) -> str:
    async with world.database.transaction() as db:
        context = Context(db, await world.viewer(by), world.site)
        return f"/hooks/{await flow.add_hook(context, bot_id, 'CI')}"


async def posted(world: World, bot_id: int) -> list[str]:
    rows = await world.connection.fetch(
        "select text from posts join post_texts on post_id = id where author_id = $1 order by id", bot_id
    )
    return [row["text"] for row in rows]


@pytest.fixture
async def outside(world: World) -> Any:
    async with browser(world) as client:
        yield client


async def test_what_is_sent_is_posted_for_the_audience_of_the_bot(
    world: World, ada: Someone, outside: httpx.AsyncClient
) -> None:
    id = await bot(world, ada)
    at = await hook(world, ada, id)
    for text in ("Build 42 failed", "!world For everybody?"):
        answer = await outside.post(at, json={"text": text})
        assert (answer.status_code, answer.text) == (200, "ok")
    rows = await world.connection.fetch("select ring, visibility from posts where author_id = $1", id)
    assert {(row["ring"], row["visibility"]) for row in rows} == {(Ring.colleagues, Visibility.public)}
    assert (await posted(world, id))[0] == "Build 42 failed"


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"text": "See <https://ci.example/42|the log> &amp; <!here> <@U1|ada>"}, "See the log https://ci.example/42 &  ada"),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Failed"}},
                     {"type": "section", "text": {"type": "mrkdwn", "text": "On main"}, "fields": [{"type": "mrkdwn", "text": "By ada"}]},
                     {"type": "divider"}]}, "Failed\n\nOn main\nBy ada"),
        ({"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "text", "text": "Look "}, {"type": "link", "url": "https://a.example", "text": "here"}]}]}]}, "Look here https://a.example"),
        ({"text": "Done", "attachments": [{"title": "Log", "title_link": "https://ci.example", "text": "12 tests"}]},
         "Done\n\nLog\nhttps://ci.example\n12 tests"),
        ({"attachments": [{"fallback": "Only this"}]}, "Only this"),
    ],
)  # fmt: skip
async def test_slacks_forms_become_plain_text(
    world: World, ada: Someone, outside: httpx.AsyncClient, payload: dict[str, Any], text: str
) -> None:
    id = await bot(world, ada)
    at = await hook(world, ada, id)
    assert (await outside.post(at, json=payload)).text == "ok"
    assert (await outside.post(at, data={"payload": json.dumps(payload)})).text == "ok"
    assert await posted(world, id) == [text, text]


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"{}", 400, "no_text"),
        (b'{"text": "  "}', 400, "no_text"),
        (b"text", 400, "invalid_payload"),
        (b"[1]", 400, "invalid_payload"),
        (b'{"text": 5}', 400, "invalid_payload"),
        (b'{"text": "\xff"}', 400, "invalid_payload"),
        (b'{"blocks": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400, "invalid_payload"),
        (b'{"text": "' + b"x" * 70_000 + b'"}', 413, "too_large"),
        (
            json.dumps({"blocks": [{"elements": [{"elements": [[[{"text": []}]]]}]}, 7, None]}).encode(),
            400,
            "no_text",
        ),
    ],
)
async def test_bad_input_is_told_and_posts_nothing(
    world: World, ada: Someone, outside: httpx.AsyncClient, body: bytes, status: int, word: str
) -> None:
    id = await bot(world, ada)
    at = await hook(world, ada, id)
    answer = await outside.post(at, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.text) == (status, word)
    assert await posted(world, id) == []


async def test_what_is_longer_than_a_post_is_cut(
    world: World, ada: Someone, outside: httpx.AsyncClient
) -> None:
    id = await bot(world, ada)
    assert (await outside.post(await hook(world, ada, id), json={"text": "ab " * 2000})).text == "ok"
    (text,) = await posted(world, id)
    assert text.endswith("…") and len(text) <= 1000


async def test_a_bot_rests_while_who_answers_for_it_is_suspended_and_ends_when_they_leave(
    world: World, ada: Someone, outside: httpx.AsyncClient
) -> None:
    id = await bot(world, ada)
    at = await hook(world, ada, id)
    await world.suspend(ada)
    refused = await outside.post(at, json={"text": "x"})
    assert (refused.status_code, refused.text) == (403, "action_prohibited: This bot can't post any more.")
    await world.suspend(ada, is_suspended=False)
    assert (await outside.post(at, json={"text": "x"})).status_code == 200
    async with world.database.transaction() as db:
        await leave(db, system((await world.viewer()).policy), ada.id)
    assert (await outside.post(at, json={"text": "x"})).status_code == 403
    await world.rejoin(ada)
    assert (await outside.post(at, json={"text": "x"})).status_code == 403, "it has ended for good"


async def test_whoever_has_taken_a_bot_over_keeps_it(
    world: World, ada: Someone, outside: httpx.AsyncClient
) -> None:
    bo = await world.member("bo")
    id = await bot(world, ada)
    at = await hook(world, ada, id)
    async with world.database.transaction() as db:
        await bots.offer(db, await world.viewer(ada), id, bo.id)
    assert [one.id for one in await bots.own(world.db, await world.viewer(ada))] == [id], "until they say yes"
    async with world.database.transaction() as db:
        await bots.accept(db, await world.viewer(bo), id)
        await leave(db, system((await world.viewer()).policy), ada.id)
    assert (await outside.post(at, json={"text": "x"})).text == "ok"


async def test_a_suspended_bot_and_bots_that_are_off_post_nothing(
    world: World, ada: Someone, outside: httpx.AsyncClient
) -> None:
    id = await bot(world, ada)
    at = await hook(world, ada, id)
    await world.suspend(Someone(id, "ci"))
    assert (await outside.post(at, json={"text": "x"})).status_code == 403
    await world.suspend(Someone(id, "ci"), is_suspended=False)
    await world.policy(connections=[])
    off, nothing = (
        await outside.post(at, json={"text": "x"}),
        await outside.post("/hooks/x", json={"text": "x"}),
    )
    assert (off.status_code, off.text) == (nothing.status_code, nothing.text) == (404, "no_service")


async def test_nobody_is_a_bot_whatever_token_was_made_for_it(world: World, ada: Someone) -> None:
    id = await bot(world, ada)
    await world.post(ada, "For colleagues")
    token = await world.token(Someone(id, "ci"))
    async with browser(world, headers={"authorization": f"Bearer {token}"}) as client:
        assert (await client.get("/api/v1/timelines/public")).json() == []
        assert (await client.post("/api/v1/statuses", json={"status": "x"})).status_code == 403


async def test_a_direct_message_to_a_bot_alone_is_refused_and_it_counts_in_no_audience(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    await bot(world, ada)
    headers = {"authorization": f"Bearer {ada.token}"}
    async with browser(world, headers=headers) as client:
        sent = await client.post("/api/v1/statuses", json={"status": "@ci psst", "visibility": "direct"})
        assert sent.status_code == 422
        open_post = await client.post("/api/v1/statuses", json={"status": "@ci look"})
        assert open_post.status_code == 200


async def test_wrong_secrets_are_counted(world: World, ada: Someone) -> None:
    at = await hook(world, ada, await bot(world, ada))
    async with browser(world, Choices(rate_limits=True)) as client:
        said = [
            (await client.post(f"/hooks/guess-{number}", json={"text": "x"})).status_code
            for number in range(WRONG_TOKENS.free + 2)
        ]
        assert said == [404] * WRONG_TOKENS.free + [429] * 2
        assert (await client.post(at, json={"text": "x"})).text == "ok"


async def test_a_member_makes_a_bot_sets_it_up_hands_it_over_and_ends_it(
    world: World, ada: Someone, site: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    made = await act(site, "/settings/bots", handle="news", name="Pump news", ring="0")
    page = made.headers["location"]
    shown = await act(site, f"{page}/hook", hook="CI")
    address = shown.text.split('value="https://house.example')[1].split('"')[0]
    assert (await outside.post(address, json={"text": "Hello from outside"})).text == "ok"
    profile = (await site.get("/@news")).text
    assert (
        "Automatic" in profile and "Ada is responsible for it" in profile and "Hello from outside" in profile
    )
    hook_id = await world.connection.fetchval("select id from incoming_webhooks")
    assert (await act(site, f"{page}/unhook", which=str(hook_id))).status_code == 303
    assert (await outside.post(address, json={"text": "x"})).status_code == 404
    assert "Choose another colleague." in (await act(site, f"{page}/offer", handle="ada")).text
    assert (await act(site, f"{page}/end")).headers["location"] == "/settings/bots?saved=1"
    assert (await site.get(page)).status_code == 404
    taken = await act(site, "/settings/bots", handle="news", name="Again")
    assert taken.status_code == 422 and 'value="Again"' in taken.text


async def test_only_members_have_bots_and_only_their_own(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo")
    theirs = await bot(world, bo)
    for verb in ("hook", "feed", "offer", "accept", "end"):
        assert (
            await act(site, f"/settings/bots/{theirs}/{verb}", url="https://a.example", handle="ada")
        ).status_code in (404, 422)
    assert (await site.get(f"/settings/bots/{theirs}")).status_code == 404
    await world.change(ada, standing=1)
    assert (await site.get("/settings/bots")).status_code == 404
