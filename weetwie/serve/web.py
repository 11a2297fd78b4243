"""The web server: uvicorn in our own loop, with a bound on what it takes before a request has begun."""

import asyncio
import contextlib
import socket
from asyncio import Transport
from collections.abc import Iterator
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

ABORT: Final = "weetwie.abort"
"""The extension in the scope by which an application gives up a connection whose reader does not read."""
LONGEST_HEAD: Final = 32_768
"""Bytes of a request before its body: the address and all headers."""
HEAD_SECONDS: Final = 20.0
"""How long a client may take to send them."""
LAST_SECONDS: Final = 3
"""How long what has begun may take when the program ends."""

_TOO_LONG: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\ncontent-length: 53\r\n"
    b'connection: close\r\n\r\n{"error": "The headers of this request are too long"}'
)


class _TooLong(Exception):
    pass


class _Protocol(HttpToolsProtocol):
    _head = 0
    _dribbled = 0
    _in_head = False
    _is_too_long = False
    _patience: Any = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._patience = self.loop.call_later(HEAD_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._dribbled += len(data)
            if self._dribbled > LONGEST_HEAD:
                self._is_too_long = True
                self.send_400_response("")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]
        self._head = self._dribbled = 0
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def _count(self, length: int) -> None:
        self._head += length
        if self._head > LONGEST_HEAD:
            self._is_too_long = True
            raise _TooLong

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._patience.cancel()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if not self._is_too_long:
            super().send_400_response(msg)
            return
        self.transport.write(_TOO_LONG)
        self.transport.close()


class _Socket(WebSocketsSansIOProtocol):
    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if scope := getattr(self, "scope", None):  # none where the handshake was refused
            scope["extensions"][ABORT] = self.transport.abort


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_open = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_open.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's."""
        yield


def server(application: Any) -> Server:
    return Server(
        uvicorn.Config(
            application,
            http=_Protocol,
            ws=_Socket,
            ws_max_size=65_536,
            ws_per_message_deflate=False,  # a compressor for each stream takes more memory than all the rest of it
            ws_ping_interval=45.0,  # proxies drop what is silent for a minute
            ws_ping_timeout=30.0,
            lifespan="off",
            loop="none",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,  # whom to believe is the application's knowledge
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=LAST_SECONDS,
            backlog=2048,
        )
    )
