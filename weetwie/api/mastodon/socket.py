"""Streaming over a WebSocket: one connection carries as many streams as an app subscribes to."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import msgspec
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from weetwie.access.viewer import Viewer, is_active
from weetwie.api.endpoint import holders
from weetwie.api.mastodon.streaming import KINDS, NEEDED, Streaming
from weetwie.kit import clock

PATH: Final = "/api/v1/streaming"
LONGEST_MESSAGE: Final = 10_000
TICK_SECONDS: Final = 30.0

POLICY, GOING = 1008, 1001
"""Close codes of RFC 6455: not allowed; the server is going away."""


class Wish(msgspec.Struct, frozen=True):
    """What an app sends."""

    type: str
    stream: str = ""


async def serve(streaming: Streaming, scope: Scope, receive: Receive, send: Send) -> None:
    socket = WebSocket(scope, receive, send)
    token = _token(socket)
    viewer = await _recognised(streaming, token)
    if viewer is None:
        await socket.close(POLICY)
        return
    offered = scope.get("subprotocols") or []
    await socket.accept(subprotocol=token if token in offered else None)
    first = socket.query_params.get("stream", "")
    await Connection(streaming, socket, viewer).run(first)


def _token(socket: WebSocket) -> str | None:
    """Where apps put it: the header, the address, or the protocol that they offer."""
    scheme, _, value = socket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    asked = socket.query_params.get("access_token")
    return asked or next(iter(socket.scope.get("subprotocols") or ()), None)


async def _recognised(streaming: Streaming, token: str | None) -> Viewer | None:
    if token is None:
        return None
    async with streaming.database.reading() as db:
        viewer = await streaming.memory.recognise(db, token=token)
    if viewer is None or not is_active(viewer, clock.now()):
        return None
    needed = {wide for scope in NEEDED for wide in holders(scope)}
    return viewer if needed & viewer.scopes else None


class Connection:
    """One open socket."""

    def __init__(self, streaming: Streaming, socket: WebSocket, viewer: Viewer) -> None:
        self._streaming = streaming
        self._socket = socket
        self._viewer = viewer
        self._kinds: set[str] = set()

    async def run(self, first: str) -> None:
        stream = self._streaming.live.open(self._viewer)
        listening = asyncio.create_task(self._listen(first))
        try:
            while stream.is_open and not listening.done():
                await self._send_next(stream, listening)
        finally:
            listening.cancel()
            self._streaming.live.forget(stream)
            with suppress(Exception):
                await self._socket.close(GOING)

    async def _send_next(self, stream: Any, listening: "asyncio.Task[None]") -> None:
        waiting = asyncio.create_task(stream.next(TICK_SECONDS))
        await asyncio.wait((waiting, listening), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            return
        news = waiting.result()
        for kind in sorted(self._kinds) if news is not None else ():
            if message := await self._streaming.message(stream.viewer, news, kind):
                payload = {"payload": message[1].decode()} if message[1] else {}
                await self._say({"stream": [kind], "event": message[0], **payload})

    async def _listen(self, first: str) -> None:
        """Hears what the app wants, until it goes."""
        if first:
            await self._subscribe(first)
        with suppress(WebSocketDisconnect):
            while True:
                await self._obey(await self._socket.receive_text())

    async def _obey(self, said: str) -> None:
        try:
            wish = msgspec.json.decode(said[: LONGEST_MESSAGE + 1], type=Wish)
        except msgspec.MsgspecError:
            await self._complain("This is no wish that can be understood here.")
            return
        if wish.type == "subscribe":
            await self._subscribe(wish.stream)
        elif wish.type == "unsubscribe":
            self._kinds.discard(wish.stream)
        else:
            await self._complain("Only subscribe and unsubscribe are known here.")

    async def _subscribe(self, kind: str) -> None:
        if kind in KINDS:
            self._kinds.add(kind)
        else:
            await self._complain("There is no such stream.")

    async def _complain(self, sentence: str) -> None:
        await self._say({"error": sentence, "status": 400})

    async def _say(self, message: dict[str, Any]) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_text(msgspec.json.encode(message).decode())
