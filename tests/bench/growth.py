"""Scenario "growth": a home page among 2,000 posts and among 1,000,000; with 30 people followed and with 3,000."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

from tests.bench import community
from tests.bench.community import Person
from tests.bench.installation import Installation
from tests.bench.measure import Load, cpu_per_request, plan
from tests.bench.report import Report

_HOME = "/api/v1/timelines/home?limit=20"
POSTS, FOLLOWED = 1.3, 1.5


def run(work: Path, report: Report, *, many: int = 1_000_000, bystanders: int = 0, rounds: int = 5) -> None:
    """Two installations side by side on one machine, asked in turns; the ratio is of the lowest of the rounds."""
    small, large = Installation(work / "small"), Installation(work / "large")
    try:
        small.start()
        large.start()
        few, _ = asyncio.run(_fill(small, 2_000, 0))
        began = time.monotonic()
        crowd, keen = asyncio.run(_fill(large, many, 3_500, bystanders))
        report.add("making all of them", (time.monotonic() - began) / 60, "minutes")
        report.note(
            f"2,000 posts of 50 people against {many:,} of 3,550, among {bystanders:,} who follow 20 each"
        )
        subjects = {
            "2,000 posts, 30 followed": (small, few),
            f"{many:,} posts, 30 followed": (large, crowd),
            f"{many:,} posts, 3,000 followed": (large, keen),
        }
        best = _in_turns(subjects, rounds)
        for name, cost in best.items():
            report.add(f"home, {name}", cost, "ms CPU")
        base, grown, wide = best.values()
        report.add(f"home: {many:,} posts against 2,000", grown / base, "times", POSTS)
        report.add("home: 3,000 followed against 30", wide / grown, "times", FOLLOWED)
        report.add("the whole of both database folders", _size(work) / 2**30, "GB")
        for name, installation in (("2,000 posts", small), (f"{many:,} posts", large)):
            for kind, size in installation.running.memory().items():
                report.add(f"memory, {name}: {kind}", size / 2**20, "MB")
    finally:
        small.stop()
        large.stop()


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _in_turns(subjects: dict[str, tuple[Installation, list[Person]]], rounds: int) -> dict[str, float]:
    best: dict[str, float] = {}
    for installation, people in subjects.values():
        Load(plan(installation.port, [(_HOME, person.token) for person in people], 4, requests=400)).result()
    for _ in range(rounds):
        for name, (installation, people) in subjects.items():
            wanted = plan(installation.port, [(_HOME, person.token) for person in people], 4, seconds=1.5)
            cost, _ = cpu_per_request(installation.running, wanted)
            best[name] = min(cost, best.get(name, cost))
    return best


async def _fill(
    installation: Installation, posts: int, others: int, bystanders: int = 0
) -> tuple[list[Person], list[Person]]:
    """People who follow 30, and (where there are others) people who follow 3,000."""
    db = await installation.connect()
    crowd = await community.people(db, 50)
    keen = await community.people(db, 10, "keen") if others else []
    mass = await community.people(db, others, "mass") if others else []
    if bystanders:
        await community.bystanders(db, bystanders)
    dice = random.Random(7)
    pairs = [
        (person.id, other.id)
        for person in crowd
        for other in dice.sample([p for p in crowd if p is not person], 30)
    ]
    pairs += [(person.id, other.id) for person in keen for other in dice.sample(mass, 3000)]
    await db.executemany("insert into follows (follower_id, followed_id) values ($1, $2)", pairs)
    await community.mass(db, [person.id for person in crowd + mass], posts)
    await community.settle(db)
    await db.close()
    return crowd, keen
