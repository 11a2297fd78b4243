"""Mattermost: slash commands, outgoing webhooks, and the button that confirms a question.

https://developers.mattermost.com/integrate/slash-commands/custom/, https://developers.mattermost.com/integrate/webhooks/outgoing/ and
https://developers.mattermost.com/integrate/plugins/interactive-messages/ say what comes.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from starlette.responses import JSONResponse, Response

from weetwie.chat.asked import AskedInChat, Said, Sent, UnreadableMessage, Unsigned
from weetwie.chat.written import Markdown
from weetwie.domain.chat import rules
from weetwie.domain.chat.chats import KnownChat
from weetwie.runtime.json import Json

PATH: Final = "/chat/mattermost"


class Mattermost:
    writer = Markdown()
    seconds = 10.0

    def read(self, sent: Sent, chats: Sequence[KnownChat]) -> AskedInChat | Response:
        given = _fields(sent)
        context = given.get("context")
        if isinstance(context, Mapping):
            return _pressed(sent, given, context, chats)
        token = _text(given, "token")
        chat = next(
            (one for one in chats if token and any(rules.is_mattermosts(of, token) for of in one.secrets)),
            None,
        )
        if chat is None:
            raise Unsigned
        user, is_command = _text(given, "user_id"), bool(_text(given, "command"))
        unique = _text(given, "trigger_id") or _untriggered(sent) if is_command else _text(given, "post_id")
        sent_at = _trigger(unique, sent.at) if is_command else _milliseconds(_text(given, "timestamp"))
        if not user or not unique or sent_at is None:
            raise UnreadableMessage
        if not rules.is_recent(sent_at, sent.at):
            raise Unsigned
        text = _text(given, "text")
        if not is_command:
            text = text.removeprefix(_text(given, "trigger_word"))
        return AskedInChat(
            chat,
            user[:200],
            f"@{_text(given, 'user_name') or user}",
            text.strip(),
            is_private=is_command,
            once=rules.digest(chat.id, "command" if is_command else "post", unique),
        )

    def answer(self, asked: AskedInChat, said: Said, base_url: str) -> Response:
        if asked.confirmed:
            return JSONResponse({"update": {"message": said.text, "props": {}}})
        if not asked.is_private:
            return JSONResponse({"response_type": "comment", "text": said.text})
        told: dict[str, Json] = {"response_type": "ephemeral", "text": said.text}
        if said.confirms:
            context = {"chat": str(asked.chat.id), "question": said.confirms}
            action: Json = {
                "id": "confirm",
                "type": "button",
                "style": "primary",
                "name": said.button,
                "integration": {"url": base_url + PATH, "context": context},
            }
            told["attachments"] = [{"actions": [action]}]
        return JSONResponse(told)


def _fields(sent: Sent) -> Mapping[str, Json]:
    """JSON or a form, as the webhook is set up. Raises UnreadableMessage."""
    try:
        if sent.headers.get("content-type", "").startswith("application/json"):
            return msgspec.json.decode(sent.body, type=dict[str, Any])
        fields = parse_qs(sent.body.decode(), max_num_fields=50, keep_blank_values=True)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage from error
    return {name: values[0] for name, values in fields.items()}


def _pressed(
    sent: Sent, given: Mapping[str, Json], context: Mapping[str, Json], chats: Sequence[KnownChat]
) -> AskedInChat:
    """Mattermost gives no proof with a button: what proves it is the question, which was sealed for this account, shown to it alone,
    and opens for no other."""
    chat = next((one for one in chats if str(one.id) == context.get("chat")), None)
    question, user = context.get("question"), _text(given, "user_id")
    if chat is None or not isinstance(question, str) or not question or not user:
        raise Unsigned
    once = rules.digest(chat.id, "button", question, _text(given, "trigger_id"))
    return AskedInChat(
        chat,
        user[:200],
        f"@{_text(given, 'user_name') or user}",
        "",
        is_private=True,
        once=once,
        confirmed=question,
    )


def _text(given: Mapping[str, Json], name: str) -> str:
    value = given.get(name, "")
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _untriggered(sent: Sent) -> str:
    """For servers that send no trigger: the same command twice in a minute is one that came twice."""
    return f"{sent.at:%Y-%m-%dT%H:%M} {sha256(sent.body).hexdigest()}"


def _trigger(trigger: str, now: datetime) -> datetime | None:
    """When the command was given: `client:user:milliseconds:signature` in base64. What does not say so was given now."""
    try:
        parts = base64.b64decode(trigger, validate=True).decode("ascii").split(":")
    except (binascii.Error, ValueError):
        return now
    return _milliseconds(parts[2]) if len(parts) > 3 else now


def _milliseconds(text: str) -> datetime | None:
    """Older releases give seconds."""
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        return None
    number = int(text)
    return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
