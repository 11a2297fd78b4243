"""Scenario "asking": a thousand questions at once from ten thousand people: until all are asked, and what it does to publishing."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path

from tests import database
from tests.bench import who_knows
from tests.bench.load import quantile
from tests.bench.report import Report
from weetwie import reactions
from weetwie.access.enums import Standing, Visibility
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site
from weetwie.database import postgres
from weetwie.database.pool import Database
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.flows import ask, ask_preview, asking

ALL_ASKED, AS_BEFORE = 10.0, 1.0
_QUESTIONS = 1_000
_POSTS = 200


def run(work: Path, report: Report, *, size: int = 100_000) -> None:
    """In one process: who publishes and who asks take turns on it, which is worse than a worker of its own."""
    asyncio.run(_measure(work, report, size))


async def _measure(work: Path, report: Report, size: int) -> None:
    async with postgres.running(work / "database", is_durable=False) as server:
        await database.create_schema(server.dsn)
        people, lexicon = await who_knows.fill(server.dsn, size)
        opened = reactions.attach(await Database.open(server.dsn, size=6))
        site = Site(base_url="https://bench.example")
        dice = random.Random(4)

        def viewer() -> Viewer:
            return Viewer(policy=Policy(), person_id=dice.choice(people), standing=Standing.member)

        def text() -> str:
            return " ".join(lexicon.draw(dice, 12))

        async def publishing() -> list[float]:
            took = []
            for _post in range(_POSTS):
                began = time.perf_counter()
                async with opened.transaction() as db:
                    await publish(db, viewer(), Draft(text=text()))
                took.append(time.perf_counter() - began)
            return took

        try:
            await _preview(opened, report, viewer, text)
            await publishing()
            alone = await publishing()
            for _question in range(_QUESTIONS):
                async with opened.transaction() as db:
                    draft = Draft(text=f"{text()}?", visibility=Visibility.public)
                    await ask.ask(Context(db, viewer(), site), draft)
            began, cpu = time.perf_counter(), time.process_time()
            working = asyncio.create_task(_all_asked(opened, site))
            beside = await publishing()
            await working
            report.add("1,000 questions: until all are asked", time.perf_counter() - began, "s", ALL_ASKED)
            report.add("the same, CPU of the process", time.process_time() - cpu, "s")
            report.add("publishing alone, p95", quantile(alone, 0.95) * 1e3, "ms")
            report.add("publishing meanwhile, p95", quantile(beside, 0.95) * 1e3, "ms")
            report.add("the one in the other", quantile(beside, 0.95) / quantile(alone, 0.95), "x", AS_BEFORE)
        finally:
            await opened.close()


async def _all_asked(opened: Database, site: Site) -> None:
    while await asking.work(opened, site):
        pass


async def _preview(
    opened: Database, report: Report, viewer: Callable[[], Viewer], text: Callable[[], str]
) -> None:
    cpu = []
    for _question in range(100):
        async with opened.reading() as db:
            began = time.process_time()
            await ask_preview.preview(db, viewer(), text())
            cpu.append((time.process_time() - began) * 1e3)
    report.add("preview while writing, CPU, p50", quantile(cpu, 0.5), "ms")
    report.add("preview while writing, CPU, p95", quantile(cpu, 0.95), "ms")
