"""Slack: slash commands, mentions by its Events API, and the button that confirms a question.

https://docs.slack.dev/interactivity/implementing-slash-commands, https://docs.slack.dev/apis/events-api and
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload say what comes.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Final
from urllib.parse import parse_qs

import msgspec
from starlette.responses import JSONResponse, Response

from weetwie.chat.asked import AskedInChat, Said, Sent, UnreadableMessage, Unsigned
from weetwie.chat.written import Mrkdwn
from weetwie.domain.chat import rules
from weetwie.domain.chat.chats import KnownChat
from weetwie.runtime.json import Json
from weetwie.text.signs import whole_number

ACTION: Final = "weetwie_confirm"
LONGEST_VALUE: Final = 2000
"""Of what a button gives back."""
_LONGEST_BLOCK: Final = 3000
_BLANKS: Final = re.compile(r"[ \t\xa0]+")
_ENTITY: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


class _Event(msgspec.Struct):
    type: str
    user: str = ""
    text: str = ""
    channel: str = ""
    thread_ts: str = ""
    bot_id: str = ""
    subtype: str = ""


class _Envelope(msgspec.Struct):
    type: str
    challenge: str = ""
    team_id: str = ""
    event_id: str = ""
    event: _Event | None = None


class _Named(msgspec.Struct):
    id: str = ""
    name: str = ""
    username: str = ""


class _Action(msgspec.Struct):
    action_id: str = ""
    value: str = ""


class _Pressed(msgspec.Struct):
    type: str
    user: _Named
    team: _Named | None = None
    response_url: str = ""
    actions: list[_Action] = []


class Slack:
    writer = Mrkdwn()
    seconds = 2.5

    def read(self, sent: Sent, chats: Sequence[KnownChat]) -> AskedInChat | Response:
        chat, once = _from(sent, chats)
        try:
            if sent.headers.get("content-type", "").startswith("application/json"):
                return _event(chat, once, sent)
            fields = parse_qs(sent.body.decode(), max_num_fields=50, keep_blank_values=True)
            if "payload" in fields:
                return _pressed(chat, once, fields["payload"][0])
        except (ValueError, RecursionError) as error:
            raise UnreadableMessage from error
        if "ssl_check" in fields:
            return Response(status_code=200)
        given = {name: values[0] for name, values in fields.items()}
        if not given.get("user_id") or "command" not in given:
            raise UnreadableMessage
        return AskedInChat(
            chat,
            _account(given.get("team_id", ""), given["user_id"]),
            f"@{given.get('user_name') or given['user_id']}",
            _said(given.get("text", "")),
            is_private=True,
            once=once,
            where=given.get("response_url", ""),
        )

    def answer(self, asked: AskedInChat, said: Said, base_url: str) -> Response:
        return JSONResponse({"response_type": "ephemeral", **message(said)})


def message(said: Said) -> dict[str, Json]:
    """With a button where there is something to confirm."""
    told: dict[str, Json] = {"text": said.text}
    if said.confirms:
        button: Json = {
            "type": "button",
            "style": "primary",
            "action_id": ACTION,
            "text": {"type": "plain_text", "text": said.button},
            "value": said.confirms,
        }
        told["blocks"] = [
            {"type": "section", "text": {"type": "mrkdwn", "text": said.text[:_LONGEST_BLOCK]}},
            {"type": "actions", "elements": [button]},
        ]
    return told


def _from(sent: Sent, chats: Sequence[KnownChat]) -> tuple[KnownChat, bytes]:
    """The workspace, and what tells this request from all others. Raises Unsigned."""
    signature = sent.headers.get("x-slack-signature", "")
    timestamp = sent.headers.get("x-slack-request-timestamp", "")
    for chat in chats:
        if any(rules.is_slacks(secret, timestamp, sent.body, signature) for secret in chat.secrets):
            if not rules.is_recent(_moment(timestamp), sent.at):
                raise Unsigned
            return chat, rules.digest(chat.id, "signature", signature)
    raise Unsigned


def _moment(timestamp: str) -> datetime | None:
    seconds = whole_number(timestamp, 11)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _event(chat: KnownChat, once: bytes, sent: Sent) -> AskedInChat | Response:
    envelope = msgspec.json.decode(sent.body, type=_Envelope)
    event = envelope.event
    if envelope.type == "url_verification":
        return JSONResponse({"challenge": envelope.challenge})
    if event is None or event.type != "app_mention" or event.bot_id or event.subtype or not event.user:
        return Response(status_code=200)
    if retry := sent.headers.get("x-slack-retry-num", ""):  # within the same second it is signed alike
        once = rules.digest(chat.id, "retry", once.hex(), retry)
    where = {"channel": event.channel, "user": event.user, "thread_ts": event.thread_ts or None}
    return AskedInChat(
        chat,
        _account(envelope.team_id, event.user),
        event.user,
        _said(event.text),
        is_private=True,
        once=once,
        again=rules.digest(chat.id, "event", envelope.event_id or once.hex()),
        waits=False,
        where=msgspec.json.encode(where).decode(),
    )


def _pressed(chat: KnownChat, once: bytes, payload: str) -> AskedInChat | Response:
    pressed = msgspec.json.decode(payload, type=_Pressed)
    value = next((one.value for one in pressed.actions if one.action_id == ACTION), "")
    if pressed.type != "block_actions" or not value or not pressed.user.id:
        return Response(status_code=200)
    return AskedInChat(
        chat,
        _account(pressed.team.id if pressed.team else "", pressed.user.id),
        f"@{pressed.user.username or pressed.user.name or pressed.user.id}",
        "",
        is_private=True,
        once=once,
        confirmed=value,
        waits=False,
        where=pressed.response_url,
    )


def _account(team: str, user: str) -> str:
    return f"{team}/{user}"[:200]


def _said(text: str) -> str:
    """What somebody typed, without the marks that Slack puts into it, and without whom it is said to."""
    return _BLANKS.sub(" ", unescape(_ENTITY.sub(_word, text))).strip()


def _word(found: re.Match[str]) -> str:
    target, label = found[1], found[2]
    if target.startswith(("@", "!")):
        return " "
    return label or target.lstrip("#")
