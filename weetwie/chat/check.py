"""Whether chats would be answered: what each would send is signed with its secrets and read, and what nobody signed is refused."""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import urlencode

import httpx
import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response

from weetwie.chat.asked import Sent, Unsigned
from weetwie.chat.sending import SlackApi
from weetwie.chat.server import PRODUCTS
from weetwie.database.pool import Database
from weetwie.domain.chat import chats
from weetwie.domain.chat.chats import KnownChat
from weetwie.errors import Unavailable, _
from weetwie.runtime import clock

_FORM: Final = "application/x-www-form-urlencoded"


async def check(database: Database, slack: str) -> str:
    """What works, as a sentence. Raises Unavailable with what does not."""
    async with database.reading() as db:
        known = [chat for product in PRODUCTS for chat in await chats.of_product(db, product)]
    if not known:
        raise Unavailable(_("No chat is set up yet."))
    for chat in known:
        if not chat.secrets:
            raise Unavailable(_("The secrets of {chat} can't be opened. Enter them again."), chat=chat.name)
        if not _reads(chat):
            raise Unavailable(_("What {chat} sends would not be understood."), chat=chat.name)
        if chat.bot_token:
            await _greet(chat, slack)
    return _("Works: signed questions are read, and unsigned ones are refused.")


async def _greet(chat: KnownChat, slack: str) -> None:
    """Slack says whether it knows the token; nobody there notices. Raises Unavailable."""
    try:
        await SlackApi(slack).call("auth.test", chat.bot_token, {})
    except httpx.HTTPError as error:
        raise Unavailable(_("Slack can't be reached.")) from error


def _reads(chat: KnownChat) -> bool:
    product = PRODUCTS[chat.product]
    try:
        product.read(_example(chat, "0" * 40), [chat])
    except Unsigned:
        return all(not isinstance(product.read(_example(chat, of), [chat]), Response) for of in chat.secrets)
    return False


def _example(chat: KnownChat, secret: str) -> Sent:
    """A question as the chat would send it now."""
    now = clock.now()
    seconds = int(now.timestamp())
    match chat.product:
        case "slack":
            body = urlencode({"command": "/who", "user_id": "U0", "team_id": "T0", "text": "help"}).encode()
            signed = b"v0:%d:" % seconds + body
            signature = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
            headers = {
                "content-type": _FORM,
                "x-slack-request-timestamp": str(seconds),
                "x-slack-signature": f"v0={signature}",
            }
        case "mattermost":
            trigger = base64.b64encode(f"client:user:{seconds}000:signature".encode()).decode()
            given = {
                "command": "/who",
                "user_id": "user",
                "text": "help",
                "token": secret,
                "trigger_id": trigger,
            }
            body, headers = urlencode(given).encode(), {"content-type": _FORM}
        case _teams:
            activity = {
                "type": "message",
                "id": "1",
                "timestamp": now.isoformat(),
                "text": "help",
                "from": {"id": "29:1"},
            }
            body = msgspec.json.encode(activity)
            digest = hmac.digest(base64.b64decode(secret), body, hashlib.sha256)
            headers = {"authorization": f"HMAC {base64.b64encode(digest).decode()}"}
    return Sent(Headers(headers), body, now)
