"""Scenario "scale": home, and home with one post in twenty, with 1, 2 and 4 web processes on one machine, and whether memory
grows with the number of requests.

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
from tests.bench.measure import Load, plan
from tests.bench.report import Report
from tests.bench.trend import trend

PROCESSES = (1, 2, 4)
CONNECTIONS = 64
LEAK = 0.1
"""The bar: KB more for each request."""
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
