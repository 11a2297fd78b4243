"""Scenario "push": what it costs to tell phones by Web Push, encrypted for each, and how soon they hear; the push service is on loopback."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.bench import community
from tests.bench.community import Person
from tests.bench.installation import Installation
from tests.bench.load import Connection, connect, quantile, request
from tests.bench.report import Report

_PEOPLE, _NAMED, _POSTS = 100, 20, 15
_SOON = 1.0
"""The bar: seconds from posting to the last of those named."""


class Service(asyncio.Protocol):
    """Takes whatever is pushed, and notes when it came."""

    arrived: list[float]

    def __init__(self, arrived: list[float]) -> None:
        self.arrived, self._rest = arrived, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Each connection carries one push after the other."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Whole requests only."""
        self._rest += data
        while (mark := self._rest.find(b"\r\n\r\n")) > 0:
            head = self._rest[:mark].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            if len(self._rest) < mark + 4 + length:
                return
            self._rest = self._rest[mark + 4 + length :]
            self.arrived.append(time.perf_counter())
            self._transport.write(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")


def run(work: Path, report: Report) -> None:
    """One installation, a hundred people with a phone each."""
    os.environ["WEETWIE_PUSHES_INSIDE"] = "on"
    installation = Installation(work / "data")
    try:
        installation.start()
        asyncio.run(_measure(installation, report))
    finally:
        installation.stop()
        del os.environ["WEETWIE_PUSHES_INSIDE"]


async def _measure(installation: Installation, report: Report) -> None:
    arrived: list[float] = []
    server = await asyncio.get_running_loop().create_server(lambda: Service(arrived), "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    db = await installation.connect()
    crowd = await community.people(db, _PEOPLE)
    await db.close()
    line = await connect("127.0.0.1", installation.port)
    for person in crowd:
        await _subscribe(line, person, address)
    await _told(line, crowd, arrived, "warming up", 0)
    before = installation.running.cpu()
    lasts = [await _told(line, crowd, arrived, f"number {turn}", turn) for turn in range(1, _POSTS + 1)]
    spent = (installation.running.cpu() - before) * 1e3
    note = f"{_POSTS} posts that name {_NAMED} each; with the post and the notification"
    report.add("one push", spent / _POSTS / _NAMED, "ms CPU", None, note)
    report.add("from posting to the last of twenty phones, p50", quantile(lasts, 0.5), "s", _SOON)
    report.add("from posting to the last of twenty phones, slowest", max(lasts), "s", _SOON)
    server.close()


async def _subscribe(line: Connection, person: Person, address: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    body = {
        "subscription": {
            "endpoint": f"{address}/{person.handle}",
            "keys": {"p256dh": _plain(point), "auth": _plain(os.urandom(16))},
            "standard": True,
        },
        "data": {"alerts": {"mention": True}, "policy": "all"},
    }
    data = request("POST", "/api/v1/push/subscription", person.token, json.dumps(body).encode())
    status, answer = await line.ask(data)
    if status != 200:
        raise RuntimeError(f"a subscription was answered {status}: {answer[:300]!r}")


async def _told(line: Connection, crowd: list[Person], arrived: list[float], text: str, turn: int) -> float:
    """Seconds until everybody who is named has been told."""
    author = crowd[turn % len(crowd)]
    named = [crowd[(turn * 3 + step + 1) % len(crowd)] for step in range(_NAMED)]
    named = [person for person in named if person is not author]
    arrived.clear()
    words = " ".join(f"@{person.handle}" for person in named)
    begin = time.perf_counter()
    body = json.dumps({"status": f"{words} {text}"}).encode()
    status, answer = await line.ask(request("POST", "/api/v1/statuses", author.token, body))
    if status != 200:
        raise RuntimeError(f"a post was answered {status}: {answer[:300]!r}")
    while len(arrived) < len(named):
        if time.perf_counter() - begin > 30:
            raise RuntimeError(f"of {len(named)} phones only {len(arrived)} were told")
        await asyncio.sleep(0.002)
    return max(arrived) - begin


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
