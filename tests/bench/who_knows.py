"""Scenario "who-knows": what it costs to ask among 10,000, 100,000 and 1,000,000 posts, to learn a post, and to start again."""

from __future__ import annotations

import asyncio
import itertools
import random
import resource
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import asyncpg

from tests import database
from tests.bench.bulk import HOURS, in_bulk
from tests.bench.load import quantile
from tests.bench.report import Report
from weetwie.access.enums import Standing
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database import postgres
from weetwie.database.pool import Database, prepare_connection
from weetwie.domain.knowledge import evidence, packing, seal, words
from weetwie.domain.knowledge.experts import who_knows

RANKING, LEARNING, STARTING = 25.0, 2.0, 3000.0
SIZES = (10_000, 100_000, 1_000_000)
_PEOPLE = 10_000
_VOCABULARY = 60_000
_BATCH = 16_384
_FRESH, _TEXTS = 1_000_000, 100_000
"""Up to so many posts each is written anew, read and sealed as the program does it. More are made of so many texts, each read once,
and written as segments at once; no two of them count as the same."""
_YEARS = 8
_YEAR = 31_536_000_000


def run(work: Path, report: Report, *, sizes: tuple[int, ...] = SIZES) -> None:
    for size in sizes:
        asyncio.run(_measure(work / str(size), report, size))


async def _measure(work: Path, report: Report, size: int) -> None:
    async with postgres.running(work / "database", is_durable=False) as server:
        await database.create_schema(server.dsn)
        began = time.perf_counter()
        people, lexicon = await fill(server.dsn, size)
        report.add(f"{size:,} posts: words read and packed", time.perf_counter() - began, "s")
        opened = await Database.open(server.dsn, size=2)
        try:
            before = _memory()
            started = time.perf_counter()
            await _ask(opened, people, "first question", Standing.member)
            report.add(
                f"{size:,} posts: start to first answer",
                (time.perf_counter() - started) * 1e3,
                "ms",
                STARTING,
            )
            dice = random.Random(2)
            for kind, many in (("short", 3), ("whole", 40)):
                for standing in (Standing.member, Standing.alumnus):
                    took, spent = list[float](), list[float]()
                    for _ in range(120):
                        question = " ".join(lexicon.draw(dice, dice.randint(1, many) if many == 3 else many))
                        started, begun = time.perf_counter(), time.process_time()
                        await _ask(opened, people, question, standing)
                        took.append((time.perf_counter() - started) * 1e3)
                        spent.append((time.process_time() - begun) * 1e3)
                    name = f"{size:,} posts: {kind} question of a {standing.name}"
                    report.add(f"{name}, p50", quantile(took, 0.5), "ms")
                    note = f"of that CPU of Python {quantile(spent, 0.95):.1f}"
                    report.add(f"{name}, p95", quantile(took, 0.95), "ms", RANKING, note)
            report.add(f"{size:,} posts: memory of all this", (_memory() - before) / 1024, "MB", 100.0)
            await _learn(opened, report, size)
        finally:
            await opened.close()


async def _ask(opened: Database, people: list[int], question: str, standing: Standing) -> None:
    viewer = Viewer(policy=Policy(), person_id=people[0], standing=standing)
    async with opened.reading() as db:
        await who_knows(db, viewer, question)


async def _learn(opened: Database, report: Report, size: int) -> None:
    async with opened.reading() as db:
        ids = [row[0] for row in await db.connection.fetch("select post_id from post_texts limit 200")]
        began = time.process_time()
        for id in ids:
            await evidence.bring_in(db, [id])
        cost = (time.process_time() - began) / len(ids) * 1e3
    report.add(f"{size:,} posts: one more post learned", cost, "ms CPU", LEARNING)


