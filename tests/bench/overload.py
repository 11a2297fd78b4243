"""Scenario "overload": strangers who ask again as soon as they are answered, more than can be answered, while people who are logged in read.

Strangers and people each have a load generator of their own: what one of them waits for itself is no part of what the other measures.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.bench.community import Person
from tests.bench.installation import Installation
from tests.bench.measure import Load, plan
from tests.bench.report import Report
from tests.bench.scale import company

STRANGERS = 2000
PEOPLE = 5
SECONDS = 10.0
REFUSED_WITHIN = 1.0
"""The bar: seconds until who is beyond what can be carried is refused."""
_HOME = "/api/v1/timelines/home?limit=20"
_PUBLIC = "/api/v1/timelines/public?limit=40"


def run(work: Path, report: Report, *, strangers: int = STRANGERS, seconds: float = SECONDS) -> None:
    """One installation: people alone, and beside strangers."""
    installation = Installation(work / "data")
    installation.start()
    try:
        crowd = asyncio.run(company(installation))
        Load(_reading(installation, crowd, 2.0)).result()
        alone = Load(_reading(installation, crowd, seconds)).result()
        _say(report, "home for those who are logged in, alone", alone)
        _flood(installation, report, crowd, strangers, seconds)
    finally:
        installation.stop()


def _flood(
    installation: Installation, report: Report, crowd: list[Person], strangers: int, seconds: float
) -> None:
    spent = installation.running.cpu()
    flood = Load(plan(installation.port, [(_PUBLIC, None)], strangers, seconds=seconds))
    read = Load(_reading(installation, crowd, seconds)).result(also=("503",))
    found = flood.result(also=("503",))
    spent = installation.running.cpu() - spent
    counts = found["statuses"]
    note = f"{counts.get('200', 0)} answered, {counts.get('503', 0)} refused, {spent:.1f} s CPU"
    name = f"while {strangers} strangers ask"
    report.add(f"a refusal {name}, p99", found["p99_with"].get("503", 0.0), "s", REFUSED_WITHIN, note)
    report.add(f"an answer to a stranger {name}, p99", found["p99_with"].get("200", 0.0), "s")
    _say(report, f"home for those who are logged in {name}", read)


def _reading(installation: Installation, crowd: list[Person], seconds: float) -> dict[str, Any]:
    """Ten times a second at most, each of them."""
    calls = [(_HOME, person.token) for person in crowd[:PEOPLE]]
    return plan(installation.port, calls, PEOPLE, seconds=seconds, pause=0.1)


def _say(report: Report, name: str, read: dict[str, Any]) -> None:
    counts = read["statuses"]
    note = f"{counts.get('200', 0)} pages, {counts.get('503', 0)} refused, p50 {read['p50'] * 1e3:.0f} ms"
    report.add(f"{name}, p99", read["p99"], "s", None, note)
