"""Scenario "api": what a request costs, first pages after a restart, a post with everything after it, delivery, memory."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import community
from tests.bench.accounting import Tree
from tests.bench.community import Api, Person
from tests.bench.fixed import fixed_work
from tests.bench.installation import Installation, free_port
from tests.bench.load import BROWSER, Connection, connect, quantile, request
from tests.bench.measure import Load, constant, cpu_per_request, idle_cpu, plan
from tests.bench.report import Report

CONNECTIONS = (1, 16, 64)
DEAR = ("search of everything", "home as a page")
"""Asked over 16 connections at most: on a busy machine the last of 64 would wait for as long as a server lets anybody."""
WARM, COLD, POST, DELIVERY, DELIVERY_LOADED, MEMORY, PER_THOUSAND = 0.5, 1.5, 5.0, 20.0, 250.0, 150.0, 5.0
AT_REST = 120.0


@dataclass
class Setting:
    """The installation under test, its people, and how long to look."""

    installation: Installation
    constant: Tree
    constant_port: int
    crowd: list[Person]
    posts: list[str]
    thread: str
    """A post with 200 replies."""
    seconds: float
    report: Report


Path_ = Callable[[Person, "Setting"], str]


def _someone_else(person: Person, setting: Setting) -> Person:
    crowd = setting.crowd
    return crowd[(crowd.index(person) + 7) % len(crowd)]


_WORDS = ("certificates", "migration", "dashboard", "planning", "fixtures", "queues")

ENDPOINTS: dict[str, tuple[Path_, float | None]] = {
    "home": (lambda p, s: "/api/v1/timelines/home?limit=20", WARM),
    "public": (lambda p, s: "/api/v1/timelines/public?limit=20", WARM),
    "tag": (lambda p, s: "/api/v1/timelines/tag/kafka?limit=20", WARM),
    "account statuses": (lambda p, s: f"/api/v1/accounts/{_someone_else(p, s).id}/statuses?limit=20", WARM),
    "one status": (lambda p, s: f"/api/v1/statuses/{s.posts[s.crowd.index(p)]}", None),
    "notifications": (lambda p, s: "/api/v1/notifications?limit=40", None),
    "search": (
        lambda p, s: f"/api/v2/search?type=statuses&limit=20&q={_WORDS[s.crowd.index(p) % len(_WORDS)]}",
        1.5,
    ),
    "search of everything": (
        lambda p, s: f"/api/v2/search?limit=20&q={_WORDS[s.crowd.index(p) % len(_WORDS)]}",
        None,
    ),
    "home as a page": (lambda p, s: "/", None),
    "thread of 200 replies": (lambda p, s: f"/api/v1/statuses/{s.thread}/context", None),
    "trending tags": (lambda p, s: "/api/v1/trends/tags", None),
    "suggestions": (lambda p, s: "/api/v2/suggestions", None),
    "verify_credentials": (lambda p, s: "/api/v1/accounts/verify_credentials", None),
}


def run(work: Path, report: Report, *, seconds: float = 4.0, wait: float = 60.0, people: int = 50) -> None:
    """The whole scenario in a folder of its own."""
    installation = Installation(work / "data")
    report.add("first start", installation.start(), "s", note="initdb and migrations")
    port = free_port()
    bare = constant(port, work / "constant.log")
    try:
        crowd, posts, thread = asyncio.run(_company(installation, people, report))
        setting = Setting(installation, bare, port, crowd, posts, thread, seconds, report)
        report.note(
            f"CPU counted by {installation.running.way}; idle {idle_cpu(installation.running):.2f} ms of CPU a second"
        )
        _endpoints(setting)
        _same_as_uncached(setting, work)
        _after_restart(setting)
        asyncio.run(_posting(setting, streams=0))
        asyncio.run(_posting(setting, streams=len(crowd)))
        asyncio.run(_delivery(setting))
        _memory(setting, wait)
    finally:
        bare.stop()
        installation.stop()


async def _company(
    installation: Installation, number: int, report: Report
) -> tuple[list[Person], list[str], str]:
    begin = time.perf_counter()
    db = await installation.connect()
    crowd = await community.people(db, number)
    posts = await community.build(Api(installation.port), crowd)
    thread = await community.thread(Api(installation.port), crowd, 200)
    await db.execute("vacuum analyze")
    report.fixed = await fixed_work(db)
    report.note(f"fixed piece of work: {report.fixed:.3f} ms CPU")
    await db.close()
    report.note(
        f"{number} people, {len(posts)} posts made through the API in {time.perf_counter() - begin:.1f} s"
    )
    return crowd, posts, thread


def calls(name: str, setting: Setting) -> list[tuple[str, str]]:
    """Path and token for each person in rotation."""
    browser = BROWSER if name.endswith(" as a page") else ""
    return [(ENDPOINTS[name][0](person, setting), browser + person.token) for person in setting.crowd]


def _endpoints(setting: Setting) -> None:
    writers = [(person.token, "meanwhile, one more post") for person in setting.crowd]
    for name, (_, bar) in ENDPOINTS.items():
        for connections in CONNECTIONS[: 2 if name in DEAR else 3]:
            rotation = calls(name, setting)
            Load(plan(setting.installation.port, rotation, connections, requests=200)).result()
            wanted = plan(
                setting.installation.port,
                rotation,
                connections,
                seconds=setting.seconds,
                keep=100,
                posts={"every": 1.0, "calls": writers},
            )
            cost, result = cpu_per_request(setting.installation.running, wanted)
            size = max(2, int(result["bytes"]))
            bare_plan = plan(
                setting.constant_port, [(f"/{size}", None)], connections, seconds=setting.seconds / 2
            )
            bare, _ = cpu_per_request(setting.constant, bare_plan)
            note = (
                f"{cost / bare:.0f} x constant ({bare:.3f}), {result['requests'] / result['seconds']:.0f}/s, "
                f"p50 {result['p50'] * 1e3:.2f} p99 {result['p99'] * 1e3:.2f} ms, {size / 1024:.1f} KB"
            )
            setting.report.add(f"{name}, {connections} conn", cost, "ms CPU", bar, note)
            _plausible(name, result, setting.report)


def _plausible(name: str, result: dict[str, Any], report: Report) -> None:
    for path, _, body in result["kept"]:
        if path == "/":
            continue
        answer = json.loads(base64.b64decode(body))
        if isinstance(answer, list) and not 1 <= len(answer) <= 40:
            report.note(f"{name}: {path} answered {len(answer)} items")


_CHANGING = {"statuses_count", "last_status_at"}


def _same_as_uncached(setting: Setting, work: Path) -> None:
    """Each answer beside that of a program that has just started and remembers nothing, on the same database."""
    fresh = Installation(work / "fresh", dsn=setting.installation.dsn)
    fresh.data.mkdir()
    shutil.copy(setting.installation.data / "secret-key", fresh.data)
    try:
        fresh.start()
        compared, other = asyncio.run(_compare(setting, fresh.port))
        setting.report.add("answers that differ from uncached", other, f"of {compared}", 0)
    except RuntimeError as failure:
        setting.report.note(f"not compared with uncached answers: {str(failure)[:300]}")
    finally:
        fresh.stop()


async def _compare(setting: Setting, fresh_port: int) -> tuple[int, int]:
    warm, cold = await connect("127.0.0.1", setting.installation.port), await connect("127.0.0.1", fresh_port)
    compared = other = 0
    for name in ENDPOINTS:
        if name.endswith(" as a page"):
            continue  # its forms bear another proof in each answer
        for path, token in calls(name, setting):
            data = request("GET", path, token)
            _, one = await warm.ask(data)
            _, two = await cold.ask(data)
            compared += 1
            ours, theirs = f":{setting.installation.port}".encode(), f":{fresh_port}".encode()
            if one.replace(ours, b"") != two.replace(theirs, b""):
                other += 1
                setting.report.note(
                    f"differs: {path}: {_first_difference(one.replace(ours, b''), two.replace(theirs, b''))}"
                ) if other < 4 else None
    return compared, other


def _first_difference(one: bytes, two: bytes) -> str:
    place = next(
        (n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )
    return f"{one[max(0, place - 40) : place + 40]!r} / {two[max(0, place - 40) : place + 40]!r}"


def _after_restart(setting: Setting) -> None:
    installation = setting.installation
    setting.report.add("stop", installation.stop(), "s", 5)
    setting.report.add("warm start", installation.start(), "s", 3)
    time.sleep(1)
    for name in ("home", "public", "tag", "account statuses"):
        rotation = calls(name, setting)
        cost, result = cpu_per_request(
            installation.running, plan(installation.port, rotation, 1, requests=len(rotation))
        )
        note = f"p50 {result['p50'] * 1e3:.1f} p99 {result['p99'] * 1e3:.1f} ms"
        setting.report.add(f"{name}, first page of each after a restart", cost, "ms CPU", COLD, note)
        installation.stop()
        installation.start()
        time.sleep(1)


async def _posting(setting: Setting, streams: int, number: int = 200) -> None:
    installation = setting.installation
    listeners = [await Listener.open(installation.port, person.token) for person in setting.crowd[:streams]]
    line = await connect("127.0.0.1", installation.port)
    for person in setting.crowd[:20]:
        await _post(line, person, "warming up")
    await asyncio.sleep(1)
    idle = await asyncio.to_thread(idle_cpu, installation.running)
    before, begin = installation.running.cpu(), time.perf_counter()
    took = []
    for turn in range(number):
        start = time.perf_counter()
        await _post(line, setting.crowd[turn % len(setting.crowd)], "a post that costs something #kafka")
        took.append(time.perf_counter() - start)
    await asyncio.sleep(1.5)
    spent = (installation.running.cpu() - before) * 1e3 - idle * (time.perf_counter() - begin)
    note = f"answer p50 {quantile(took, 0.5) * 1e3:.1f} p99 {quantile(took, 0.99) * 1e3:.1f} ms"
    if streams:
        note += f", {sum(listener.updates for listener in listeners) / number:.1f} updates a post"
    setting.report.add(
        f"one post with all after it, {streams} streams open", spent / number, "ms CPU", POST, note
    )
    for listener in listeners:
        listener.close()


async def _post(line: Connection, person: Person, text: str) -> str:
    body = json.dumps({"status": f"{text} {time.time_ns()}"}).encode()
    status, answer = await line.ask(request("POST", "/api/v1/statuses", person.token, body))
    if status != 200:
        raise RuntimeError(f"a post was answered {status}: {answer[:300]!r}")
    return str(json.loads(answer)["id"])


class Listener(asyncio.Protocol):
    """An open stream of somebody's home by server-sent events, and when each post arrived."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.updates = 0
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self.is_open = asyncio.Event()

    @classmethod
    async def open(cls, port: int, token: str) -> Listener:
        """Connected, with the head of the answer received."""
        transport, listener = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        listener._transport = transport
        transport.write(request("GET", "/api/v1/streaming/user", token))
        await asyncio.wait_for(listener.is_open.wait(), 10)
        return listener

    def data_received(self, data: bytes) -> None:
        """Whole lines only; `data:` of an update begins with the status."""
        now = time.perf_counter()
        self.is_open.set()
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if line.startswith(b"data: {") and b'"id":"' in line:
                self.updates += 1
                self.arrived.setdefault(line.split(b'"id":"', 1)[1].split(b'"', 1)[0].decode(), now)

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()