def _memory() -> int:
    """What this process holds now, in KB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


class Lexicon:
    """Words by how often people write them."""

    def __init__(self) -> None:
        dice = random.Random(1)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.words = ["".join(dice.choices(letters, k=dice.randint(4, 10))) for _ in range(_VOCABULARY)]
        self._weights = list(itertools.accumulate(1 / (rank + 20) for rank in range(_VOCABULARY)))

    def draw(self, dice: random.Random, many: int) -> list[str]:
        return dice.choices(self.words, cum_weights=self._weights, k=many)


async def fill(dsn: str, size: int) -> tuple[list[int], Lexicon]:
    connection = await asyncpg.connect(dsn)
    await prepare_connection(connection)
    opened = await Database.open(dsn, size=1)
    try:
        rows = await connection.fetch(
            "insert into people (handle, standing, profile_ring)"
            " select 'p' || n, 0, 1 from generate_series(1, $1) n returning id",
            min(_PEOPLE, size // 10),
        )
        people, lexicon = [row["id"] for row in rows], Lexicon()
        posts = _posts(people, lexicon, size)
        if size > _FRESH:
            await _write_sealed(opened, connection, posts)
        while batch := list(itertools.islice(posts, _BATCH)):
            await _write_posts(connection, batch)
            await _write_evidence(connection, batch)
            async with opened.transaction() as db:
                await seal.seal(db)
        await connection.execute("analyze", timeout=HOURS)
        return people, lexicon
    finally:
        await opened.close()
        await connection.close()


def _posts(people: list[int], lexicon: Lexicon, size: int) -> Iterator[dict[str, Any]]:
    """In the order of time: seven of ten for colleagues, a quarter for the network; four of ten are replies."""
    dice = random.Random(3)
    start = int(time.time() * 1000) - _YEARS * _YEAR
    roots: list[tuple[int, int]] = []
    writes = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(people))))
    texts = [_text(lexicon, dice) for _one in range(_TEXTS)] if size > _FRESH else []
    for number in range(size):
        id = (start + number * _YEARS * _YEAR // size) << 16 | (number & 0xFFFF)
        ring = dice.choices((0, 1, 2), (70, 25, 5))[0]
        root = id
        if roots and dice.random() < 0.4:
            root, ring = dice.choice(roots[-200:])
        else:
            roots.append((id, ring))
            del roots[:-400]
        author = dice.choices(people, cum_weights=writes)[0]
        text = dice.choice(texts) if texts else _text(lexicon, dice)
        endorsers = dice.sample(people, 1) if dice.random() < 0.4 else []
        visibility = 2 if dice.random() < 0.02 else 0
        yield {
            "id": id, "author": author, "root": root, "ring": ring, "text": text, "endorsers": endorsers,
            "visibility": visibility,
        }  # fmt: skip


def _text(lexicon: Lexicon, dice: random.Random) -> str:
    return " ".join(lexicon.draw(dice, dice.randint(6, 22)))


async def _write_sealed(
    opened: Database, connection: asyncpg.Connection, posts: Iterator[dict[str, Any]]
) -> None:
    """Segments as they are sealed, without what goes before that."""
    number = itertools.count()
    read = lru_cache(maxsize=_TEXTS)(_read)
    async with in_bulk(connection, "posts", "post_texts"):
        while batch := list(itertools.islice(posts, seal.SEGMENT)):
            await _write_posts(connection, batch)
            rows: list[Any] = []
            for one in batch:
                length, terms = read(one["text"])
                if one["visibility"] == 0:
                    rows.append(
                        {
                            "post_id": one["id"], "author_id": one["author"], "root_id": one["root"], "ring": one["ring"],
                            "is_question": False, "is_accepted": False, "is_gone": False, "is_passage": False,
                            "length": length, "likeness": next(number), "terms": terms, "endorsers": one["endorsers"],
                        }
                    )  # fmt: skip
            async with opened.transaction() as db:
                await seal.add(db, rows)


def _read(text: str) -> tuple[int, bytes]:
    reading = words.read(text, "en")
    return reading.length, packing.terms(reading.terms)


async def _write_posts(connection: Any, batch: list[dict[str, Any]]) -> None:
    await connection.copy_records_to_table(
        "posts",
        columns=["id", "author_id", "root_id", "ring", "visibility"],
        records=[(one["id"], one["author"], one["root"], one["ring"], one["visibility"]) for one in batch],
    )
    await connection.copy_records_to_table(
        "post_texts",
        columns=["post_id", "text", "language"],
        records=[(one["id"], one["text"], "en") for one in batch],
    )


async def _write_evidence(connection: Any, batch: list[dict[str, Any]]) -> None:
    shown = [(one, words.read(one["text"], "en")) for one in batch if one["visibility"] == 0]
    await connection.copy_records_to_table(
        "evidence",
        columns=["post_id", "author_id", "root_id", "ring", "length", "likeness", "terms", "endorsers"],
        records=[
            (one["id"], one["author"], one["root"], one["ring"], reading.length, reading.likeness,
             packing.terms(reading.terms), one["endorsers"])
            for one, reading in shown
        ],
    )  # fmt: skip
