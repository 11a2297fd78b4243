"""Scenario "search": what it costs to find posts among 2,000, 100,000 and 1,000,000; people among 3,000; how soon a post is found."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import statistics
import time
from pathlib import Path
from urllib.parse import quote

import asyncpg

from tests.bench import community
from tests.bench.community import Person
from tests.bench.installation import Installation
from tests.bench.load import connect, quantile, request
from tests.bench.measure import cpu_per_request, plan
from tests.bench.report import Report
from weetwie.database.pool import Db
from weetwie.domain.search import index

FEW, MANY, FOUND = 1.5, 5.0, 100.0
_TEXTS = 5_000
_VOCABULARY = 20_000
_DAY = 86_400_000


def run(work: Path, report: Report, *, many: int = 1_000_000) -> None:
    """One installation after the other; CPU is that of the whole process tree, divided by the requests."""
    for posts, bar in ((2_000, FEW), (100_000, MANY), (many, MANY)):
        if posts:
            _measure(Installation(work / str(posts)), report, posts, bar)


def _measure(installation: Installation, report: Report, posts: int, bar: float) -> None:
    try:
        installation.start()
        crowd, words = asyncio.run(_fill(installation, posts))
        installation.stop()
        installation.start()
        _queries(installation, report, crowd, words, posts, bar)
        delays = asyncio.run(_until_found(installation, crowd))
        report.add(f"{posts:,} posts: from posting to found, p95", quantile(delays, 0.95) * 1e3, "ms", FOUND)
    finally:
        installation.stop()


def questions(words: list[str], crowd: list[Person]) -> dict[str, list[str]]:
    """By kind, what is asked: `words` are in the order of how often they are written."""
    often, now_and_then, seldom = words[0:6], words[60:72], words[3000:3012]
    pairs = list(zip(now_and_then, words[30:42], strict=True))
    return {
        "a frequent word": often,
        "an ordinary word": now_and_then,
        "a rare word": seldom,
        "two words": [f"{one} {other}" for one, other in pairs],
        "a frequent word and a rare one": [f"{one} {other}" for one, other in zip(often, seldom, strict=False)],
        "a phrase": [f'"{one} {other}"' for one, other in pairs[:6]],
        "a beginning": [f"{word[:4]}*" for word in now_and_then[:6]],
        "a word without another": [f"{one} -{other}" for one, other in pairs[:6]],
        "a word, from:": [f"{word} from:{crowd[at].handle}" for at, word in enumerate(now_and_then)],
        "a word, during:": [f"{word} during:{_a_month_ago()}" for word in now_and_then[:6]],
        "a word, by time": [f"{word} order:time" for word in now_and_then[:6]],
        "from: alone": [f"from:{person.handle}" for person in crowd[:6]],
    }  # fmt: skip


def _a_month_ago() -> str:
    return time.strftime("%Y-%m", time.gmtime(time.time() - 40 * 86_400))


def _queries(
    installation: Installation, report: Report, crowd: list[Person], words: list[str], posts: int, bar: float
) -> None:
    costs: list[float] = []
    for kind, asked in questions(words, crowd).items():
        of_kind = [_cost(installation, crowd, one) for one in asked]
        report.add(
            f"{posts:,} posts: {kind}", statistics.median(of_kind), "ms CPU", note=f"up to {max(of_kind):.2f}"
        )
        costs += of_kind
    report.add(f"{posts:,} posts: all of these, p50", quantile(costs, 0.5), "ms CPU")
    report.add(f"{posts:,} posts: all of these, p95", quantile(costs, 0.95), "ms CPU", bar)
    names = {
        "a name": f"{words[310]} {words[700]}",
        "its beginning": words[320][:4],
        "with an error": f"{words[330][:-1]}x {words[900]}",
        "a unit": f"{words[205]} {words[210]}",
    }
    for kind, asked_for in names.items():
        cost = _cost(installation, crowd, asked_for, kind="accounts")
        report.add(f"3,050 people: {kind}", cost, "ms CPU")


def _cost(installation: Installation, crowd: list[Person], asked: str, kind: str = "statuses") -> float:
    """CPU milliseconds of one question, asked by several people over a kept connection; the first times do not count."""
    path = f"/api/v2/search?type={kind}&limit=20&q={quote(asked)}"
    calls = [(path, person.token) for person in crowd[:4]]
    cpu_per_request(installation.running, plan(installation.port, calls, 1, requests=16), settle=0.0)
    cost, _ = cpu_per_request(
        installation.running, plan(installation.port, calls, 1, requests=100), settle=0.05
    )
    return cost


async def _until_found(installation: Installation, crowd: list[Person], times: int = 40) -> list[float]:
    """Seconds from the answer to a post until a search by somebody else finds it; asked without a pause."""
    line = await connect("127.0.0.1", installation.port)
    delays = []
    for number in range(times):
        word = f"zweifellos{number}x{int(time.time())}"
        body = json.dumps({"status": f"Once more {word}"}).encode()
        await line.ask(request("POST", "/api/v1/statuses", crowd[0].token, body))
        begin = time.perf_counter()
        while True:
            _status, answer = await line.ask(
                request("GET", f"/api/v2/search?type=statuses&q={word}", crowd[1].token)
            )
            if json.loads(answer)["statuses"]:
                break
        delays.append(time.perf_counter() - begin)
    line.close()
    return delays


async def _fill(installation: Installation, posts: int) -> tuple[list[Person], list[str]]:
    """A year of posts by 50 people and 3,000 others, in words that are used as unevenly as in any language."""
    db = await installation.connect()
    crowd = await community.people(db, 50)
    mass = await community.people(db, 3_000, "mass")
    await community.mass(db, [person.id for person in crowd + mass[:450]], posts)
    dice = random.Random(11)
    words = _vocabulary(dice)
    weights = list(itertools.accumulate(1 / (place + 8) for place in range(len(words))))
    texts = [
        " ".join(dice.choices(words, cum_weights=weights, k=dice.randint(8, 45)))
        for _text in range(min(_TEXTS, posts))
    ]
    await _write(db, texts)
    await _introduce(db, mass, words, dice)
    await community.settle(db)
    await db.close()
    return crowd, words


async def _introduce(
    db: asyncpg.Connection, mass: list[Person], words: list[str], dice: random.Random
) -> None:
    """Names, units and bios out of the same words."""
    units = [" ".join(dice.choices(words[200:260], k=2)) for _unit in range(40)]
    cards = [
        (
            person.id,
            f"{dice.choice(words[300:600])} {dice.choice(words[600:2600])}".title(),
            dice.choice(units),
            " ".join(dice.choices(words[:4000], k=dice.randint(0, 15))),
        )
        for person in mass
    ]
    await db.executemany("update people set name = $2, unit = $3, bio = $4 where id = $1", cards)
    await db.execute(
        "update people set handle = replace(lower(name), ' ', '.') || id % 100000 where unit <> ''"
    )


def _vocabulary(dice: random.Random) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < _VOCABULARY:
        made[
            "".join(
                dice.choice("bdfgklmnprstvw") + dice.choice("aeiou") for _part in range(dice.randint(2, 4))
            )
        ] = None
    return list(made)  # fmt: skip


async def _write(db: asyncpg.Connection, texts: list[str]) -> None:
    """Some posts are indexed as the program does it, and the others get the words of one of these with their own signs."""
    await db.execute(
        "create temp table models (n bigint primary key, text text, post_id bigint, words tsvector)"
    )
    await db.copy_records_to_table("models", columns=["n", "text"], records=enumerate(texts))
    await db.execute(
        """update models set post_id = numbered.id
        from (select id, row_number() over (order by id) - 1 as n from posts) numbered where numbered.n = models.n"""
    )
    await db.execute(
        """update post_texts set text = models.text from models
        where models.n = (post_texts.post_id >> 16) % $1::bigint""",
        len(texts),
        timeout=900,
    )
    await db.execute(
        "update post_texts set text = models.text from models where models.post_id = post_texts.post_id"
    )
    ids = [row[0] for row in await db.fetch("select post_id from models")]
    for begin in range(0, len(ids), 1000):
        await index.bring_in(Db(db), ids[begin : begin + 1000])
    await db.execute("drop index post_words_words")
    await db.execute(_BARE)
    await db.execute(_OTHERS, list(index.AGES), len(texts), timeout=1800)
    await db.execute("set maintenance_work_mem = '512MB'")
    await db.execute(
        "create index post_words_words on post_words using gin (words) with (fastupdate = off)", timeout=1800
    )
    await db.execute("drop table models")


_BARE = """
    update models set words = ts_delete(w.words, array(select lexeme from unnest(w.words) where lexeme ~ '^:(from|[0-9]+)='))
    from post_words w where w.post_id = models.post_id
"""
_OTHERS = """
    insert into post_words (post_id, words)
    select p.id, m.words || array_to_tsvector(
        array(select ':' || bits || '=' || (p.id >> bits) from unnest($1::int[]) bits) || array[':from=' || p.author_id])
    from posts p join models m on m.n = (p.id >> 16) % $2::bigint
    where p.boost_of_id is null
    on conflict do nothing
"""
