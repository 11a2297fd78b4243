"""Requests get their turn before anything is done for them, and give it back when their answer begins: neither a body that comes slowly
nor an answer that is read slowly keeps others waiting.

The web server asks as soon as it has the head of a request without a body (`Gate.enter`), so that of thousands who are refused
none costs a task. Where there is a body it is asked once that is complete (`admitted`).
"""

import time
from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import Final

import msgspec

from weetwie.http.body import announced
from weetwie.http.turns import HeldPlace, Overloaded, Requester, Turns, Waiting
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Application, Headers, Message, Receive, Scope, Send

Say = Callable[[Scope, str], str]
"""A sentence in the language of whoever asks."""

ALWAYS: Final = ("/health", "/static/", "/api/v1/streaming")
"""What costs nearly nothing, or is open for long."""
PLACE: Final = "weetwie.place"
"""In a scope: the place among those at work that the request has been given."""
_FOR_PROGRAMS: Final = ("/api/", "/oauth/", "/scim/", "/hooks/", "/chat/", "/mcp", "/feeds/")
_PAGE: Final = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>503</title>
<body style="font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem"><p>{sentence}</p></body>
"""


class Gate:
    """Whom to let in, by whose turn it is."""

    def __init__(self, turns: Turns, caller: Callable[[Scope], Requester], say: Say) -> None:
        self.turns, self.caller, self._say = turns, caller, say
        self.on_refusal: Callable[[Scope, float], None] = lambda _scope, _seconds: None
        """Is given who was refused by the web server, and after how many seconds, for who counts."""

    def is_for(self, scope: Scope) -> bool:
        return scope["type"] == "http" and not asgi.path(scope).startswith(ALWAYS)

    def enter(self, scope: Scope, begin: Callable[[], None], refuse: Callable[[], None]) -> Waiting | None:
        """Begins a request of which no body is to come, now or when it is its turn; who waits for that may leave."""
        if not self.is_for(scope) or announced(asgi.headers(scope)) != 0:
            begin()
            return None

        def begin_with(place: HeldPlace) -> None:
            scope[PLACE] = place
            begin()

        place = self.turns.take_free()
        if place is not None:
            begin_with(place)
            return None
        came = time.perf_counter()

        def refuse_and_say() -> None:
            refuse()
            self.on_refusal(scope, time.perf_counter() - came)

        waiting = Waiting(begin_with, refuse_and_say)
        self.turns.wait(self.caller(scope), waiting)
        return waiting

    def refusal(self, scope: Scope) -> tuple[Headers, bytes]:
        """The answer to who was not let in, with 503."""
        refused = Overloaded()
        return _refusal(
            self._say(scope, refused.sentence),
            refused.retry_after,
            asgi.path(scope).startswith(_FOR_PROGRAMS),
        )


@lru_cache(maxsize=64)
def _refusal(sentence: str, retry_after: int, is_for_programs: bool) -> tuple[Headers, bytes]:
    if is_for_programs:
        kind, body = b"application/json; charset=utf-8", msgspec.json.encode({"error": sentence})
    else:
        kind, body = b"text/html; charset=utf-8", _PAGE.format(sentence=escape(sentence)).encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"%d" % retry_after),
        (b"cache-control", b"no-store"),
        (b"access-control-allow-origin", b"*"),
    ]
    return headers, body


def admitted(application: Application, gate: Gate) -> Application:
    async def with_turns(scope: Scope, receive: Receive, send: Send) -> None:
        if not gate.is_for(scope):
            await application(scope, receive, send)
            return
        turn = _Turn(gate, scope, receive, send)
        try:
            if announced(asgi.headers(scope)) == 0:
                await turn.take()
        except Overloaded:
            headers, body = gate.refusal(scope)
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if asgi.method(scope) == "HEAD" else body})
            return
        try:
            await application(scope, turn.receive, turn.send)
        finally:
            turn.give_back()

    return with_turns


class _Turn:
    __slots__ = ("_gate", "_place", "_receive", "_scope", "_send", "_was_taken")

    def __init__(self, gate: Gate, scope: Scope, receive: Receive, send: Send) -> None:
        self._gate, self._scope = gate, scope
        self._receive, self._send = receive, send
        given = scope.get(PLACE)
        self._place = given if isinstance(given, HeldPlace) else None
        self._was_taken = self._place is not None

    async def take(self) -> None:
        if not self._was_taken:
            self._was_taken = True
            turns = self._gate.turns
            self._place = turns.take_free() or await turns.take(self._gate.caller(self._scope))

    def give_back(self) -> None:
        if self._place is not None:
            self._gate.turns.give_back(self._place)
            self._place = None

    async def receive(self) -> Message:
        message = await self._receive()
        if not self._was_taken and not message.get("more_body") and message["type"] == "http.request":
            await self.take()
        return message

    async def send(self, message: Message) -> None:
        self.give_back()
        await self._send(message)
