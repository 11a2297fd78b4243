"""Whether agents would be answered: what administrators see when they press the button."""

from typing import Final
from urllib.parse import urlsplit

from weetwie.agents.entry import AgentEntry
from weetwie.errors import Unavailable, _
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Message
from weetwie.runtime.log import logger

log = logger(__name__)

_LOOPBACK: Final = frozenset(("localhost", "127.0.0.1", "::1"))


async def check(entry: AgentEntry, base_url: str) -> str:
    """Loads all that is needed. Raises Unavailable with what is missing."""
    parts = urlsplit(base_url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise Unavailable(_("Agents connect over https alone, and this installation has no https address."))
    try:
        await entry.server()
    except Exception as error:
        log.exception("what agents need can't be loaded")
        raise Unavailable(_("What agents need can't be loaded: {why}."), why=type(error).__name__) from error
    answer: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Message) -> None:
        answer.append(message)

    await entry(
        {"type": "http", "method": "POST", "path": "/mcp", "headers": [], "query_string": b""}, receive, send
    )
    if asgi.status(answer[0]) != 401:
        raise Unavailable(_("Agents without a token aren't refused as they should be."))
    return _("Works: agents that people have allowed are answered, and no others.")
