"""Scenario "streaming": many open WebSockets to a real server: what they weigh, how soon a post is everywhere, and what a reader who
does not read does to the others."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
import socket
import struct
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from tests.bench import community
from tests.bench.community import Person
from tests.bench.installation import Installation
from tests.bench.load import Connection, connect, quantile, request
from tests.bench.measure import idle_cpu
from tests.bench.report import Report

STREAMS = 2000
_WEIGHT, _EVERYWHERE, _IDLE = 30.0, 1.0, 10.0
"""The bars: KB a stream, seconds to all, CPU ms a second."""
_POSTS = 10
_LONG = "slowly " * 70
_MOST_UNREAD = 1500
_ASK = "GET /api/v1/streaming?stream=user HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: {key}\r\nauthorization: Bearer {token}\r\n\r\n"


class Ear(asyncio.Protocol):
    """One open socket; notes when each post came."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.is_open = asyncio.Event()
        self.is_lost = asyncio.Event()
        self._rest = b""
        self.transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int, token: str, *, is_deaf: bool = False) -> Ear:
        """Connected, and subscribed to the home of whose token it is; a deaf one reads nothing more."""
        line = socket.socket()
        if is_deaf:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(line, ("127.0.0.1", port))
        transport, ear = await loop.create_connection(cls, sock=line)
        ear.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(_ASK.format(key=key, token=token).encode())
        await asyncio.wait_for(ear.is_open.wait(), 30)
        if is_deaf:
            transport.pause_reading()
        return ear

    def data_received(self, data: bytes) -> None:
        """Whole frames; a ping is answered."""
        now, data = time.perf_counter(), self._rest + data
        if not self.is_open.is_set():
            head, mark, data = data.partition(b"\r\n\r\n")
            if not mark:
                self._rest = head
                return
            if b" 101 " not in head[:20]:
                raise ConnectionError(head.decode())
            self.is_open.set()
        while (whole := _length(data)) and len(data) >= whole:
            self._frame(data[:whole], now)
            data = data[whole:]
        self._rest = data

    def _frame(self, frame: bytes, now: float) -> None:
        if frame[0] & 15 == 9 and self.transport:
            payload = frame[2:]
            self.transport.write(bytes([0x8A, 0x80 | len(payload)]) + bytes(4) + payload)
        elif b'"event":"update"' in frame[:80]:
            self.arrived.setdefault(frame.split(b'\\"id\\":\\"', 1)[1].split(b"\\", 1)[0].decode(), now)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has given it up."""
        self.is_lost.set()


def _length(data: bytes) -> int:
    """Of the first frame, 0 where that is not to be known yet."""
    if len(data) < 4:
        return 2 + data[1] if len(data) >= 2 and data[1] < 126 else 0
    short = data[1] & 127
    if short < 126:
        return 2 + short
    if short == 126:
        return 4 + int(struct.unpack(">H", data[2:4])[0])
    return 10 + int(struct.unpack(">Q", data[2:10])[0]) if len(data) >= 10 else 0


def run(work: Path, report: Report, streams: int = STREAMS) -> None:
    """The whole scenario."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = streams + 1000 if most == resource.RLIM_INFINITY else min(most, streams + 1000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    installation = Installation(work / "data")
    installation.start()
    try:
        asyncio.run(_measure(installation, report, streams))
    finally:
        installation.stop()


async def _measure(installation: Installation, report: Report, streams: int) -> None:
    db = await installation.connect()
    author, speaker, *crowd = await community.people(db, streams + 3, "ear")
    crowd, deaf = crowd[:-1], crowd[-1]
    await _follow(db, author, crowd)
    await _follow(db, speaker, [deaf, crowd[0]])
    await db.execute("vacuum analyze")
    line = await connect("127.0.0.1", installation.port)
    for number in range(20):  # so that the program has met all that it does for a post
        await _post(line, author, f"warming up {number}")
    await asyncio.sleep(2)
    alone = await _statements(db, line, author)
    before = installation.running.pss()
    begin = time.perf_counter()
    ears = await _open(installation.port, crowd)
    report.add(f"{streams} streams opened, one after another by 50", time.perf_counter() - begin, "s")
    await asyncio.sleep(5)
    weight = (installation.running.pss() - before) / 1024 / streams
    report.add("memory for each open stream, before any post", weight, "KB", _WEIGHT)
    report.add(
        f"idle CPU with {streams} streams, pings included",
        await asyncio.to_thread(idle_cpu, installation.running, 60.0),
        "ms/s",
        _IDLE,
    )
    await _everywhere(installation, report, line, author, ears)
    await asyncio.sleep(2)
    weight = (installation.running.pss() - before) / 1024 / streams
    report.add(f"memory for each open stream, after {_POSTS} posts to all", weight, "KB", _WEIGHT)
    together = await _statements(db, line, author)
    report.add(
        f"statements more for a post when {streams} listen",
        together - alone,
        "",
        note=f"{together} transactions of the database for a post and all after it, {alone} when nobody listens",
    )
    await _deafness(installation, report, line, speaker, deaf, ears[0])
    await db.close()


