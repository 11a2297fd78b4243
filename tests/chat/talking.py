"""Chats as they really ask: Slack signed by its own kit, Mattermost and Teams in the words of their documentation; and a Slack on loopback."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

from tests.loopback import Quiet, served_by
from tests.world import World
from weetwie.domain.chat import chats
from weetwie.domain.chat.rules import GivenChat
from weetwie.runtime import clock

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "gr33kgwx9jrdxgyrqmx4zjbd5h"
SECURITY_TOKEN = base64.b64encode(b"a key of Teams with 32 bytes in it").decode()
BOT_TOKEN = "xoxb-17653672481-19874698323"
SECRETS = {"slack": SIGNING_SECRET, "mattermost": TOKEN, "teams": SECURITY_TOKEN}
FORM = "application/x-www-form-urlencoded"


async def connect(world: World, product: str, *secrets: str, bot_token: str = "") -> int:
    """An administrator has set it up. The id of the chat."""
    root = await world.member(f"root{product}", is_admin=True)
    given = GivenChat(product, f"Our {product}", secrets or (SECRETS[product],), bot_token)
    async with world.database.transaction() as db:
        return await chats.add(db, await world.viewer(root), given)


class Slack:
    """One workspace of it."""

    def __init__(self, client: httpx.AsyncClient, secret: str = SIGNING_SECRET) -> None:
        self.client, self.signer = client, SignatureVerifier(secret)
        self.commands = 0

    def signed(self, body: str, content_type: str, at: float | None = None) -> dict[str, str]:
        timestamp = str(int(at or clock.now().timestamp()))
        signature = self.signer.generate_signature(timestamp=timestamp, body=body)
        assert signature
        return {
            "content-type": content_type,
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": signature,
        }

    def command(self, text: str, user: str = "U2147483697") -> str:
        self.commands += 1
        return urlencode(
            {
                "token": "gIkuvaNzQIHg97ATvDxqgjtO", "team_id": "T0001", "team_domain": "example",
                "enterprise_id": "E0001", "channel_id": "C2147483705", "channel_name": "test", "user_id": user,
                "user_name": "ada.on.slack", "command": "/who", "text": text,
                "response_url": "https://hooks.slack.com/commands/1234/5678",
                "trigger_id": f"13345224609.738474920.{self.commands}", "api_app_id": "A123456",
            }
        )  # fmt: skip

    async def send(self, body: str, content_type: str = FORM, **headers: str) -> httpx.Response:
        given = self.signed(body, content_type) | headers
        return await self.client.post("/chat/slack", content=body, headers=given)

    async def who(self, text: str, user: str = "U2147483697") -> dict[str, Any]:
        return told(await self.send(self.command(text, user)))

    async def event(self, event: dict[str, Any], id: str = "Ev0LAN670R", **headers: str) -> httpx.Response:
        body = {
            "token": "ZZZZZZWSxiZZZ2yIvs3peJ", "team_id": "T0001", "api_app_id": "A0MDYCDME", "event": event,
            "type": "event_callback", "event_id": id, "event_time": 1515449522, "authorizations": [],
        }  # fmt: skip
        return await self.send(json.dumps(body), "application/json", **headers)

    async def mention(self, text: str, id: str = "Ev0LAN670R", **headers: str) -> httpx.Response:
        event = {
            "type": "app_mention", "user": "U2147483697", "text": f"<@U0LAN0Z89> {text}", "ts": "1515449522.000016",
            "channel": "C123ABC456", "event_ts": "1515449522000016",
        }  # fmt: skip
        return await self.event(event, id, **headers)

    async def press(self, value: str, where: str, user: str = "U2147483697") -> httpx.Response:
        payload = {
            "type": "block_actions", "team": {"id": "T0001", "domain": "example"},
            "user": {"id": user, "username": "ada.on.slack", "team_id": "T0001"},
            "api_app_id": "A02", "token": "x", "trigger_id": f"12321423423.{time.monotonic_ns()}", "response_url": where,
            "container": {"type": "message", "is_ephemeral": True}, "channel": {"id": "CBR2V3XEX", "name": "test"},
            "actions": [{"type": "button", "block_id": "b", "action_id": "weetwie_confirm", "value": value, "action_ts": "1"}],
        }  # fmt: skip
        return await self.send(urlencode({"payload": json.dumps(payload)}))


class Mattermost:
    """One server of it."""

    def __init__(self, client: httpx.AsyncClient, token: str = TOKEN) -> None:
        self.client, self.token = client, token
        self.sent = 0

    def trigger(self, at: datetime | None = None) -> str:
        """As the server makes it: `client:user:milliseconds:signature` in base64."""
        self.sent += 1
        milliseconds = int((at or clock.now()).timestamp() * 1000)
        told = f"4m3yr7cjbd1pcrs{self.sent}:k1x4aqdjy3813c84m771eoc9xo:{milliseconds}:MEUCIHRuakveFgDaM7zPDh1eDVwY+cFmy"
        return base64.b64encode(told.encode()).decode()

    def command(self, text: str, user: str = "k1x4aqdjy3813c84m771eoc9xo", **more: str) -> dict[str, str]:
        return {
            "channel_id": "i3bb9xfyqt8rtbyshmyhgsj16c", "channel_name": "town-square", "command": "/who",
            "response_url": "http://10.0.0.5:8065/hooks/commands/zozc1xwxybdedeyz8djwjpngny", "team_domain": "rrrr",
            "team_id": "tsb8crrn5tgqtedpkt81b4tcya", "text": text, "token": self.token,
            "trigger_id": self.trigger(), "user_id": user, "user_name": "tester",
        } | more  # fmt: skip

    async def send(self, given: dict[str, str]) -> httpx.Response:
        return await self.client.post(
            "/chat/mattermost", data=given, headers={"authorization": f"Token {self.token}"}
        )

    async def who(self, text: str, user: str = "k1x4aqdjy3813c84m771eoc9xo") -> dict[str, Any]:
        return told(await self.send(self.command(text, user)))

    def post(self, text: str) -> dict[str, Any]:
        """Of an outgoing webhook."""
        self.sent += 1
        return {
            "channel_id": "hawos4dqtby53pd64o4a4cmeoo", "channel_name": "town-square", "file_ids": "",
            "post_id": f"axdygg1957njfe5pu38saikd{self.sent}", "team_domain": "someteam",
            "team_id": "kwoknj9nwpypzgzy78wkw516qe", "text": f"@weetwie {text}",
            "timestamp": int(clock.now().timestamp() * 1000), "token": self.token, "trigger_word": "@weetwie",
            "user_id": "k1x4aqdjy3813c84m771eoc9xo", "user_name": "tester",
        }  # fmt: skip

    async def press(self, said: dict[str, Any], user: str = "k1x4aqdjy3813c84m771eoc9xo") -> httpx.Response:
        integration = said["attachments"][0]["actions"][0]["integration"]
        given = {
            "user_id": user, "user_name": "tester", "channel_id": "qmd5oqtwoibz8cuzxzg5ekshgr",
            "team_id": "tsb8crrn5tgqtedpkt81b4tcya", "post_id": "x", "trigger_id": self.trigger(), "type": "button",
            "data_source": "", "context": integration["context"],
        }  # fmt: skip
        assert integration["url"].endswith("/chat/mattermost")
        return await self.client.post("/chat/mattermost", json=given)


class Teams:
    """One outgoing webhook of it."""

    def __init__(self, client: httpx.AsyncClient, key: str = SECURITY_TOKEN) -> None:
        self.client, self.key = client, key
        self.sent = 0

    def activity(self, text: str, **more: Any) -> bytes:
        self.sent += 1
        told = {
            "type": "message", "id": f"171569421{self.sent}", "timestamp": clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f7Z"),
            "localTimestamp": "2026-11-30T09:00:00.0000000+01:00",
            "serviceUrl": "https://smba.trafficmanager.net/emea/", "channelId": "msteams",
            "from": {"id": "29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB25ATiQWA85", "name": "Ada Lovelace", "aadObjectId": "7faf8ab3-3d56"},
            "conversation": {"isGroup": True, "id": "19:253b1f341670408fb6fe51050b6e5ceb@thread.skype"},
            "recipient": None, "textFormat": "plain", "text": f"<at>Weetwie</at> {text}\n", "locale": "en-US",
            "channelData": {"tenant": {"id": "72f988bf"}, "team": {"id": "19:253b"}},
        } | more  # fmt: skip
        return json.dumps(told).encode()

    def signed(self, body: bytes) -> dict[str, str]:
        digest = hmac.new(base64.b64decode(self.key), body, hashlib.sha256).digest()
        return {
            "authorization": f"HMAC {base64.b64encode(digest).decode()}",
            "content-type": "application/json; charset=utf-8",
        }

    async def send(self, body: bytes) -> httpx.Response:
        return await self.client.post("/chat/teams", content=body, headers=self.signed(body))

    async def who(self, text: str, **more: Any) -> dict[str, Any]:
        return told(await self.send(self.activity(text, **more)))


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def link_in(text: str) -> str:
    """The path of the link that was shown there."""
    found = re.search(r"/settings/chat/[\w-]{30,}", text)
    assert found, text
    return found[0]


class SlackServer:
    """Slack itself, on loopback: keeps what it is sent, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answer: dict[str, Any] = {"ok": True}
        self.at = ""


@contextmanager
def slack_server() -> Iterator[SlackServer]:
    slack = SlackServer()

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            slack.got.append((self.path, headers, body))
            answer = json.dumps(slack.answer).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with served_by(Handler) as slack.at:
        yield slack
