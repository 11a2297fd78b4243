"""The load generator: a process of its own that speaks HTTP/1.1 over raw sockets, keeps connections, and never counts.

It reads one JSON plan from standard input and writes one JSON result: `{"host", "port", "connections", "seconds" | "requests",
"calls": [[path, token], ...], "posts": {"every": seconds, "calls": [[token, text], ...]}, "keep": every nth body,
"writes": [[token, text], ...], "share": of writes among all, "pause": seconds after each answer on its connection}`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import uvloop

BROWSER = "browser "
"""Before a token: it is that of a browser in which somebody is signed in."""
_HEAD_END = b"\r\n\r\n"
_POSTS = "/api/v1/statuses"


def request(
    method: str, path: str, token: str | None, body: bytes = b"", kind: str = "application/json"
) -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "host: localhost", "accept-encoding: identity", "accept: */*"]
    if token and token.startswith(BROWSER):
        lines.append(f"cookie: weetwie-session={token.removeprefix(BROWSER)}")
    elif token:
        lines.append(f"authorization: Bearer {token}")
    if body:
        lines += [f"content-type: {kind}", f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode() + _HEAD_END + body


class Connection(asyncio.Protocol):
    """One kept connection with one request at a time in flight."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._need = -1
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone; whoever waits is told."""
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed"))
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Collect until the answer is whole."""
        self._buffer += data
        if self._need < 0:
            end = self._buffer.find(_HEAD_END)
            if end < 0:
                return
            self._need = end + 4 + _length(bytes(self._buffer[:end]))
        if len(self._buffer) >= self._need and self._answer and not self._answer.done():
            whole = bytes(self._buffer)
            self._answer.set_result((int(whole[9:12]), whole[whole.index(_HEAD_END) + 4 :]))

    def ask(self, data: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """Send a request; the future holds status and body."""
        if self._transport is None:
            raise ConnectionError("closed")
        self._buffer.clear()
        self._need = -1
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
        if name.lower() == b"transfer-encoding":
            raise ValueError("the rig wants a content-length: chunked answers cost more than they give")
    return 0


async def connect(host: str, port: int) -> Connection:
    """A new connection."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, host, port)
    return connection


class Run:
    """One measured run of a plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.calls = [(path, token, request("GET", path, token)) for path, token in plan["calls"]]
        self._turn = cycle(range(len(self.calls)))
        self._writes = cycle(plan["writes"]) if plan.get("writes") else None
        self._pause = plan.get("pause", 0.0)
        self.took: list[float] = []
        self.took_with: dict[int, list[float]] = {}
        """By status."""
        self.sizes: list[int] = []
        self.statuses: dict[int, int] = {}
        self.kept: list[tuple[str, str | None, str]] = []
        self.posted: list[float] = []
        self._deadline = 0.0

    async def go(self) -> dict[str, Any]:
        """Run it; what was measured."""
        host, port, number = self.plan["host"], self.plan["port"], self.plan["connections"]
        lines = [await connect(host, port) for _ in range(number)]
        begin = time.perf_counter()
        self._deadline = begin + self.plan.get("seconds", 1e9)
        poster = asyncio.create_task(self._post()) if self.plan.get("posts") else None
        await asyncio.gather(*(self._ask(line) for line in lines))
        seconds = time.perf_counter() - begin
        if poster:
            poster.cancel()
        for line in lines:
            line.close()
        return self._result(seconds)

    async def _ask(self, line: Connection) -> None:
        total, keep = self.plan.get("requests", 1 << 60), self.plan.get("keep", 0)
        while len(self.took) < total and time.perf_counter() < self._deadline:
            path, token, data = self._next()
            begin = time.perf_counter()
            status, body = await line.ask(data)
            took = time.perf_counter() - begin
            self.took.append(took)
            self.took_with.setdefault(status, []).append(took)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.sizes.append(len(body))
            if keep and len(self.took) % keep == 0:
                self.kept.append((path, token, base64.b64encode(body).decode()))
            if self._pause:
                await asyncio.sleep(self._pause)

    def _next(self) -> tuple[str, str | None, bytes]:
        if self._writes and random.random() < self.plan["share"]:
            token, text = next(self._writes)
            body = json.dumps({"status": f"{text} {time.time_ns()}"}).encode()
            return _POSTS, token, request("POST", _POSTS, token, body)
        return self.calls[next(self._turn)]

    async def _post(self) -> None:
        posts = self.plan["posts"]
        line = await connect(self.plan["host"], self.plan["port"])
        for token, text in cycle(posts["calls"]):
            await asyncio.sleep(posts["every"])
            body = json.dumps({"status": f"{text} {time.time_ns()}"}).encode()
            begin = time.perf_counter()
            status, _ = await line.ask(request("POST", _POSTS, token, body))
            self.posted.append(time.perf_counter() - begin)
            self.statuses[-status] = self.statuses.get(-status, 0) + 1

    def _result(self, seconds: float) -> dict[str, Any]:
        return {
            "requests": len(self.took),
            "seconds": seconds,
            "p50": quantile(self.took, 0.5),
            "p95": quantile(self.took, 0.95),
            "p99": quantile(self.took, 0.99),
            "slowest": max(self.took, default=0.0),
            "p99_with": {status: quantile(took, 0.99) for status, took in self.took_with.items()},
            "bytes": sum(self.sizes) / max(1, len(self.sizes)),
            "smallest": min(self.sizes, default=0),
            "statuses": self.statuses,
            "posted": len(self.posted),
            "kept": self.kept,
        }


def quantile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def main() -> None:
    """Read the plan, run it, write the result. The loop has a thread of its own, for Linux cuts long writes to a pipe short in a thread
    that has used io_uring."""
    plan = json.load(sys.stdin)
    with ThreadPoolExecutor(1) as loop:
        result = loop.submit(lambda: uvloop.run(Run(plan).go())).result()
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