async def _delivery(setting: Setting) -> None:
    installation = setting.installation
    author = setting.crowd[3]
    follower = await _follower_of(installation.port, author, setting.crowd)
    listener = await Listener.open(installation.port, follower.token)
    home, stream, lost = await _deliver(installation.port, author, follower, listener, 100, 0.05)
    setting.report.add("delivery to home, idle, p50", quantile(home, 0.5) * 1e3, "ms", DELIVERY, _p99(home))
    setting.report.add(
        "delivery to stream, idle, p50", quantile(stream, 0.5) * 1e3, "ms", DELIVERY, _p99(stream) + lost
    )
    mix = plan(
        installation.port,
        calls("home", setting),
        16,
        seconds=12,
        share=0.05,
        writes=[(person.token, "busy times") for person in setting.crowd],
    )
    load = Load(mix)
    await asyncio.sleep(1)
    home, stream, lost = await _deliver(installation.port, author, follower, listener, 100, 0.05)
    result = await asyncio.to_thread(load.result)
    rate = f"; 16 connections, 95/5, {result['requests'] / result['seconds']:.0f} requests/s"
    setting.report.add(
        "delivery to home, 95/5 mix, p99",
        quantile(home, 0.99) * 1e3,
        "ms",
        DELIVERY_LOADED,
        _p50(home) + rate,
    )
    setting.report.add(
        "delivery to stream, 95/5 mix, p99",
        quantile(stream, 0.99) * 1e3,
        "ms",
        DELIVERY_LOADED,
        _p50(stream) + lost,
    )
    listener.close()


