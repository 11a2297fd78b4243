"""The application behind the endpoints: finds the endpoint, asks who calls, binds, calls, answers."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from weetwie.access.authenticate import StaleViewer
from weetwie.access.viewer import Viewer
from weetwie.api.body import read_body
from weetwie.api.call import Answer, Call, StreamedAnswer
from weetwie.api.endpoint import Endpoint
from weetwie.api.mastodon.errors import Translate, answer_to
from weetwie.api.mastodon.render import Renderer
from weetwie.api.parameters import Upload
from weetwie.api.refusals import NoScope, Unauthorized, WrongMethod, WrongSecret
from weetwie.api.table import Place, RouteTable
from weetwie.api.tree import Tree, read_query
from weetwie.context import Site
from weetwie.database.pool import Db
from weetwie.errors import Forbidden, NotFound, _
from weetwie.http.body import is_small
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Application, Headers, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from weetwie.api.mastodon.media import MediaHouse
    from weetwie.api.mastodon.streamed import Streaming

Recognise = Callable[[Call], Awaitable[Viewer | None]]
"""From a call to its viewer; nobody may be said as a viewer of its own or as None. A bad token: `Unauthorized`."""
OpenDb = Callable[[Call], AbstractAsyncContextManager[Db]]
Served = bytes | Answer | StreamedAnswer
"""JSON of a good answer, or an answer that says more."""
Count = Callable[[Call], None]
"""Counts a call under its rate limit, sets the headers that tell of it, or raises `TooMany`. `caller` may be None."""

OPEN_TO_OTHER_SITES: Final = (
    "/api/",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/oauth/register",
    "/.well-known/",
    "/nodeinfo/",
)
EXPOSED: Final = "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id"

_PLAIN: Final[Headers] = [(b"x-content-type-options", b"nosniff")]
_OPEN: Final[Headers] = [
    *_PLAIN,
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
]
_NOT_KEPT: Final = (b"cache-control", b"private, no-store")
_JSON: Final = (b"content-type", b"application/json; charset=utf-8")
_METHODS_WITH_BODY: Final = frozenset(("POST", "PUT", "PATCH", "DELETE"))

_encode = msgspec.json.Encoder().encode


def _takes_body(call: Call, endpoint: Endpoint) -> bool:
    """Apps send parameters in the body of a GET, too, and are used to be understood."""
    if endpoint.binder is None:
        return False
    if call.method in _METHODS_WITH_BODY:
        return True
    return not endpoint.hot and any(
        name == b"content-length" and value != b"0" for name, value in asgi.headers(call.scope)
    )


def _check_access(viewer: Viewer | None, endpoint: Endpoint) -> None:
    if viewer is not None and viewer.token_id:
        if endpoint.accepted and endpoint.accepted.isdisjoint(viewer.scopes):
            raise NoScope
        if endpoint.access == "person" and not viewer.is_person:
            raise Forbidden(_("This needs a person's token, not an app's."))
    elif endpoint.access != "public" and not (viewer is not None and viewer.is_person):
        raise Unauthorized


async def _nobody(call: Call) -> None:
    return None


def _untranslated(sentence: str, languages: str) -> str:
    return sentence


class Dispatcher:
    """A plain ASGI application. What it needs of the rest is handed in."""

    def __init__(
        self,
        endpoints: Iterable[Endpoint],
        *,
        site: Site | None = None,
        recognise: Recognise = _nobody,
        open_db: OpenDb | None = None,
        count: Count | None = None,
        count_wrong: Callable[[Call], Awaitable[None]] | None = None,
        translate: Translate = _untranslated,
        renderer: Renderer | None = None,
        streaming: "Streaming | None" = None,
        media: "MediaHouse | None" = None,
        sockets: Mapping[str, Application] | None = None,
        otherwise: Application | None = None,
    ) -> None:
        """`sockets` takes WebSockets by path; `otherwise` is what takes paths that no endpoint has, outside `/api/`: the pages."""
        self.table = RouteTable(endpoints)
        self._site = site or Site(base_url="http://localhost")
        self._recognise = recognise
        self._open_db = open_db
        self._count = count
        self._count_wrong = count_wrong
        self._translate = translate
        self._renderer = renderer or Renderer(self._site.base_url)
        self._streaming = streaming
        self._media = media
        self._sockets = sockets or {}
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = asgi.path(scope)
        if scope["type"] != "http":
            take = self._sockets.get(path.rstrip("/"), self._otherwise)
            if take is not None:
                await take(scope, receive, send)
            return
        place, names = self.table.find(path)
        if place is None and self._otherwise is not None and not path.startswith("/api/"):
            await self._otherwise(scope, receive, send)
            return
        method = asgi.method(scope)
        if method == "OPTIONS" and (place is None or "OPTIONS" not in place):
            await self._answer_options(scope, path, place, send)
            return
        endpoint = place.get(method) or (place.get("GET") if method == "HEAD" else None) if place else None
        call = Call(
            scope,
            endpoint or _NONE,
            names=names,
            request_id=os.urandom(8).hex(),
            site=self._site,
            open_db=self._open_db,
        )
        scope[asgi.ROUTE] = call.endpoint.path
        call.renderer, call.streaming, call.media = self._renderer, self._streaming, self._media
        if endpoint is None:
            error = NotFound() if place is None else WrongMethod(_allowed(place))
            await self._send(call, self._refuse(call, error), send)
        else:
            await self._send(call, await self._take(call, endpoint, receive), send, receive)

    async def _take(self, call: Call, endpoint: Endpoint, receive: Receive) -> Served:
        """What the endpoint gives, or the refusal; the transaction is over when this returns."""
        uploads: list[Upload] = []
        try:
            body: Tree = {}
            if _takes_body(call, endpoint):
                body = await self._listen(call, endpoint, receive, uploads)
            else:
                await self._admit(call, endpoint)
            if endpoint.binder is None:
                given = await endpoint.handle(call)
            else:
                tree = read_query(call.query)
                tree.update(body)
                tree.update(call.names)
                given = await endpoint.handle(call, endpoint.binder.bind(tree))
            given = _encoded(given)
            await call.release()
            return given
        except BaseException as error:
            await _undo(call, error)
            if not isinstance(error, Exception):
                raise
            if isinstance(error, StaleViewer) and not call.is_second_try:
                call.is_second_try = True
                return await self._take(call, endpoint, receive)
            if isinstance(error, WrongSecret) and self._count_wrong is not None:
                return self._refuse(call, await self._slowed(call, error))
            return self._refuse(call, error)
        finally:
            for upload in uploads:
                upload.close()

    async def _listen(self, call: Call, endpoint: Endpoint, receive: Receive, uploads: list[Upload]) -> Tree:
        """The tree of the body, with the caller admitted. A body may take minutes to come, so no connection to the database
        waits for it: what is short is read first, what is long only of those who may send it."""
        headers = asgi.headers(call.scope)
        is_stranger = endpoint.access != "public" and not call.header("authorization")
        if is_small(headers) and not is_stranger:
            try:
                tree = await read_body(headers, receive, endpoint.max_body, uploads)
            finally:
                await self._admit(call, endpoint)  # what cannot be read counts as well
            return tree
        await self._admit(call, endpoint)
        await call.release()
        tree = await read_body(headers, receive, endpoint.max_body, uploads)
        call.caller = await self._recognise(call)  # much may have changed meanwhile
        _check_access(call.caller, endpoint)
        return tree

    async def _admit(self, call: Call, endpoint: Endpoint) -> None:
        try:
            call.caller = await self._recognise(call)
        finally:
            # A wrong token counts as well, or tokens could be guessed without end.
            if self._count is not None and not call.is_second_try:
                self._count(call)
        _check_access(call.caller, endpoint)

    async def _slowed(self, call: Call, wrong: Exception) -> Exception:
        """What is said to a wrong secret: that it is wrong, or that there were too many."""
        assert self._count_wrong is not None
        try:
            await self._count_wrong(call)
        except Exception as error:  # noqa: BLE001  told as any other failure
            return error
        return wrong

    def _refuse(self, call: Call, error: Exception) -> Answer:
        if call.endpoint.refuse is not None:
            answer = call.endpoint.refuse(call, error)
        else:
            answer = answer_to(error, call.request_id, call.languages, self._translate)
        return Answer(answer.status, _encode(answer.body), answer.headers, answer.content_type)

    async def _send(self, call: Call, given: Served, send: Send, receive: Receive | None = None) -> None:
        if isinstance(given, bytes):
            status, headers, body = call.endpoint.status, [_JSON], given
        else:
            status, headers = given.status, _own_headers(given)
            body = given.body if isinstance(given, Answer) else b""
        headers += call.answer_headers
        headers.append((b"x-request-id", call.request_id.encode()))
        headers += _OPEN if call.path.startswith(OPEN_TO_OTHER_SITES) else _PLAIN
        if not any(name == b"cache-control" for name, _value in headers):
            headers.append(_NOT_KEPT)
        if isinstance(given, StreamedAnswer) and receive is not None:
            start: Message = {"type": "http.response.start", "status": status, "headers": headers}
            await _send_stream(start, given, call.method == "HEAD", receive, send)
            return
        if status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send(
            {
                "type": "http.response.body",
                "body": b"" if call.method == "HEAD" else body,
            }
        )

    async def _answer_options(self, scope: Scope, path: str, place: Place | None, send: Send) -> None:
        allowed = _allowed(place) if place else "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        headers: Headers = [(b"allow", allowed.encode())]
        is_open = path.startswith(OPEN_TO_OTHER_SITES)
        if is_open:
            headers += _OPEN
            headers.append((b"access-control-allow-methods", allowed.encode()))
            headers.append((b"access-control-allow-headers", _wanted_headers(scope)))
            headers.append((b"access-control-max-age", b"7200"))
            headers.append((b"vary", b"Access-Control-Request-Headers"))
        headers.append((b"x-request-id", os.urandom(8).hex().encode()))
        status = 204 if is_open or place else 404
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


async def _none(call: Call) -> None: ...


_NONE: Final = Endpoint("GET", "/", _none, hidden=True)
"""What stands in a call that found no endpoint."""


def _allowed(place: Place) -> str:
    return ", ".join([*place, *(["HEAD"] if "GET" in place else []), "OPTIONS"])


def _wanted_headers(scope: Scope) -> bytes:
    """A star would leave out `Authorization`, so what is asked for is said back, when it looks like header names."""
    asked = asgi.header(scope, b"access-control-request-headers")
    return asked if _HEADER_NAMES.fullmatch(asked) else b"Authorization, Content-Type, Idempotency-Key"


_HEADER_NAMES = re.compile(rb"[A-Za-z0-9_\-, ]{1,1000}")


def _encoded(given: Any) -> Served:
    """Encoded before the transaction ends, so that an answer that cannot be written undoes what it tells of."""
    if isinstance(given, bytes):
        return given
    if isinstance(given, Answer):
        if isinstance(given.body, bytes):
            return given
        return Answer(given.status, _encode(given.body), given.headers, given.content_type)
    return given if isinstance(given, StreamedAnswer) else _encode(given)


async def _undo(call: Call, error: BaseException) -> None:
    if call.transaction is not None:
        transaction, call.transaction = call.transaction, None
        # The error that is told is the first one; what fails while undoing follows from it.
        with suppress(Exception):
            await transaction.__aexit__(type(error), error, error.__traceback__)


def _own_headers(given: Answer | StreamedAnswer) -> Headers:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.headers.items()
    ]
    headers.append((b"content-type", given.content_type.encode("latin-1")))
    return headers


async def _send_stream(
    start: Message, stream: StreamedAnswer, is_head: bool, receive: Receive, send: Send
) -> None:
    await send(start)
    if not is_head:
        sending = asyncio.ensure_future(_send_chunks(stream, send))
        leaving = asyncio.ensure_future(_wait_until_gone(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
    close = getattr(stream.chunks, "aclose", None)
    if close is not None:
        await close()
    await send({"type": "http.response.body", "body": b""})


async def _send_chunks(stream: StreamedAnswer, send: Send) -> None:
    async for chunk in stream.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
