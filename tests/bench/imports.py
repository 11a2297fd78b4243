"""Scenario "import": posts a second of a real community, counted until they stand in home."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import time
from pathlib import Path

from tests.bench.installation import PROGRAM, Installation
from tests.bench.report import Report

RATE = 2000.0


def run(work: Path, report: Report) -> None:
    """Import the shared community into a new installation, while its server runs."""
    source = Path(os.environ.get("WEETWIE_TEST_DATA", "../shared/data")) / "whoknows-dev"
    if not source.exists():
        report.note(f"skipped: there is no {source} (WEETWIE_TEST_DATA says where the shared data is)")
        return
    installation = Installation(work / "data")
    installation.start()
    try:
        _weetwie(installation, "import", "people", str(source / "people.jsonl"))
        before, begin = installation.running.cpu(), time.perf_counter()
        own = _weetwie(installation, "import", "posts", str(source / "posts.jsonl.gz"))
        posts = asyncio.run(_stand_in_home(installation))
        seconds = time.perf_counter() - begin
        with gzip.open(source / "posts.jsonl.gz") as lines:
            report.note(f"{posts} posts of {sum(1 for _ in lines)} lines in {seconds:.1f} s; {own}")
        report.add(
            "time of one imported post",
            seconds / posts * 1e3,
            "ms",
            1e3 / RATE,
            f"{posts / seconds:.0f} posts/s",
        )
        spent = (installation.running.cpu() - before) * 1e3 / posts
        report.add(
            "CPU of one imported post, server and PostgreSQL",
            spent,
            "ms CPU",
            note="the importing process not counted",
        )
    finally:
        installation.stop()


def _weetwie(installation: Installation, *words: str) -> str:
    command = [*PROGRAM, *words, "--data", str(installation.data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"weetwie {' '.join(words)} ended with {done.returncode}: {done.stdout[-500:]} {done.stderr[-1500:]}"
        )
    return (done.stdout.strip().splitlines() or [""])[-1]


async def _stand_in_home(installation: Installation) -> int:
    """Waits until no imported post is missing from its author's home index; how many posts there are."""
    db = await installation.connect()
    for _ in range(600):
        missing = await db.fetchval(
            """select count(*) from posts where origin = 1
            and not exists (select 1 from home_entries e where e.post_id = posts.id and e.person_id = posts.author_id)
            and not exists (select 1 from home_floors f where f.person_id = posts.author_id and f.floor > posts.id)"""
        )
        if not missing:
            break
        await asyncio.sleep(0.1)
    number = int(await db.fetchval("select count(*) from posts where origin = 1"))
    await db.close()
    return number
