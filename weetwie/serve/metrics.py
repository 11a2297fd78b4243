"""Numbers for Prometheus, on an address of their own; none of them is about a person."""

import asyncio
import time
from contextlib import suppress
from typing import Final

import asyncpg
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from weetwie.database.pool import Database
from weetwie.domain.timelines.live import Live
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Application, Message, Receive, Scope, Send
from weetwie.runtime.log import logger
from weetwie.settings import Address
from weetwie.worker import backlog

log = logger(__name__)

_METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_PATIENCE: Final = 5.0

disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    def __init__(self, database: Database, live: Live) -> None:
        self._database = database
        self._live = live
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "weetwie_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._durations = Histogram(
            "weetwie_request_seconds",
            "Seconds until an answer began.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._streams = self._gauge("weetwie_open_streams", "Streams that are open in this process.")
        self._pool = self._gauge("weetwie_pool_connections", "Connections to the database.")
        self._idle = self._gauge("weetwie_pool_idle_connections", "Those that nobody uses.")
        self._answers = self._gauge("weetwie_database_up", "1 while the database answers.")
        self._waiting = self._gauge("weetwie_events_waiting", "Facts that nobody has reacted to yet.")
        self._lag = self._gauge("weetwie_events_lag_seconds", "How long the first of them has been waiting.")
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(name, what, registry=self._registry)

    def counting(self, application: Application) -> Application:
        """The application, with each of its answers counted by the route that it took, never by its address."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await application(scope, receive, send)
                return
            began = time.perf_counter()

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._count(scope, asgi.status(message), time.perf_counter() - began)
                await send(message)

            await application(scope, receive, sending)

        return counted

    def refused(self, scope: Scope, seconds: float) -> None:
        """The same for who was not let in."""
        self._count(scope, 503, seconds)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        key = (asgi.method(scope), asgi.route(scope), status)
        children = self._children.get(key)
        if children is None:
            method = key[0] if key[0] in _METHODS else "other"
            children = self._children[key] = (
                self._requests.labels(method, key[1], status),
                self._durations.labels(key[1]),
            )
        children[0].inc()
        children[1].observe(seconds)

    async def run(self, address: Address | None) -> None:
        """Answers `/metrics` until cancelled."""
        if address is None:
            return
        try:
            server = await asyncio.start_server(self._answer, address.host, address.port, limit=16_384)
        except OSError as error:
            log.warning(
                "there are no metrics: their address is taken",
                address=f"{address.host}:{address.port}",
                why=error.strerror,
            )
            return
        async with server:
            await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
            found = head.startswith((b"GET /metrics ", b"GET /metrics?"))
            body = await self.text() if found else b"There is only /metrics here.\n"
            kind = CONTENT_TYPE_LATEST if found else "text/plain; charset=utf-8"
            writer.write(
                f"HTTP/1.1 {'200 OK' if found else '404 Not Found'}\r\ncontent-type: {kind}\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        writer.close()

    async def text(self) -> bytes:
        await self._look()
        return generate_latest(self._registry)

    async def _look(self) -> None:
        pool = self._database.pool
        self._streams.set(self._live.open_streams)
        self._pool.set(pool.get_size())
        self._idle.set(pool.get_idle_size())
        try:
            async with asyncio.timeout(_PATIENCE), self._database.reading() as db:
                behind = await backlog(db)
        except (OSError, asyncpg.PostgresError):
            self._answers.set(0)
            return
        self._answers.set(1)
        self._waiting.set(behind.waiting)
        self._lag.set(behind.seconds)