def _p50(times: Sequence[float]) -> str:
    return f"p50 {quantile(list(times), 0.5) * 1e3:.1f} ms"


def _p99(times: Sequence[float]) -> str:
    return f"p99 {quantile(list(times), 0.99) * 1e3:.1f} ms"


async def _follower_of(port: int, author: Person, crowd: Sequence[Person]) -> Person:
    line = await connect("127.0.0.1", port)
    _, answer = await line.ask(
        request("GET", f"/api/v1/accounts/{author.id}/followers?limit=80", author.token)
    )
    line.close()
    ids = {row["id"] for row in json.loads(answer)}
    return next(person for person in crowd if str(person.id) in ids)


async def _deliver(
    port: int, author: Person, follower: Person, listener: Listener, number: int, pause: float
) -> tuple[list[float], list[float], str]:
    """Seconds from sending a post until the follower's home holds it, and until their stream does; what never came."""
    line, reader = await connect("127.0.0.1", port), await connect("127.0.0.1", port)
    look = request("GET", "/api/v1/timelines/home?limit=40", follower.token)
    sent: dict[str, float] = {}
    home = []
    for _ in range(number):
        begin = time.perf_counter()
        post = await _post(line, author, "on its way")
        sent[post] = begin
        while True:
            _, answer = await reader.ask(look)
            if f'"id":"{post}"'.encode() in answer:
                break
            if time.perf_counter() - begin > 20:
                raise RuntimeError(f"post {post} did not reach the home of {follower.handle} within 20 s")
        home.append(time.perf_counter() - begin)
        await asyncio.sleep(pause)
    await asyncio.sleep(1)
    stream = [listener.arrived[post] - begin for post, begin in sent.items() if post in listener.arrived]
    lost = len(sent) - len(stream)
    return home, stream, f"; {lost} of {len(sent)} NEVER CAME" if lost else ""


