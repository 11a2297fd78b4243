"""What no chat sends: forged, old, sent twice, huge, broken, too often. Each is refused, and asks nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from tests.chat.talking import FORM, SIGNING_SECRET, Mattermost, Slack, Teams, connect, slack_server
from tests.site import Choices, browser
from tests.world import Someone, World
from weetwie.chat.sending import SlackApi
from weetwie.chat.slack import Slack as SlackForm
from weetwie.chat.teams import Teams as TeamsForm
from weetwie.domain.chat import requests, rules
from weetwie.domain.identity.rules import WRONG_TOKENS
from weetwie.runtime import clock


@pytest.fixture(autouse=True)
async def _switched_on(world: World) -> None:
    await world.policy(connections=["chat"])
    for product in ("slack", "mattermost", "teams"):
        await connect(world, product)


@pytest.fixture
async def outside(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as client:
        yield client


async def asked(world: World) -> int:
    return int(await world.connection.fetchval("select count(*) from chat_requests"))


def test_slacks_signature_is_the_one_of_its_own_kit() -> None:
    class Then(Clock):
        def now(self) -> float:
            return 1531420618.0

    kit, body = SignatureVerifier(SIGNING_SECRET, Then()), "token=xyzz0&text=wörter"
    signature = kit.generate_signature(timestamp="1531420618", body=body)
    assert signature and kit.is_valid(body=body, timestamp="1531420618", signature=signature)
    assert rules.is_slacks(SIGNING_SECRET, "1531420618", body.encode(), signature)
    assert not rules.is_slacks(SIGNING_SECRET, "1531420619", body.encode(), signature)
    assert not rules.is_slacks("another", "1531420618", body.encode(), signature)


async def test_what_another_secret_signed_is_refused(world: World, outside: httpx.AsyncClient) -> None:
    slack, mattermost = Slack(outside, "another secret"), Mattermost(outside, "another-token")
    teams = Teams(outside, "YW5vdGhlciBrZXk=")
    for answer in (
        await slack.send(slack.command("converters")),
        await slack.mention("converters"),
        await mattermost.send(mattermost.command("converters")),
        await outside.post("/chat/mattermost", json=mattermost.post("converters")),
        await teams.send(teams.activity("converters")),
        await outside.post("/chat/slack", data={"command": "/who", "user_id": "U1", "text": "x"}),
        await outside.post("/chat/mattermost", json={"token": ["x"], "user_id": "x"}),
        await outside.post(
            "/chat/mattermost", json={"context": {"chat": "1", "question": "x"}, "user_id": "x"}
        ),
        await outside.post("/chat/teams", content=b"{}"),
    ):
        assert (answer.status_code, answer.text) == (401, "The signature is wrong or too old.")
    assert await asked(world) == 0


async def test_what_was_changed_on_its_way_is_refused(world: World, outside: httpx.AsyncClient) -> None:
    slack, teams = Slack(outside), Teams(outside)
    body = slack.command("converters")
    changed = body.replace("converters", "salaries")
    assert (
        await outside.post("/chat/slack", content=changed, headers=slack.signed(body, FORM))
    ).status_code == 401
    activity = teams.activity("converters")
    changed_activity = activity.replace(b"converters", b"salaries")
    answer = await outside.post("/chat/teams", content=changed_activity, headers=teams.signed(activity))
    assert answer.status_code == 401


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_what_is_older_than_five_minutes_or_ahead_of_its_time_is_refused(
    world: World, outside: httpx.AsyncClient, seconds: int
) -> None:
    slack, mattermost, teams = Slack(outside), Mattermost(outside), Teams(outside)
    clock.stop(now := clock.now())  # or it is late enough where a request takes a second
    then = now + timedelta(seconds=seconds)
    body, at = slack.command("x"), then.timestamp()
    post = mattermost.post("x") | {"timestamp": int(at * 1000)}
    for answer in (
        await outside.post("/chat/slack", content=body, headers=slack.signed(body, FORM, at)),
        await mattermost.send(mattermost.command("x", trigger_id=mattermost.trigger(then))),
        await outside.post("/chat/mattermost", json=post),
        await teams.send(teams.activity("x", timestamp=then.isoformat())),
    ):
        assert answer.status_code == 401
    assert await asked(world) == 0


async def test_the_same_request_twice_is_refused_the_second_time(
    world: World, outside: httpx.AsyncClient
) -> None:
    slack, mattermost, teams = Slack(outside), Mattermost(outside), Teams(outside)
    body = slack.command("help")
    headers = slack.signed(body, FORM)
    command, post, activity = mattermost.command("help"), mattermost.post("help"), teams.activity("help")
    for again in (200, 403):
        for answer in (
            await outside.post("/chat/slack", content=body, headers=headers),
            await mattermost.send(command),
            await outside.post("/chat/mattermost", json=post),
            await teams.send(activity),
        ):
            assert answer.status_code == again, answer.text


async def test_of_the_same_request_many_times_at_once_one_is_answered(
    world: World, outside: httpx.AsyncClient
) -> None:
    slack = Slack(outside)
    body = slack.command("help")
    headers = slack.signed(body, FORM)
    answers = await asyncio.gather(
        *(outside.post("/chat/slack", content=body, headers=headers) for _one in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[403] * 7]


async def test_what_has_come_is_forgotten_after_a_day(
    world: World, outside: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Slack(outside).who("help")
    assert await requests.sweep(world.db) == 0
    later = clock.now() + rules.REMEMBERED + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await requests.sweep(world.db) == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text=x",
        "payload={",
        "payload=[]",
        "payload=" + "%5B" * 9000,
        "a=1&" * 60,
        "command=/who&user_id=%00",
    ],
)
async def test_signed_nonsense_is_refused(world: World, outside: httpx.AsyncClient, body: str) -> None:
    assert (await Slack(outside).send(body)).status_code == 400


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"type": 5}', "[" * 30_000, '{"type": "x", "event": ' + '{"type":' * 5_000]
)
async def test_signed_nonsense_in_json_is_refused(
    world: World, outside: httpx.AsyncClient, body: str
) -> None:
    assert (await Slack(outside).send(body, "application/json")).status_code == 400
    assert (await Teams(outside).send(body.encode())).status_code == 400
    answer = await outside.post(
        "/chat/mattermost", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == (401 if body == '{"type": 5}' else 400), "without a token it is nobody's"


@pytest.mark.parametrize("trigger", ["x", "", "eDp5"])
async def test_a_command_of_a_server_with_other_triggers_is_answered_once(
    world: World, outside: httpx.AsyncClient, trigger: str
) -> None:
    mattermost = Mattermost(outside)
    command = mattermost.command("x") | {"trigger_id": trigger}
    answers = [(await mattermost.send(command)).status_code for _time in range(2)]
    assert answers == [200, 403]


@pytest.mark.parametrize("change", [{"user_id": ""}, {"user_id": "a\0b"}])
async def test_a_command_without_what_it_needs_is_refused(
    world: World, outside: httpx.AsyncClient, change: dict[str, str]
) -> None:
    mattermost = Mattermost(outside)
    assert (await mattermost.send(mattermost.command("x") | change)).status_code == 400


@pytest.mark.parametrize(
    "change", [{"type": "typing"}, {"id": ""}, {"from": {}}, {"timestamp": ""}, {"timestamp": "x"}]
)
async def test_an_activity_without_what_it_needs_is_refused(
    world: World, outside: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    teams = Teams(outside)
    assert (await teams.send(teams.activity("x", **change))).status_code in (400, 401)
    assert await asked(world) == 0


async def test_what_is_huge_is_not_read(world: World, outside: httpx.AsyncClient) -> None:
    for product in ("slack", "mattermost", "teams"):
        assert (await outside.post(f"/chat/{product}", content=b"x" * 70_000)).status_code == 413


async def test_only_what_is_there_is_there(outside: httpx.AsyncClient) -> None:
    for at in ("/chat/", "/chat/irc", "/chat/slack/x"):
        assert (await outside.post(at, content=b"x")).status_code == 404
    assert (await outside.get("/chat/slack")).status_code == 405


async def test_strange_words_are_asked_like_any_others(world: World, outside: httpx.AsyncClient) -> None:
    slack = Slack(outside)
    for text in (
        "\0",
        "'; drop table posts --",
        "<@U1> <#C1|general> <!here>",
        "\u202e\u2066",
        "x" * 5000,
        "((((",
        "ask \0",
    ):
        said = (await slack.who(text))["text"]
        assert "\0" not in said and "<!here>" not in said and len(said) < 4000


async def test_who_asks_too_often_is_told_to_wait_and_wrong_signatures_are_counted(world: World) -> None:
    async with browser(world, Choices(rate_limits=True)) as client:
        slack = Slack(client)
        said = [(await slack.who("help"))["text"] for _one in range(22)]
        assert "too many questions at once" in said[-1] and "too many" not in said[0]
        assert "too many" not in (await slack.who("help", user="U3"))["text"]
        forged = Slack(client, "another secret")
        statuses = [
            (await forged.send(forged.command("x"))).status_code for _one in range(WRONG_TOKENS.free + 2)
        ]
        assert statuses == [401] * WRONG_TOKENS.free + [429] * 2
        assert "too many" not in (await slack.who("help", user="U4"))["text"], (
            "what is right is never refused"
        )


async def test_an_answer_that_takes_long_is_sent_later_in_slack_and_led_to_elsewhere(
    world: World, ada: Someone, outside: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlackForm, "seconds", 0.0)
    monkeypatch.setattr(TeamsForm, "seconds", 0.0)
    said = (await Teams(outside).who("converters"))["text"]
    assert "takes longer than the chat waits for" in said and "/who-knows?q=converters" in said
    with slack_server() as slacks:
        async with browser(world, Choices(slack=slacks.at)) as client:
            slack = Slack(client)
            command = slack.command("help").replace(
                urlencode({"u": "https://hooks.slack.com/commands/1234/5678"})[2:],
                urlencode({"u": f"{slacks.at}/commands/1"})[2:],
            )
            answer = await slack.send(command)
        assert (answer.status_code, answer.content) == (200, b"")
        ((path, _headers, body),) = slacks.got
        assert path == "/commands/1" and body["response_type"] == "ephemeral" and "few words" in body["text"]


def test_nothing_is_sent_to_an_address_that_is_not_slacks() -> None:
    slack = SlackApi("https://slack.com")
    assert slack._is_slacks("https://hooks.slack.com/actions/T1/2/3")
    for address in (
        "http://hooks.slack.com/x", "https://slack.com.evil.example/", "https://evilslack.com/", "https://slack.com@evil.example/",
        "https://u@slack.com/", "https://hooks.slack.com:8443/", "https://127.0.0.1/", "file:///etc/passwd", "", "https://[", "https://x:y/",
    ):  # fmt: skip
        assert not slack._is_slacks(address), address


def test_a_command_is_read_in_three_languages() -> None:
    for text, verb, about in (
        ("frequency converters", "who", "frequency converters"), ("ask Why?", "ask", "Why?"), ("Frage  Warum?", "ask", "Warum?"),
        ("vraag\nWaarom?\n\nJa", "ask", "Waarom?\n\nJa"), ("link", "link", ""), ("koppel", "link", ""), ("trennen", "unlink", ""),
        ("link layer", "who", "link layer"), ("help desk", "who", "help desk"), ("  ", "help", ""), ("asking", "who", "asking"),
    ):  # fmt: skip
        assert rules.read(text) == (verb, about), text