async def _follow(db: asyncpg.Connection, followed: Person, followers: Sequence[Person]) -> None:
    ids = [person.id for person in followers]
    await db.execute(
        "insert into follows (follower_id, followed_id) select unnest($1::bigint[]), $2", ids, followed.id
    )
    await db.execute("update people set followers_count = $2 where id = $1", followed.id, len(ids))
    await db.execute("update people set following_count = following_count + 1 where id = any($1)", ids)


async def _open(port: int, crowd: Sequence[Person]) -> list[Ear]:
    ears: list[Ear] = []
    for begin in range(0, len(crowd), 50):
        some = crowd[begin : begin + 50]
        ears += await asyncio.gather(*(Ear.open(port, person.token) for person in some))
    await asyncio.sleep(1)
    return ears


async def _post(line: Connection, author: Person, text: str) -> str:
    body = json.dumps({"status": text}).encode()
    status, answer = await line.ask(request("POST", "/api/v1/statuses", author.token, body))
    if status != 200:
        raise RuntimeError(f"{status} {answer[:300]!r}")
    return str(json.loads(answer)["id"])


async def _statements(db: asyncpg.Connection, line: Connection, author: Person) -> int:
    """Transactions of one post and what follows it within seconds (the program reads without transactions, so each statement
    is one), less those of as many idle seconds."""

    async def count(seconds: float, post: bool) -> int:
        before = await _transactions(db)
        if post:
            await _post(line, author, "counted")
        await asyncio.sleep(seconds)
        return await _transactions(db) - before

    idle = sorted([await count(6, False) for _time in range(3)])[1]
    return sorted([await count(6, True) for _time in range(3)])[1] - idle


async def _transactions(db: asyncpg.Connection) -> int:
    await db.execute("select pg_stat_clear_snapshot()")
    found = await db.fetchval("select xact_commit from pg_stat_database where datname = current_database()")
    return int(found)


async def _everywhere(
    installation: Installation, report: Report, line: Connection, author: Person, ears: Sequence[Ear]
) -> None:
    first, last, missing = [], [], 0
    spent = installation.running.cpu()
    for number in range(_POSTS):
        begin = time.perf_counter()
        id = await _post(line, author, f"Good morning to all {number}")
        for _wait in range(500):
            if all(id in ear.arrived for ear in ears):
                break
            await asyncio.sleep(0.02)
        there = [ear.arrived[id] - begin for ear in ears if id in ear.arrived]
        missing += len(ears) - len(there)
        first.append(min(there, default=float("nan")))
        last.append(max(there, default=float("nan")))
        await asyncio.sleep(0.5)
    spent = (installation.running.cpu() - spent) / _POSTS
    lost = f"; {missing} NEVER CAME" if missing else ""
    report.add(
        f"a post to {len(ears)} streaming followers is everywhere, p50",
        quantile(last, 0.5),
        "s",
        _EVERYWHERE,
        f"the first has it after {quantile(first, 0.5):.3f} s{lost}",
    )
    report.add("the same, the slowest of ten", max(last), "s", _EVERYWHERE)
    report.add("CPU for such a post with all after it", spent * 1e3, "ms")


async def _deafness(
    installation: Installation,
    report: Report,
    line: Connection,
    speaker: Person,
    deaf: Person,
    quick: Ear,
) -> None:
    """Somebody stops reading. What waits for them is bounded, they are dropped, and the other listener misses nothing."""
    before = installation.running.pss()
    ear = await Ear.open(installation.port, deaf.token, is_deaf=True)
    sent: dict[str, float] = {}
    while not _is_dropped(installation.port, ear) and len(sent) < _MOST_UNREAD:
        begin = time.perf_counter()
        sent[await _post(line, speaker, f"{_LONG}{len(sent)}")] = begin
    for _wait in range(100):
        if all(id in quick.arrived for id in sent):
            break
        await asyncio.sleep(0.05)
    took = [quick.arrived[id] - begin for id, begin in sent.items() if id in quick.arrived]
    report.add(
        "posts unread when a reader who does not read is dropped",
        len(sent) if _is_dropped(installation.port, ear) else float("nan"),
        "",
        note=f"{(installation.running.pss() - before) / 1e6:.1f} MB more than before",
    )
    report.add(
        "meanwhile to another's stream, p99",
        quantile(took, 0.99) * 1e3,
        "ms",
        note=f"{len(sent) - len(took)} of {len(sent)} missed",
    )
    if ear.transport:
        ear.transport.abort()


def _is_dropped(port: int, ear: Ear) -> bool:
    """The kernel knows: the server's end of the line is no longer established."""
    assert ear.transport
    own = ear.transport.get_extra_info("sockname")[1]
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = row.split()
        if fields[1].endswith(f":{port:04X}") and fields[2].endswith(f":{own:04X}"):
            return fields[3] != "01"
    return True
