"""What a web server and an application hand one another (ASGI 3), and how it is read."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Final, TypeAlias

import msgspec

Headers = list[tuple[bytes, bytes]]
Value: TypeAlias = (
    None
    | bool
    | int
    | str
    | bytes
    | Headers
    | tuple[str, int]
    | Callable[[], None]
    | Mapping[str, "Value"]
    | msgspec.Struct
)
"""What is read and written here; a struct is what one layer of ours leaves for the next."""

Scope = MutableMapping[str, Value]
Message = MutableMapping[str, Value]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ROUTE: Final = "weetwie.route"
"""Where the path stands that a request was answered by, such as `/api/v1/statuses/{id}`, for who counts."""


def path(scope: Scope) -> str:
    found = scope["path"]
    assert isinstance(found, str)
    return found


def method(scope: Scope) -> str:
    found = scope["method"]
    assert isinstance(found, str)
    return found


def query(scope: Scope) -> bytes:
    """The query string as it came."""
    found = scope.get("query_string", b"")
    assert isinstance(found, bytes)
    return found


def client(scope: Scope) -> str:
    """The address of whoever asks; nothing where the server does not know it."""
    found = scope.get("client")
    return found[0] if isinstance(found, tuple) else ""


def route(scope: Scope) -> str:
    found = scope.get(ROUTE, "none")
    assert isinstance(found, str)
    return found


def headers(said: Scope | Message) -> Headers:
    """Those of a request, or of the start of an answer."""
    found = said.get("headers", [])
    assert isinstance(found, list)
    return found


def header(scope: Scope, name: bytes) -> bytes:
    """The first that is called so, or nothing."""
    return next((value for key, value in headers(scope) if key == name), b"")


def body(message: Message) -> bytes:
    found = message.get("body", b"")
    assert isinstance(found, bytes)
    return found


def status(message: Message) -> int:
    found = message["status"]
    assert isinstance(found, int)
    return found
