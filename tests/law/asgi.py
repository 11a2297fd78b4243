"""One request to an application in the same process, without a client between."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec

_NOT_COMPARED = (b"x-request-id", b"date", b"server-timing")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    is_form: bool = False

    def __str__(self) -> str:
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.method} {self.path}{query}" + (f" {dict(self.body)}" if self.body else "")


@dataclass(frozen=True)
class Response:
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def without_numbers(self) -> "Response":
        """The same with the counts blanked that docs/law.md ("Counts") does not reduce for everybody."""
        headers = tuple((name, value) for name, value in self.headers if name != b"content-length")
        return Response(self.status, headers, without_numbers(self.body))

    def without_what_was_deleted(self) -> "Response":
        """The same as if a quote did not say that what it quotes was deleted: whoever saw that until then is told."""
        headers = tuple((name, value) for name, value in self.headers if name != b"content-length")
        return Response(
            self.status, headers, self.body.replace(b'{"state":"deleted"}', b'{"state":"unauthorized"}')
        )


def without_numbers(body: bytes) -> bytes:
    return _COUNTS.sub(rb"\1:0", body)


_COUNTS = re.compile(
    rb'("(?:replies_count|reblogs_count|quotes_count|statuses_count|last_status_at|status_count|localPosts)"):'
    rb'(?:-?\d+|null|"[0-9-]*")'
)


async def send(
    application: Any,
    request: Request,
    token: str | None,
    cookie: str | None = None,
    accept: bytes = b"",
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> Response:
    raw, kind = _content(request)
    sent = [(b"host", b"weetwie.test"), (b"content-length", str(len(raw)).encode()), *headers]
    if kind:
        sent.append((b"content-type", kind))
    if token:
        sent.append((b"authorization", b"Bearer " + token.encode()))
    if accept:
        sent.append((b"accept", accept))
    if cookie:
        sent.append((b"cookie", cookie.encode()))
    return await _answer(application, _scope(request, sent), raw)


def _content(request: Request) -> tuple[bytes, bytes]:
    """The body and what it is."""
    if not request.body:
        return b"", b""
    if request.is_form:
        return urlencode(dict(request.body)).encode(), b"application/x-www-form-urlencoded"
    return msgspec.json.encode(dict(request.body)), b"application/json"


def _scope(request: Request, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": urlencode(request.query).encode(),
        "headers": headers,
        "client": ("192.0.2.1", 5000),
        "server": ("weetwie.test", 80),
    }


async def _answer(application: Any, scope: dict[str, Any], content: bytes) -> Response:
    incoming = [{"type": "http.request", "body": content}]
    status, body = 0, bytearray()
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def receive() -> dict[str, Any]:
        return incoming.pop() if incoming else {"type": "http.disconnect"}

    async def take(message: dict[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = tuple(sorted((n, v) for n, v in message["headers"] if n not in _NOT_COMPARED))
        else:
            body.extend(message.get("body", b""))

    await application(scope, receive, take)
    return Response(status, headers, bytes(body))