def _memory(setting: Setting, wait: float) -> None:
    time.sleep(wait)
    tree = setting.installation.running
    setting.report.add(
        f"memory {wait:.0f} s after", tree.pss() / 1e6, "MB PSS", MEMORY, f"{len(tree.pids())} processes"
    )
    for name, _, pss in sorted(tree.parts(), key=lambda part: -part[2])[:6]:
        setting.report.note(f"{pss / 1e6:6.1f} MB  {name}")
    before = tree.pss()
    asyncio.run(_thousand_more(setting))
    time.sleep(wait)
    setting.report.add(
        "memory per further 1,000 people",
        (tree.pss() - before) / 1e6,
        "MB PSS",
        PER_THOUSAND,
        "each read home once",
    )
    setting.installation.stop()
    setting.installation.start()
    time.sleep(wait)  # connections that nobody uses are closed, and the last one begins anew, within a minute
    setting.report.add(
        "memory at rest after a start", setting.installation.running.pss() / 1e6, "MB PSS", AT_REST
    )


async def _thousand_more(setting: Setting) -> None:
    db = await setting.installation.connect()
    more = await community.people(db, 1000, "later")
    await db.executemany(
        "insert into follows (follower_id, followed_id) values ($1, $2) on conflict do nothing",
        [(person.id, other.id) for person in more for other in setting.crowd[:30]],
    )
    await db.close()
    home = [("/api/v1/timelines/home?limit=20", person.token) for person in more]
    await asyncio.to_thread(
        lambda: Load(plan(setting.installation.port, home, 4, requests=len(home))).result()
    )
