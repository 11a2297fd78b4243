"""A WebSocket of uvicorn's that weighs less: thousands are open at once, and on most of them nothing happens."""

import asyncio
from typing import Final

from uvicorn import Config
from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request

ABORT: Final = "weetwie.abort"
"""The extension in the scope by which an application gives up a connection whose reader does not read."""


class LightSocket(WebSocketsSansIOProtocol):
    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, object]) -> None:
        super().__init__(config, server_state, app_state)
        self.queue = _Inbox()  # type: ignore[assignment]
        self.writable = _Gate()  # type: ignore[assignment]

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if scope := getattr(self, "scope", None):  # none where the handshake was refused
            scope["extensions"][ABORT] = self.transport.abort

    def connection_lost(self, exc: Exception | None) -> None:
        """What reads frames holds the connection that holds it, and would stay until garbage is looked for among old objects."""
        super().connection_lost(exc)
        self.conn.parser.close()

    def start_keepalive(self) -> None:
        """The handshake is over, and what was said in it is not needed any more."""
        super().start_keepalive()
        self.request.headers.clear()
        self.response.headers.clear()
        self.scope["headers"] = []


class _Inbox:
    """What came for the application, which reads one after the other. (An empty asyncio.Queue has 2.6 KB, for those who would wait
    to put something in, to take it out and to be the last.)"""

    __slots__ = ("_coming", "_items")

    def __init__(self) -> None:
        self._items: list[ASGIReceiveEvent] = []
        self._coming: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        return not self._items

    def put_nowait(self, item: ASGIReceiveEvent) -> None:
        self._items.append(item)
        if self._coming is not None and not self._coming.done():
            self._coming.set_result(None)

    async def get(self) -> ASGIReceiveEvent:
        while not self._items:
            self._coming = asyncio.get_running_loop().create_future()
            try:
                await self._coming
            finally:
                self._coming = None
        return self._items.pop(0)


class _Gate:
    """Open, until the buffers are full; an asyncio.Event has room for those who wait even while nobody does."""

    __slots__ = ("_opening",)

    def __init__(self) -> None:
        self._opening: asyncio.Future[None] | None = None

    def set(self) -> None:
        if self._opening is not None:
            self._opening.set_result(None)
            self._opening = None

    def clear(self) -> None:
        if self._opening is None:
            self._opening = asyncio.get_running_loop().create_future()

    async def wait(self) -> None:
        if self._opening is not None:
            await asyncio.shield(self._opening)
