"""Scenario "slow": thousands of connections that send their heads and bodies byte by byte, thousands that read byte by byte, and what
that costs those who are logged in and read their home meanwhile."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.bench.community import Person
from tests.bench.installation import Installation
from tests.bench.load import request
from tests.bench.measure import Load, plan
from tests.bench.report import Report
from tests.bench.scale import company

EACH = 2000
"""Who read slowly, and who write slowly."""
SECONDS = 60.0
_ANSWERED = 10.0
"""After so many seconds the long answers have been made, which cost as much for those who read fast."""
COSTS, WEIGHT = 1.5, 25.0
"""The bars: times the p95 of others, KB of memory for each."""
_HOME = "/api/v1/timelines/home?limit=20"
_LONG = "/api/v1/timelines/home?limit=40"


def run(work: Path, report: Report, *, each: int = EACH, seconds: float = SECONDS) -> None:
    """One installation: people alone, then beside those who are slow, then alone again."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    installation = Installation(work / "data")
    installation.start()
    try:
        asyncio.run(_measure(installation, report, each, seconds))
    finally:
        installation.stop()


async def _measure(installation: Installation, report: Report, each: int, seconds: float) -> None:
    crowd = await company(installation)
    await _read(installation.port, crowd, 5)
    before = installation.running.pss()
    alone = await _read(installation.port, crowd, seconds / 2)
    slow = _Slow(installation.port, crowd)
    opening = time.perf_counter()
    await slow.open(each)
    report.add(f"{each} slow readers and {each} slow writers opened", time.perf_counter() - opening, "s")
    dribbling = asyncio.create_task(slow.dribble())
    await asyncio.sleep(_ANSWERED)
    spent = installation.running.cpu()
    beside = await _read(installation.port, crowd, seconds)
    spent = (installation.running.cpu() - spent) / seconds
    weight = (installation.running.pss() - before) / 1024 / each / 2
    left = slow.left()
    dribbling.cancel()
    slow.close()
    after = await _read(installation.port, crowd, seconds / 2)
    usual = max(alone["p95"], after["p95"])
    for name, took in (("before", alone), ("meanwhile", beside), ("after", after)):
        note = (
            f"{took['requests']} pages, p50 {took['p50'] * 1e3:.0f}, slowest {took['slowest'] * 1e3:.0f} ms"
        )
        report.add(f"home for those who are logged in, {name}, p95", took["p95"] * 1e3, "ms", None, note)
    report.add("meanwhile against alone, p50", beside["p50"] / max(alone["p50"], after["p50"]), "times")
    report.add("meanwhile against alone, p95", beside["p95"] / usual, "times", COSTS)
    report.add("memory for each slow connection", weight, "KB", WEIGHT)
    report.add("CPU meanwhile, of all", spent * 1e3, "ms/s")
    report.note(
        f"of those who read slowly {left[0]}, of those who write slowly {left[1]} were still there at the end"
    )


async def _read(port: int, crowd: Sequence[Person], seconds: float) -> dict[str, Any]:
    """Five people look at their home, ten times a second at most; from a process of their own, so that they wait for nobody but the server."""
    calls = [(_HOME, person.token) for person in crowd[:5]]
    load = Load(plan(port, calls, 5, seconds=seconds, pause=0.1))
    return await asyncio.to_thread(load.result)


class _Slow:
    """Sockets without anything around them, so that they cost the bench little."""

    def __init__(self, port: int, crowd: Sequence[Person]) -> None:
        self._port, self._crowd = port, crowd
        self._readers: list[socket.socket | None] = []
        self._writers: list[tuple[socket.socket, bytes] | None] = []

    async def open(self, each: int) -> None:
        """Some at a time; readers have asked for a long answer, of which their kernel takes next to nothing."""
        for number in range(each):
            person = self._crowd[number % len(self._crowd)]
            reader = await self._connected(4096)
            reader.send(request("GET", _LONG, person.token))
            self._readers.append(reader)
            body = json.dumps({"status": "slowly " * 20}).encode()
            post = request("POST", "/api/v1/statuses", person.token, body)
            head = post.index(b"\r\n\r\n") + 4
            begun = head if number % 2 else 20  # half of them dribble the head, half the body
            writer = await self._connected(0)
            writer.send(post[:begun])
            self._writers.append((writer, post[begun:]))
            if number % 20 == 0:
                await asyncio.sleep(0.02)

    async def _connected(self, buffer: int) -> socket.socket:
        line = socket.socket()
        if buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", self._port))
        return line

    async def dribble(self) -> None:
        """A byte a second on each; who has been given up stays so."""
        turn = 0
        while True:
            begin = time.perf_counter()
            for place in range(len(self._readers)):
                self._byte(place, turn)
                if place % 100 == 0:
                    await asyncio.sleep(0)
            turn += 1
            await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - begin)))

    def _byte(self, place: int, turn: int) -> None:
        if (reader := self._readers[place]) is not None:
            with suppress(BlockingIOError):
                try:
                    gone = not reader.recv(1)
                except ConnectionError:
                    gone = True
                if gone:
                    reader.close()
                    self._readers[place] = None
        if (writing := self._writers[place]) is not None:
            writer, rest = writing
            try:
                writer.send(rest[turn : turn + 1] or b"x")
            except (ConnectionError, BlockingIOError):
                writer.close()
                self._writers[place] = None

    def left(self) -> tuple[int, int]:
        """How many of them are still connected."""
        return sum(one is not None for one in self._readers), sum(one is not None for one in self._writers)

    def close(self) -> None:
        """All hang up."""
        for reader in self._readers:
            if reader is not None:
                reader.close()
        for writing in self._writers:
            if writing is not None:
                writing[0].close()
