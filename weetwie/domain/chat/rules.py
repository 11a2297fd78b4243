"""How a chat proves that something comes from it, and what was asked there. Pure.

Slack signs by https://docs.slack.dev/authentication/verifying-requests-from-slack, Teams by
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook, and Mattermost shows a token
(https://developers.mattermost.com/integrate/slash-commands/custom/).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from weetwie.errors import Invalid, _

PRODUCTS: Final = ("slack", "mattermost", "teams")
MOST: Final = 20
MOST_SECRETS: Final = 10
WINDOW: Final = timedelta(minutes=5)
"""So old, or so far ahead, may be what is sent."""
LINK_LASTS: Final = timedelta(minutes=10)
REMEMBERED: Final = timedelta(days=1)
"""So long it is known what has come: Slack sends again what was not taken for some hours."""
LONGEST: Final = 1000
_LONGEST_SECRET: Final = 500

Verb = Literal["who", "ask", "link", "unlink", "help"]
_VERBS: Final[dict[str, Verb]] = {
    "ask": "ask", "vraag": "ask", "frage": "ask", "frag": "ask",
    "link": "link", "connect": "link", "koppel": "link", "koppelen": "link", "verknüpfen": "link", "verbinden": "link",
    "unlink": "unlink", "disconnect": "unlink", "ontkoppel": "unlink", "ontkoppelen": "unlink", "trennen": "unlink",
    "help": "help", "hulp": "help", "hilfe": "help", "": "help",
}  # fmt: skip


class Command(NamedTuple):
    verb: Verb
    about: str = ""


def read(text: str) -> Command:
    """A question to post begins with `ask`, in English, Dutch or German; the other words stand alone; all else asks who knows."""
    said = text.replace("\0", "").strip()
    first, *others = said.split(None, 1)[:2] or [""]
    verb = _VERBS.get(first.lower().strip("?!.:"))
    if verb == "ask":
        return Command("ask", others[0]) if others else Command("help")
    return Command("who", said) if others or verb is None else Command(verb)


def is_slacks(secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    signed = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def is_teams(secret: str, body: bytes, authorization: str) -> bool:
    digest = hmac.digest(base64.b64decode(secret), body, hashlib.sha256)
    expected = f"HMAC {base64.b64encode(digest).decode()}"
    return hmac.compare_digest(expected.encode(), authorization.encode())


def is_mattermosts(secret: str, token: str) -> bool:
    return hmac.compare_digest(secret.encode(), token.encode())


def is_recent(sent: datetime | None, now: datetime) -> bool:
    return sent is not None and abs(now - sent) <= WINDOW


def digest(chat_id: int, *parts: str) -> bytes:
    """Of what is only once, to know it again."""
    return hashlib.sha256("\n".join((str(chat_id), *parts)).encode()).digest()


class GivenChat(NamedTuple):
    """As an administrator fills it in; where secrets are empty, those of before stay."""

    product: str
    name: str
    secrets: Sequence[str]
    bot_token: str


def check(product: str, name: str, secrets: str, bot_token: str, *, is_new: bool) -> GivenChat:
    """Raises Invalid."""
    name, lines, bot_token = " ".join(name.split()), secrets.split(), bot_token.strip()
    if product not in PRODUCTS:
        raise Invalid(_("Choose Slack, Mattermost or Teams."), field="product")
    if not name or len(name) > 100:
        raise Invalid(_("Give the chat a name of at most 100 characters."), field="name")
    if is_new and not lines:
        raise Invalid(_("Enter the secret that the chat shows you."), field="secrets")
    if len(lines) > MOST_SECRETS or any(
        len(one) > _LONGEST_SECRET or len(one) < 8 or not one.isascii() for one in lines
    ):
        raise Invalid(
            _("Enter one secret on each line, at most {most}, as the chat shows them."),
            field="secrets",
            most=MOST_SECRETS,
        )
    if product == "teams" and not all(_is_base64(one) for one in lines):
        raise Invalid(
            _("A security token of Teams is in base64, and ends with = most of the time."), field="secrets"
        )
    if bot_token and not (product == "slack" and _is_bot_token(bot_token)):
        raise Invalid(_("A bot token of Slack begins with xoxb-."), field="bot_token")
    return GivenChat(product, name, lines, bot_token)


def _is_bot_token(text: str) -> bool:
    is_one_word = text.isascii() and len(text.split()) == 1
    return is_one_word and text.startswith("xoxb-") and len(text) <= _LONGEST_SECRET


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False
