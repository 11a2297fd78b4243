"""Requests get their turn before anything is done for them, and give it back when their answer begins: neither a body that comes slowly
nor an answer that is read slowly keeps others waiting."""

from collections.abc import Callable
from html import escape
from typing import Final

import msgspec

from weetwie.http.body import announced
from weetwie.http.turns import HeldPlace, Overloaded, Requester, Turns
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Application, Message, Receive, Scope, Send

Say = Callable[[Scope, str], str]
"""A sentence in the language of whoever asks."""

ALWAYS: Final = ("/health", "/static/", "/api/v1/streaming")
"""What costs nearly nothing, or is open for long."""
_FOR_PROGRAMS: Final = ("/api/", "/oauth/", "/scim/", "/hooks/", "/chat/", "/mcp", "/feeds/")
_PAGE: Final = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>503</title>
<body style="font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem"><p>{sentence}</p></body>
"""


def admitted(
    application: Application, turns: Turns, caller: Callable[[Scope], Requester], say: Say
) -> Application:
    async def with_turns(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or asgi.path(scope).startswith(ALWAYS):
            await application(scope, receive, send)
            return
        turn = _Turn(turns, scope, caller, receive, send)
        try:
            if announced(asgi.headers(scope)) == 0:
                await turn.take()
        except Overloaded as refusal:
            await _answer(scope, refusal, say(scope, refusal.sentence), send)
            return
        try:
            await application(scope, turn.receive, turn.send)
        finally:
            turn.give_back()

    return with_turns


class _Turn:
    __slots__ = ("_caller", "_place", "_receive", "_scope", "_send", "_turns", "_was_taken")

    def __init__(
        self, turns: Turns, scope: Scope, caller: Callable[[Scope], Requester], receive: Receive, send: Send
    ) -> None:
        self._turns, self._scope, self._caller = turns, scope, caller
        self._receive, self._send = receive, send
        self._place: HeldPlace | None = None
        self._was_taken = False

    async def take(self) -> None:
        self._was_taken = True
        self._place = self._turns.take_free() or await self._turns.take(self._caller(self._scope))

    def give_back(self) -> None:
        if self._place is not None:
            self._turns.give_back(self._place)
            self._place = None

    async def receive(self) -> Message:
        message = await self._receive()
        if not self._was_taken and not message.get("more_body") and message["type"] == "http.request":
            await self.take()
        return message

    async def send(self, message: Message) -> None:
        self.give_back()
        await self._send(message)


async def _answer(scope: Scope, refusal: Overloaded, sentence: str, send: Send) -> None:
    if asgi.path(scope).startswith(_FOR_PROGRAMS):
        kind, body = b"application/json; charset=utf-8", msgspec.json.encode({"error": sentence})
    else:
        kind, body = b"text/html; charset=utf-8", _PAGE.format(sentence=escape(sentence)).encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"%d" % refusal.retry_after),
        (b"cache-control", b"no-store"),
        (b"access-control-allow-origin", b"*"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
