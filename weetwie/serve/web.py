"""The web server: uvicorn in our own loop, with a bound on what it takes before a request has begun, and on how many begin."""

import asyncio
import contextlib
import resource
import socket
from asyncio import Transport
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from weetwie.http.admission import Gate
from weetwie.http.turns import Waiting
from weetwie.runtime.asgi import Application, Scope
from weetwie.serve.websocket import ABORT, LightSocket

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

LONGEST_HEAD: Final = 32_768
"""Bytes of a request before its body: the address and all headers."""
HEAD_SECONDS: Final = 20.0
"""How long a client may take to send them."""
READING_SECONDS: Final = 30.0
LEAST_READ: Final = 8192
"""Bytes of an answer that its reader takes in that time, or is given up."""
MOST_CONNECTIONS: Final = 20_000
_OTHER_FILES: Final = 256
"""Files that are open beside connections: media, the database, the log."""
LAST_SECONDS: Final = 3
"""How long what has begun may take when the program ends."""
_LATE_SECONDS: Final = 0.3
"""How long a connection on which nothing has begun is listened to then: a request may be on its way."""

_TOO_LONG: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\ncontent-length: 53\r\n"
    b'connection: close\r\n\r\n{"error": "The headers of this request are too long"}'
)


class _TooLong(Exception):
    pass


class _Protocol(HttpToolsProtocol):
    waiting: ClassVar[dict["_Protocol", None]] = {}
    """Connections on which no request has begun, or the last one has been answered; the longest one first."""
    most: ClassVar[int] = MOST_CONNECTIONS
    _head = 0
    _dribbled = 0
    _in_head = False
    _is_too_long = False
    _patience: asyncio.TimerHandle | None = None
    _watch: asyncio.TimerHandle | None = None
    _unread = 0
    _is_ending = False
    _turn: Waiting | None = None
    config: "_Config"

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()
        self.waiting[self] = None
        if len(self.connections) > self.most:
            longest = next(iter(self.waiting))
            del self.waiting[longest]
            longest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_patience()
        if self._turn is not None:
            self._turn.leave()
        if self._watch is not None:
            self._watch.cancel()
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._take(data)
        is_answered = self.cycle is None or self.cycle.response_complete
        is_http = self.transport.get_protocol() is self  # and has not become a WebSocket just now
        if (
            is_http
            and is_answered
            and self.timeout_keep_alive_task is None
            and not self.transport.is_closing()
        ):
            # Blank lines, or the rest of a body that nobody reads any more, keep no connection open.
            self._wait_for_head()

    def _take(self, data: bytes) -> None:
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
        self._wait_for_head()

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
        self._end_patience()
        self.waiting.pop(self, None)
        super().on_headers_complete()
        if self._is_ending and self.cycle is not None:
            self.cycle.keep_alive = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: "ASGI3Application") -> None:
        start, gate = super()._start_asgi_task, self.config.gate
        if gate is None:
            start(cycle, app)
        else:
            scope: Scope = cycle.scope  # type: ignore[assignment]
            self._turn = gate.enter(scope, lambda: start(cycle, app), lambda: self._refuse(gate, cycle))

    def _refuse(self, gate: Gate, cycle: RequestResponseCycle) -> None:
        """Without the application, of which nothing has begun."""
        scope: Scope = cycle.scope  # type: ignore[assignment]
        headers, body = gate.refusal(scope)
        if not cycle.keep_alive:
            headers = [*headers, (b"connection", b"close")]
        lines = [b"%b: %b\r\n" % header for header in (*cycle.default_headers, *headers)]
        shown = b"" if cycle.scope["method"] == "HEAD" else body
        self.transport.write(b"".join([STATUS_LINE[503], *lines, b"\r\n", shown]))
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _wait_for_head(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self._close)

    def _end_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    # Whoever does not read the answer

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._watch_reader()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline:
            self.waiting[self] = None
        self._watch_reader()

    def shutdown(self) -> None:
        self._is_ending = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(_LATE_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _close(self) -> None:
        self.transport.close()
        self._watch_reader()

    def _watch_reader(self) -> None:
        """Looks now and then how much of what was written has been read, as long as something is left."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._unread = self.transport.get_write_buffer_size()
        if self._unread:
            self._watch = self.loop.call_later(READING_SECONDS, self._look_at_reader)

    def _look_at_reader(self) -> None:
        unread = self.transport.get_write_buffer_size()
        if unread and unread > self._unread - LEAST_READ:
            self.transport.abort()
            return
        self._watch_reader()

    def send_400_response(self, msg: str) -> None:
        if not self._is_too_long:
            super().send_400_response(msg)
            return
        self.transport.write(_TOO_LONG)
        self._close()


class _Config(uvicorn.Config):
    gate: Gate | None = None


class WebServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_open = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_open.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Who waits to be let in while a socket is closed would be refused, so they are let in first."""
        queues = [one.dup() for one in sockets or ()]
        for server in self.servers:
            server.close()
        for queue in queues:
            await self._let_in(queue)
            queue.close()
        await super().shutdown(sockets)

    async def _let_in(self, queue: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                client, _address = queue.accept()
                client.setblocking(False)
                await asyncio.get_running_loop().connect_accepted_socket(self._protocol, client)

    def _protocol(self) -> asyncio.Protocol:
        return _Protocol(self.config, self.server_state, self.lifespan.state)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's."""
        yield


def server(application: Application, gate: Gate | None = None) -> WebServer:
    """With a gate a request begins when that lets it in."""
    _Protocol.most = _most_connections()
    config = _Config(
        application,
        http=_Protocol,
        ws=LightSocket,
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
        timeout_keep_alive=75,
        timeout_graceful_shutdown=LAST_SECONDS,
        backlog=2048,
    )
    config.gate = gate
    return WebServer(config)


def _most_connections() -> int:
    """As many as the system lets this process have; the process asks for as many as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft - _OTHER_FILES)
