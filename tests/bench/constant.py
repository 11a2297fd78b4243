"""The constant app: what a bare granian costs for an answer of the same size. `/25600` answers 25,600 bytes of JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any

Message = MutableMapping[str, Any]


@cache
def _answer(size: int) -> tuple[Message, Message]:
    body = b'"' + b"x" * (size - 2) + b'"'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return {"type": "http.response.start", "status": 200, "headers": headers}, {
        "type": "http.response.body",
        "body": body,
    }


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """The smallest ASGI application there is."""
    start, body = _answer(int(scope["path"][1:] or 2))
    await send(start)
    await send(body)
