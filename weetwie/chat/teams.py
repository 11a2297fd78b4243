"""Teams: outgoing webhooks, which answer in the channel for all to read.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook says what comes.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Final

import msgspec
from starlette.responses import JSONResponse, Response

from weetwie.chat.asked import AskedInChat, Said, Sent, UnreadableMessage, Unsigned
from weetwie.chat.written import Markdown
from weetwie.domain.chat import rules
from weetwie.domain.chat.chats import KnownChat

_MENTION = re.compile(r"<at\b[^>]*>.*?</at>", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^<>]*>")
_FRACTION: Final = re.compile(r"(\.\d{1,6})\d*")


class _From(msgspec.Struct):
    id: str = ""
    name: str = ""
    aad: str = msgspec.field(name="aadObjectId", default="")


class _Activity(msgspec.Struct):
    type: str
    id: str = ""
    timestamp: str = ""
    text: str = ""
    locale: str = ""
    sender: _From = msgspec.field(name="from", default_factory=_From)


class Teams:
    writer = Markdown()
    seconds = 4.5

    def read(self, sent: Sent, chats: Sequence[KnownChat]) -> AskedInChat | Response:
        authorization = sent.headers.get("authorization", "")
        chat = next(
            (one for one in chats if any(rules.is_teams(of, sent.body, authorization) for of in one.secrets)),
            None,
        )
        if chat is None:
            raise Unsigned
        try:
            activity = msgspec.json.decode(sent.body, type=_Activity)
        except (ValueError, RecursionError) as error:
            raise UnreadableMessage from error
        account = activity.sender.aad or activity.sender.id
        if activity.type != "message" or not activity.id or not account:
            raise UnreadableMessage
        if not rules.is_recent(_moment(activity.timestamp), sent.at):
            raise Unsigned
        return AskedInChat(
            chat,
            account[:200],
            activity.sender.name,
            _said(activity.text),
            is_private=False,
            once=rules.digest(chat.id, "activity", activity.id, activity.timestamp),
            language=activity.locale,
        )

    def answer(self, asked: AskedInChat, said: Said, base_url: str) -> Response:
        return JSONResponse({"type": "message", "textFormat": "markdown", "text": said.text})


def _moment(text: str) -> datetime | None:
    """Teams writes seven figures after the point."""
    try:
        at = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _said(text: str) -> str:
    """What somebody typed, without whom it is said to."""
    return " ".join(unescape(_TAG.sub(" ", _MENTION.sub(" ", text))).split())
