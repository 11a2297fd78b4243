"""Who knows what, asked in Slack, Mattermost and Teams: each in its own form, each answered as whoever asks may see."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.chat.talking import (
    BOT_TOKEN,
    Mattermost,
    Slack,
    SlackServer,
    Teams,
    connect,
    link_in,
    slack_server,
    told,
)
from tests.site import Choices, act, browser, form_of, give_password, sign_in
from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.chat.mattermost import Mattermost as MattermostForm


@pytest.fixture(autouse=True)
async def _switched_on(world: World) -> None:
    await world.policy(connections=["chat"], widest_ring=Ring.world)


@pytest.fixture
async def outside(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as client:
        yield client


@pytest.fixture
def slacks() -> Iterator[SlackServer]:
    with slack_server() as one:
        yield one


@pytest.fixture
async def bo(world: World) -> Someone:
    """Knows about converters: for colleagues, and one thing for everyone to see."""
    bo = await world.member("bo", profile_ring=int(Ring.world))
    for number in range(3):
        await world.post(
            bo, f"Frequency converters trip when the earth lead is loose, case {number}", ring=Ring.colleagues
        )
    await world.post(bo, "Frequency converters need <!channel> @channel *room* to cool", ring=Ring.world)
    return bo


async def linked(site: httpx.AsyncClient, said: str) -> None:
    answer = await site.post(path := link_in(said), data=form_of(await site.get(path)) | {"decision": "link"})
    assert answer.status_code == 303, answer.text


async def test_a_slash_command_of_slack_is_answered_to_its_asker_alone_and_as_everyone_may_see_until_linked(
    world: World, ada: Someone, bo: Someone, site: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    await connect(world, "slack")
    slack = Slack(outside)
    before = await slack.who("frequency converters")
    assert before["response_type"] == "ephemeral"
    assert "|bo>" in before["text"] and "room" in before["text"] and "earth lead" not in before["text"]
    assert "This is what everyone can see" in before["text"]
    await linked(site, before["text"])
    after = await slack.who("frequency converters")
    assert after["response_type"] == "ephemeral" and "earth lead" in after["text"]
    assert "https://house.example/@bo/" in after["text"], "each proof has its link"
    assert "<https://house.example/who-knows?q=frequency+converters|Full answer>" in after["text"]
    assert "settings/chat" not in after["text"]
    other = await slack.who("frequency converters", user="U999")
    assert "earth lead" not in other["text"], "another account there is not linked"


async def test_what_people_wrote_mentions_nobody_in_a_chat(
    world: World, bo: Someone, outside: httpx.AsyncClient
) -> None:
    await connect(world, "slack")
    await connect(world, "mattermost")
    said = (await Slack(outside).who("frequency converters cool"))["text"]
    assert "<!channel>" not in said and "&lt;!channel&gt;" in said
    said = (await Mattermost(outside).who("frequency converters cool"))["text"]
    assert "@channel" not in said and r"\*room\*" in said and r"\<!channel\>" in said


async def test_mattermost_is_answered_in_its_form(
    world: World, bo: Someone, site: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    await connect(world, "mattermost", "another-token-entirely", Mattermost(outside).token)
    mattermost = Mattermost(outside)
    before = await mattermost.who("frequency converters")
    assert before["response_type"] == "ephemeral" and "earth lead" not in before["text"]
    await linked(site, before["text"])
    assert "earth lead" in (await mattermost.who("frequency converters"))["text"]
    for said in (
        told(await outside.post("/chat/mattermost", json=mattermost.post("frequency converters"))),
        told(await outside.post("/chat/mattermost", data=mattermost.post("frequency converters"))),
    ):
        assert said["response_type"] == "comment" and "earth lead" not in said["text"], "the channel reads it"
        assert "room" in said["text"] and "settings/chat" not in said["text"]


async def test_teams_is_answered_for_the_whole_channel_with_what_everyone_may_see(
    world: World, bo: Someone, outside: httpx.AsyncClient
) -> None:
    await connect(world, "teams")
    teams = Teams(outside)
    said = await teams.who("who knows frequency converters?")
    assert said["type"] == "message" and "[bo](https://house.example/@bo)" in said["text"]
    assert "earth lead" not in said["text"] and "settings/chat/" not in said["text"]
    assert "https://house.example/who-knows?q=" in said["text"]
    for verb in ("link", "unlink"):
        text = (await teams.who(verb))["text"]
        assert "Everyone in the channel would read this" in text and text.count("settings/chat/") == 0
    asked = (await teams.who("ask Why do frequency converters trip?"))["text"]
    assert "https://house.example/?text=Why%20do%20frequency%20converters%20trip%3F#write" in asked
    assert await world.connection.fetchval("select count(*) from posts where is_question") == 0


async def test_teams_speaks_the_language_of_whoever_asks(world: World, outside: httpx.AsyncClient) -> None:
    await connect(world, "teams")
    said = await Teams(outside).who("help", locale="nl-NL")
    assert "Typ in een paar woorden waar je iets over wilt weten" in said["text"]


async def test_a_mention_in_slack_is_acknowledged_at_once_and_answered_to_its_asker_alone(
    world: World, bo: Someone, slacks: SlackServer
) -> None:
    await connect(world, "slack", bot_token=BOT_TOKEN)
    async with browser(world, Choices(slack=slacks.at)) as client:
        slack = Slack(client)
        answer = await slack.mention("who knows frequency converters?")
        assert (answer.status_code, answer.content) == (200, b"")
        ((path, headers, body),) = slacks.got
        assert path == "/api/chat.postEphemeral" and headers["authorization"] == f"Bearer {BOT_TOKEN}"
        assert (body["channel"], body["user"]) == ("C123ABC456", "U2147483697")
        assert "|bo>" in body["text"] and "earth lead" not in body["text"]
        again = await slack.mention(
            "who knows frequency converters?",
            **{"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"},
        )
        assert again.status_code == 200 and len(slacks.got) == 1, "what was sent again is answered once"
        await slack.mention("frequency converters", id="Ev2")
        assert len(slacks.got) == 2
        event = json.dumps(
            {
                "type": "event_callback",
                "event_id": "Ev3",
                "event": {"type": "app_mention", "user": "U1", "text": "x"},
            }
        )
        headers = slack.signed(event, "application/json")
        statuses = [
            (await client.post("/chat/slack", content=event, headers=headers | more)).status_code
            for more in ({}, {"x-slack-retry-num": "1"}, {"x-slack-retry-num": "1"}, {})
        ]
        assert statuses == [200, 200, 403, 403] and len(slacks.got) == 3


async def test_a_mention_that_slack_does_not_let_us_answer_is_acknowledged_all_the_same(
    world: World, slacks: SlackServer
) -> None:
    await connect(world, "slack", bot_token=BOT_TOKEN)
    slacks.answer = {"ok": False, "error": "channel_not_found"}
    async with browser(world, Choices(slack=slacks.at)) as client:
        assert (await Slack(client).mention("converters")).status_code == 200
    async with browser(world, Choices(slack="http://127.0.0.1:9")) as client:
        assert (await Slack(client).mention("converters", id="Ev3")).status_code == 200


async def test_slack_verifies_the_address_and_what_is_no_mention_asks_nothing(
    world: World, slacks: SlackServer
) -> None:
    await connect(world, "slack", bot_token=BOT_TOKEN)
    challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
    body = json.dumps({"token": "x", "challenge": challenge, "type": "url_verification"})
    async with browser(world, Choices(slack=slacks.at)) as client:
        slack = Slack(client)
        assert (await slack.send(body, "application/json")).json() == {"challenge": challenge}
        for event in (
            {"type": "message", "user": "U1", "text": "who knows x", "channel": "C1"},
            {"type": "app_mention", "bot_id": "B1", "user": "U1", "text": "x", "channel": "C1"},
            {"type": "app_mention", "text": "x", "channel": "C1"},
        ):
            assert (await slack.event(event)).status_code == 200
        assert slacks.got == []
        await slack.mention("x")
        assert len(slacks.got) == 1, "else all of this proves nothing"


async def confirmed(world: World) -> list[str]:
    rows = await world.connection.fetch(
        "select text from posts join post_texts on post_id = id where is_question order by id"
    )
    return [row["text"] for row in rows]


async def test_a_question_is_posted_once_its_person_has_pressed_the_button_in_slack(
    world: World, ada: Someone, site: httpx.AsyncClient, slacks: SlackServer
) -> None:
    await connect(world, "slack")
    async with browser(world, Choices(slack=slacks.at)) as client:
        slack = Slack(client)
        refused = await slack.who("ask Why do converters trip?")
        assert "Link your account to post questions" in refused["text"] and "blocks" not in refused
        await linked(site, refused["text"])
        said = await slack.who("ask Why do converters trip?")
        assert "Post this question in your name? It is for colleagues." in said["text"]
        assert "> Why do converters trip?" in said["text"] and await confirmed(world) == []
        button = said["blocks"][1]["elements"][0]
        assert button["text"]["text"] == "Post question" and "converters" not in button["value"]
        for where in ("https://evil.example/x", f"{slacks.at}/actions/T0001/1"):
            assert (await slack.press(button["value"], where, user="U999")).status_code == 200
        assert await confirmed(world) == [], "it opens for no other account"
        assert "can't be confirmed any more" in slacks.got[-1][2]["text"] and len(slacks.got) == 1
        for _press in range(2):
            assert (await slack.press(button["value"], f"{slacks.at}/actions/T0001/1")).status_code == 200
    assert await confirmed(world) == ["Why do converters trip?"]
    assert "Your question is posted" in slacks.got[-1][2]["text"]
    rows = await world.connection.fetch("select author_id from posts where is_question")
    assert [row["author_id"] for row in rows] == [ada.id]


async def test_a_question_is_confirmed_in_mattermost_too(
    world: World, site: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    await connect(world, "mattermost")
    mattermost = Mattermost(outside)
    await linked(site, (await mattermost.who("link"))["text"])
    said = await mattermost.who("ask Why do converters trip?\n\nThe old ones.")
    assert (
        (await mattermost.press(said, user="another"))
        .json()["update"]["message"]
        .startswith("This can't be confirmed")
    )
    assert await confirmed(world) == []
    answer = await mattermost.press(said)
    assert "Your question is posted" in answer.json()["update"]["message"]
    assert await confirmed(world) == ["Why do converters trip?\n\nThe old ones."]


async def test_a_question_that_was_not_posted_in_time_is_not_said_to_be_anywhere(
    world: World, site: httpx.AsyncClient, outside: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect(world, "mattermost")
    mattermost = Mattermost(outside)
    await linked(site, (await mattermost.who("link"))["text"])
    said = await mattermost.who("ask Why do converters trip?")
    monkeypatch.setattr(MattermostForm, "seconds", 0.0)
    message = (await mattermost.press(said)).json()["update"]["message"]
    assert "Something went wrong on our side" in message and "The answer is" not in message
    assert await confirmed(world) == []


async def test_a_question_that_may_not_be_posted_says_why(
    world: World, site: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    await connect(world, "slack")
    slack = Slack(outside)
    await linked(site, (await slack.who("link"))["text"])
    assert "longer than 1000 characters" in (await slack.who("ask " + "why " * 400))["text"]


@pytest.mark.parametrize("text", ["", "help", "Hilfe", "hulp", "ask"])
async def test_help_says_what_one_can_type(world: World, outside: httpx.AsyncClient, text: str) -> None:
    await connect(world, "slack")
    said: dict[str, Any] = await Slack(outside).who(text)
    assert len(said["text"].splitlines()) == 3


async def test_it_is_written_down_that_something_was_asked_and_never_what(
    world: World, ada: Someone, bo: Someone, site: httpx.AsyncClient, outside: httpx.AsyncClient
) -> None:
    id = await connect(world, "slack")
    slack = Slack(outside)
    await slack.who("frequency converters")
    assert await world.connection.fetchval("select count(*) from audit where act = 'chat.who_knows'") == 0
    await linked(site, (await slack.who("link"))["text"])
    await slack.who("zqxsecret words")
    row = await world.connection.fetchrow("select * from audit where act = 'chat.who_knows'")
    assert row["actor_id"] == ada.id and row["ids"]["chat_id"] == id and row["door"] == "chat"
    for table in ("audit", "events", "chat_requests", "chat_accounts", "chat_links", "account_events"):
        assert "zqxsecret" not in str(await world.connection.fetch(f"select * from {table}")), table


async def test_an_administrator_sets_a_chat_up_tests_it_and_disconnects_it(
    world: World, site: httpx.AsyncClient, ada: Someone, outside: httpx.AsyncClient
) -> None:
    await world.change(ada, is_admin=True)
    wrong = await act(site, "/admin/connections/chat", product="teams", name="Team", secrets="not-base64!")
    assert wrong.status_code == 422 and "is in base64" in wrong.text and 'value="Team"' in wrong.text
    nothing = await act(site, "/admin/connections/chat/test")
    assert nothing.status_code == 422 and "No chat is set up yet." in nothing.text
    for product, secret in (
        ("slack", "8f742231b10e8888abcd99yyyzzz85a5"),
        ("mattermost", "gr33kgwx9jrdxgyrqmx4zjbd5h"),
    ):
        made = await act(
            site, "/admin/connections/chat", product=product, name=f"Our {product}", secrets=secret
        )
        assert made.status_code == 303, made.text
    assert "signed questions are read" in (await act(site, "/admin/connections/chat/test")).text
    await linked(site, (await Slack(outside).who("link"))["text"])
    page = (await site.get("/admin/connections")).text
    assert "Our slack" in page and "1 person" in page and "8f742231" not in page
    id = await world.connection.fetchval("select id from chats where product = 'slack'")
    shown = (await site.get(f"/admin/connections/chat/{id}")).text
    assert "8f742231" not in shown
    kept = await act(site, f"/admin/connections/chat/{id}", name="Slack of ours", secrets="", bot_token="")
    assert kept.status_code == 303
    assert "Full answer" in (await Slack(outside).who("converters"))["text"], "the secret stayed"
    await act(site, f"/admin/connections/chat/{id}", name="Slack of ours", secrets="another-secret-1234")
    assert (await Slack(outside).send(Slack(outside).command("x"))).status_code == 401
    assert (await act(site, f"/admin/connections/chat/{id}/remove")).status_code == 303
    assert await world.connection.fetchval("select count(*) from chat_accounts") == 0


async def test_the_test_asks_slack_whether_it_knows_the_token(
    world: World, ada: Someone, slacks: SlackServer
) -> None:
    await connect(world, "slack", bot_token=BOT_TOKEN)
    await give_password(world, await world.member("boss", is_admin=True))
    async with browser(world, Choices(slack=slacks.at)) as site:
        await sign_in(site, "boss")
        assert "signed questions are read" in (await act(site, "/admin/connections/chat/test")).text
        assert slacks.got[0][0] == "/api/auth.test"
        slacks.answer = {"ok": False, "error": "invalid_auth"}
        refused = await act(site, "/admin/connections/chat/test")
        assert refused.status_code == 422 and "Slack answered: invalid_auth." in refused.text


async def test_for_everybody_else_there_is_no_such_page(site: httpx.AsyncClient) -> None:
    assert (await site.get("/admin/connections/chat")).status_code == 404
    assert (await act(site, "/admin/connections/chat", product="slack")).status_code == 404
