"""Asks an application in process: one request, one answer, nothing in between."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

Headers = Sequence[tuple[str, str]]


class Reply(msgspec.Struct):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def ask(
    app: Any,
    method: str,
    path: str,
    *,
    query: bytes | str = b"",
    body: bytes = b"",
    form: str = "",
    headers: Headers = (),
    chunk: int = 0,
    stays: float = 60,
) -> Reply:
    """`form` is the content type; with `chunk` the body comes in pieces of so many bytes and without its length; after
    `stays` seconds the one who asks hangs up."""
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if form:
        raw.append((b"content-type", form.encode("latin-1")))
    if body and not chunk:
        raw.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode() if isinstance(query, str) else query,
        "headers": raw,
        "client": ("192.0.2.1", 1234),
    }
    size = chunk or max(len(body), 1)
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.sleep(stays)
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    names = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Reply(
        start["status"],
        names,
        b"".join(message.get("body", b"") for message in sent[1:]),
    )
