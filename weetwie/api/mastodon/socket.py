"""Streaming over a WebSocket: one connection carries as many streams as an app subscribes to."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from weetwie.access.viewer import Viewer, is_active
from weetwie.api.call import wanted_languages
from weetwie.api.mastodon import streams
from weetwie.api.mastodon.errors import Translate, status_of
from weetwie.api.mastodon.streamed import Streaming, StreamMessage
from weetwie.api.mastodon.streaming import PARTING_SECONDS, abort_of
from weetwie.api.mastodon.streams import NOTIFICATIONS, STATUSES, StreamRequest, may_hear
from weetwie.api.refusals import Malformed, NoScope, Unauthorized
from weetwie.database.unavailable import outage
from weetwie.domain.identity import attempts, tokens
from weetwie.domain.timelines.listeners import Stream
from weetwie.domain.timelines.stream_news import Channel, News, StreamEnding
from weetwie.errors import Refusal, TooMany, _, fill
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.runtime.log import logger
from weetwie.security.ratelimit import of_person

log = logger(__name__)

MOST_SUBSCRIPTIONS: Final = 100
"""On one socket."""
CLOSES: Final = {
    StreamEnding.going: 1001,
    StreamEnding.unwelcome: 1008,
    StreamEnding.slow: 1013,
    StreamEnding.failed: 1011,
}
"""Close codes of RFC 6455 and its registry: going away; not allowed; try again later; something went wrong."""


class SocketRequest(msgspec.Struct, frozen=True):
    """What an app sends."""

    type: str
    stream: str = ""
    tag: str = ""
    list: str | int = ""

    @property
    def wish(self) -> StreamRequest:
        return StreamRequest(self.stream, self.tag, str(self.list))


async def serve(
    streaming: Streaming, translate: Translate, scope: Scope, receive: Receive, send: Send
) -> None:
    await receive()  # that it wants to connect
    connection = await _opened(streaming, translate, scope, send)
    if connection is not None:
        await connection.run(receive)


async def _opened(
    streaming: Streaming, translate: Translate, scope: Scope, send: Send
) -> "Connection | None":
    """None where it was refused. What is needed for this alone is not kept as long as the connection is."""
    asked = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
    headers = Headers(scope=scope)
    languages = wanted_languages(scope.get("query_string", b""), headers.get("accept-language", ""))
    token = _token(scope, headers, asked)
    stream: Stream | None = None
    try:
        viewer = await _recognised(streaming, token, (scope.get("client") or ("",))[0])
        stream = streaming.live.open(viewer, ())
    except Exception as error:  # noqa: BLE001  whatever it is, it is answered as anywhere else
        refusal = _refusal(error)
        await _refuse(scope, send, refusal, _say(refusal, languages, translate))
        return None
    first = StreamRequest(asked.get("stream", ""), asked.get("tag", ""), asked.get("list", ""))
    offered = scope.get("subprotocols") or []
    try:
        await send({"type": "websocket.accept", "subprotocol": token if token in offered else None})
    except BaseException:
        streaming.live.forget(stream)
        raise
    return Connection(streaming, stream, scope, send, languages, translate, first)


def _token(scope: Scope, headers: Headers, asked: dict[str, str]) -> str | None:
    """Where apps put it: the header, the address, or the protocol that they offer."""
    scheme, _space, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    return asked.get("access_token") or next(iter(scope.get("subprotocols") or ()), None)


async def _recognised(streaming: Streaming, token: str | None, client_address: str) -> Viewer:
    """Raises Unauthorized, NoScope, TooMany."""
    viewer, was_good = None, True
    if token is not None:
        async with streaming.database.reading() as db:
            viewer = await streaming.memory.recognise(db, token=token)
            was_good = viewer is not None or await tokens.is_known(db, token)
    if streaming.limits is not None:
        caller = of_person(viewer.person_id if viewer is not None else 0)
        streaming.limits.count(("api",), caller, client_address).check()
        if not was_good:
            await attempts.wrong_token(streaming.database, client_address)
    if viewer is None or not is_active(viewer, clock.now()):
        raise Unauthorized
    if not (may_hear(viewer, STATUSES) or may_hear(viewer, NOTIFICATIONS)):
        raise NoScope
    return viewer


async def _refuse(scope: Scope, send: Send, refusal: Refusal, sentence: str) -> None:
    """By an answer of HTTP, where the server can give one instead of the socket."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": CLOSES[StreamEnding.unwelcome]})
        return
    body = msgspec.json.encode({"error": sentence})
    headers = [(b"content-type", b"application/json; charset=utf-8")]
    start = {"type": "websocket.http.response.start", "status": status_of(refusal), "headers": headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": body})


def _refusal(error: Exception) -> Refusal:
    """Raises the error again where it is none of those that a caller may hear of."""
    found = error if isinstance(error, Refusal) else outage(error)
    if found is None:
        raise error
    return found


def _say(refusal: Refusal, languages: str, translate: Translate) -> str:
    return fill(translate(refusal.sentence, languages), refusal.values)


class Connection:
    """One open socket: this coroutine hears what the app wants, a task beside it sends what is new."""

    __slots__ = (
        "_abort",
        "_first",
        "_languages",
        "_parting",
        "_send",
        "_sender",
        "_stream",
        "_streaming",
        "_translate",
        "_wishes",
    )

    def __init__(
        self,
        streaming: Streaming,
        stream: Stream,
        scope: Scope,
        send: Send,
        languages: str,
        translate: Translate,
        first: StreamRequest,
    ) -> None:
        self._first = first
        self._streaming = streaming
        self._stream = stream
        self._send = send
        self._abort = abort_of(scope)
        self._languages = languages
        self._translate = translate
        self._wishes: dict[tuple[str, ...], tuple[Channel, ...]] = {}
        """What the app has subscribed to, by name."""
        self._sender: asyncio.Task[None] | None = None
        self._parting: asyncio.Task[None] | None = None

    async def run(self, receive: Receive) -> None:
        try:
            self._stream.on_close = self._end
            if not self._stream.is_open:
                self._end(StreamEnding.going)
                return
            self._sender = asyncio.create_task(self._send_all())
            if self._first.stream:
                await self._obey(SocketRequest("subscribe", *self._first))
            while (message := await receive())["type"] != "websocket.disconnect":
                await self._hear(message.get("text") or message.get("bytes") or "")
        except OSError:
            pass  # the app is gone, as the server says where it is written to
        finally:
            self._streaming.live.forget(self._stream)
            self._stream.on_close = None
            if self._sender is not None:
                self._sender.cancel()
                self._sender = None  # it holds this object, and neither should wait for the collector

    # What the app says

    async def _hear(self, said: str | bytes) -> None:
        try:
            heard = msgspec.json.decode(said, type=SocketRequest)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            await self._complain(Malformed(_("This message can't be understood.")))
            return
        await self._obey(heard)

    async def _obey(self, said: SocketRequest) -> None:
        try:
            if said.type == "subscribe":
                await self._subscribe(said.wish)
            elif said.type == "unsubscribe":
                self._unsubscribe(said.wish)
            else:
                raise Malformed(_("Use “subscribe” or “unsubscribe”."))
        except Exception as error:  # noqa: BLE001  what is no refusal is raised again
            await self._complain(_refusal(error))

    async def _subscribe(self, wish: StreamRequest) -> None:
        if wish.name in self._wishes:
            return
        if len(self._wishes) >= MOST_SUBSCRIPTIONS:
            raise TooMany(_("A connection can have at most {most} streams."), most=MOST_SUBSCRIPTIONS)
        channels = await streams.channels(self._streaming.database, self._stream.viewer, wish)
        self._wishes[wish.name] = channels
        for channel in channels:
            self._streaming.live.listen(self._stream, channel)

    def _unsubscribe(self, wish: StreamRequest) -> None:
        left = self._wishes.pop(wish.name, ())
        still = {channel for channels in self._wishes.values() for channel in channels}
        for channel in left:
            if channel not in still:
                self._streaming.live.unlisten(self._stream, channel)

    async def _complain(self, refusal: Refusal) -> None:
        sentence = _say(refusal, self._languages, self._translate)
        frame = msgspec.json.encode({"error": sentence, "status": status_of(refusal)})
        await self._send({"type": "websocket.send", "text": frame.decode()})

    # What is new

    async def _send_all(self) -> None:
        try:
            while (news := await self._stream.next()) is not None:
                for text in await self._frames(news):
                    await self._send({"type": "websocket.send", "text": text})
        except Exception as error:
            if not isinstance(error, OSError):  # which is how the server says that the app is gone
                log.warning("a stream fails", exc_info=error)
            self._stream.close(StreamEnding.failed)

    async def _frames(self, news: News) -> list[str]:
        messages = await self._streaming.messages(self._stream.viewer, news)
        names = [name for name, channels in self._wishes.items() if news.channel in channels]
        return [_frame(news, name, message) for message in messages for name in names]

    # The end

    def _end(self, ending: StreamEnding) -> None:
        """Whoever is stuck in sending is not waited for."""
        if self._sender is not None and self._sender is not asyncio.current_task():
            self._sender.cancel()
        self._parting = asyncio.create_task(self._part(ending))

    async def _part(self, ending: StreamEnding) -> None:
        with suppress(OSError, TimeoutError, RuntimeError):
            async with asyncio.timeout(PARTING_SECONDS):
                await self._send({"type": "websocket.close", "code": CLOSES[ending]})
            return
        self._abort()


def _frame(news: News, name: Sequence[str], message: StreamMessage) -> str:
    """Made once for all who hear the same under the same name."""
    kept: str | None = news.told.get((name, message))
    if kept is None:
        frame: dict[str, Json] = {"stream": name, "event": message.event}
        if message.payload:
            frame["payload"] = message.payload.decode()
        kept = news.told[name, message] = msgspec.json.encode(frame).decode()
    return kept
