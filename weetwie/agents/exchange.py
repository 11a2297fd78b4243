"""A request of an agent and the answer as they travel: how long and deep the one may be, where it may come from, whom the other is
open to."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import msgspec

from weetwie.domain.identity import agent_rules
from weetwie.errors import Forbidden, Refusal, _
from weetwie.http import body
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Headers, Message, Receive, Scope, Send
from weetwie.runtime.json import Json

LARGEST: Final = body.SMALL
DEEPEST: Final = 32
ALLOWED: Final = "POST, OPTIONS"
_HEADERS_OF_OTHERS: Final = (
    "authorization, content-type, accept, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name"
)
_LOOPBACK: Final = frozenset(("localhost", "127.0.0.1", "::1"))


class Unreadable(Refusal):
    default = _("This isn't a JSON-RPC request.")


class UngrantedTool(Refusal):
    """The agent may do something, but not this."""

    default = _("You weren't allowed to do this. The person can connect you again and allow it.")


async def whole(receive: Receive, headers: Headers) -> bytes:
    """Raises TooLarge, TooSlow, CutOff."""
    body.check_length(headers, LARGEST)
    bounded, content, goes_on = body.bounded(receive, LARGEST), bytearray(), True
    while goes_on:
        message = await bounded()
        content += asgi.body(message)
        goes_on = bool(message.get("more_body"))
    return bytes(content)


def check_request(content: bytes, scopes: frozenset[str]) -> None:
    """Raises Unreadable for what no program of good will sends, and UngrantedTool for a tool that was not granted: by that answer
    agents know to ask their person for it."""
    try:
        sent = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Unreadable from None
    if not isinstance(sent, dict) or not _is_flat(sent, DEEPEST):
        raise Unreadable
    params = sent.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    needed = agent_rules.QUESTIONS if sent.get("method") == "tools/call" and name == "ask" else None
    if needed is not None and needed not in scopes:
        raise UngrantedTool


def _is_flat(given: Json, most: int) -> bool:
    inner = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    return most > 0 and all(_is_flat(one, most - 1) for one in inner)


def check_origin(scope: Scope, base_url: str) -> None:
    """Pages of others have no business here: only our own and those on the person's computer. Raises Forbidden."""
    origin = header(asgi.headers(scope), b"origin")
    if origin and not _is_known(origin, base_url):
        raise Forbidden


def _is_known(origin: str, base_url: str) -> bool:
    return origin == base_url or _host(origin) in _LOOPBACK


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


def open_to(scope: Scope) -> Headers:
    """For programs in a browser on the person's computer."""
    origin = header(asgi.headers(scope), b"origin")
    if _host(origin) not in _LOOPBACK:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", ALLOWED.encode()),
        (b"access-control-allow-headers", _HEADERS_OF_OTHERS.encode()),
        (b"access-control-expose-headers", b"www-authenticate"),
        (b"vary", b"origin"),
    ]


def with_origin(scope: Scope, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
            message = {**message, "headers": [*asgi.headers(message), *own, *open_to(scope)]}
        await send(message)

    return sending


def given(content: bytes, receive: Receive) -> Receive:
    """The body that was read, once; then whatever the client does."""
    messages: Iterator[Message] = iter([{"type": "http.request", "body": content, "more_body": False}])

    async def receiving() -> Message:
        message = next(messages, None)
        return message if message is not None else await receive()

    return receiving


def without_token(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name != b"authorization"]


def bearer(headers: Headers) -> str | None:
    kind, _blank, token = header(headers, b"authorization").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def header(headers: Headers, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key == name), "")
