"""Scenario "scale": home, and home with one post in twenty, with 1, 2 and 4 web processes on one machine; then a flood of strangers
while people read; then whether memory grows with the number of requests.

Requests a second depend on what else the machine does, and the load generator takes a core of its own: compare within one run.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from tests.bench import community
from tests.bench.community import Person
from tests.bench.installation import Installation
from tests.bench.load import connect, quantile, request
from tests.bench.measure import Load, plan
from tests.bench.report import Report
from tests.bench.trend import trend

PROCESSES = (1, 2, 4)
CONNECTIONS = 64
STRANGERS = 2000
REFUSED_WITHIN = 1.0
LEAK = 0.1
"""The bars: seconds until strangers beyond what is carried are refused; KB more for each request."""
_HOME = "/api/v1/timelines/home?limit=20"
_PUBLIC = "/api/v1/timelines/public?limit=40"


def run(work: Path, report: Report, *, seconds: float = 8.0, leak_minutes: float = 2.0) -> None:
    """Starts one installation after another on the same data."""
    installation, crowd = Installation(work / "data"), list[Person]()
    for processes in PROCESSES:
        installation.start("--workers", str(processes))
        try:
            if not crowd:
                crowd = asyncio.run(company(installation))
            _measure(installation, report, crowd, processes, seconds)
            if processes == 1:
                asyncio.run(_flood(installation, report, crowd))
                _leak(installation, report, crowd, leak_minutes)
        finally:
            installation.stop()


async def company(installation: Installation) -> list[Person]:
    """Fifty people who all follow one another, and 2,000 posts."""
    db = await installation.connect()
    crowd = await community.people(db, 50)
    pairs = [(one.id, other.id) for one in crowd for other in crowd if one is not other]
    await db.executemany("insert into follows (follower_id, followed_id) values ($1, $2)", pairs)
    await community.mass(db, [person.id for person in crowd], 2000)
    await community.settle(db)
    await db.close()
    return crowd


def _measure(
    installation: Installation, report: Report, crowd: list[Person], processes: int, seconds: float
) -> None:
    calls = [(_HOME, person.token) for person in crowd]
    mixed = {"writes": [(person.token, "a post") for person in crowd], "share": 0.05}
    Load(plan(installation.port, calls, CONNECTIONS, requests=1000)).result()
    for name, more in (("home", dict[str, Any]()), ("95/5", mixed)):
        spent, found = (
            installation.running.cpu(),
            plan(installation.port, calls, CONNECTIONS, seconds=seconds, **more),
        )
        result = Load(found).result()
        cpu = (installation.running.cpu() - spent) * 1e3 / result["requests"]
        report.add(
            f"{name}, {processes} web processes",
            result["requests"] / result["seconds"],
            "a second",
            note=f"{cpu:.2f} ms CPU each, p99 {result['p99'] * 1e3:.0f} ms",
        )
    report.add(f"memory with {processes} web processes", installation.running.pss() / 1e6, "MB")


async def _flood(installation: Installation, report: Report, crowd: list[Person]) -> None:
    """As many strangers as there are connections for, each asking again as soon as they are answered."""
    port, statuses, waited, read = installation.port, dict[int, int](), list[float](), list[float]()
    lines = [await connect("127.0.0.1", port) for _stranger in range(STRANGERS)]
    people = [(await connect("127.0.0.1", port), person) for person in crowd[:5]]
    until = time.perf_counter() + 10

    async def ask_on(line: Any, data: bytes, took: list[float]) -> None:
        while time.perf_counter() < until:
            begin = time.perf_counter()
            status, _body = await line.ask(data)
            if status == 503 or took is read:
                took.append(time.perf_counter() - begin)
            key = status if took is waited else -status
            statuses[key] = statuses.get(key, 0) + 1
            if took is read:
                await asyncio.sleep(0.1)

    public = request("GET", _PUBLIC, None)
    await asyncio.gather(
        *(ask_on(line, public, waited) for line in lines),
        *(ask_on(line, request("GET", _HOME, person.token), read) for line, person in people),
    )
    report.add(
        f"a refusal while {STRANGERS} strangers ask, p99",
        quantile(waited, 0.99),
        "s",
        REFUSED_WITHIN,
        f"{statuses.get(200, 0)} answered, {statuses.get(503, 0)} refused",
    )
    report.add(
        "meanwhile home for those who are logged in, p99",
        quantile(read, 0.99),
        "s",
        note=f"{statuses.get(-200, 0)} answered, {statuses.get(-503, 0)} refused",
    )
    for line in (*lines, *(line for line, _person in people)):
        line.close()


def _leak(installation: Installation, report: Report, crowd: list[Person], minutes: float) -> None:
    """The slope of memory over requests, after what is filled once has been filled."""
    calls = [(_HOME, person.token) for person in crowd] + [(_PUBLIC, None)]
    points: list[tuple[float, float]] = []
    count, until = 0, time.perf_counter() + minutes * 60
    while time.perf_counter() < until or len(points) < 4:
        count += int(Load(plan(installation.port, calls, 8, seconds=minutes * 60 / 20)).result()["requests"])
        points.append((count, installation.running.pss() / 1024))
    report.add(
        f"memory for each request more, over {minutes:g} minutes",
        trend(points[len(points) // 4 :]).slope,
        "KB",
        LEAK,
        f"{count} requests, from {points[0][1] / 1024:.0f} to {points[-1][1] / 1024:.0f} MB",
    )
