"""Scenario "soak": a server that people use for an hour in all the ways there are, and whether anything in it grows without end.

Judged is the second half, when what is filled once is full: a line through what was measured, with its error, drawn on for a day.
What people have written does not grow meanwhile, for as many posts are deleted as are written."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from tests.bench import community
from tests.bench.community import Person
from tests.bench.installation import Installation, free_port
from tests.bench.load import BROWSER, Connection, connect, quantile, request
from tests.bench.report import Report
from tests.bench.streaming import Ear
from tests.bench.trend import Points, second_half, trend
from tests.site import PASSWORD, sign_in
from weetwie.domain.identity import passwords

PEOPLE, WORKERS, RATE = 200, 12, 25.0
"""Requests a second, so that a machine of two cores is left to others."""
EVERY = 30.0
_POSTS, _STREAMS = 300, 40
"""Posts of ours that live, and streams that are open, at once."""
GROWS = 0.1
"""The bar: what grows for certain by more than a tenth in a day."""
_GAUGES = re.compile(r"^(weetwie_(?:open_streams|pool_connections|events_waiting)) (\S+)$", re.MULTILINE)
_WORDS = ("kafka", "certificates", "migration", "lunch", "who knows postgres", "queues", "planning offsite")


def run(work: Path, report: Report, *, minutes: float = 60.0) -> None:
    """One installation, counted from inside and from outside."""
    counted = work / "inside.jsonl"
    installation = Installation(
        work / "data", program=[sys.executable, "-m", "tests.bench.inside", str(counted)]
    )
    metrics = free_port()
    os.environ["WEETWIE_METRICS"] = f"127.0.0.1:{metrics}"
    installation.start()
    try:
        found = asyncio.run(_Soak(installation, report, metrics).run(minutes * 60))
    finally:
        installation.stop()
        del os.environ["WEETWIE_METRICS"]
    judge(report, found | _from_inside(counted), minutes)


def judge(report: Report, found: dict[str, list[tuple[float, float]]], minutes: float) -> None:
    """A figure for each thing that was counted: by which part of itself it grows in a day at least."""
    for name, points in sorted(found.items()):
        kind, _colon, _what = name.partition(": ")
        half = second_half(points)
        line = trend(half)
        grown = line.share()
        is_small = kind in ("cache", "kind", "table") and grown <= GROWS
        if is_small or len(half) < 4:
            continue  # there are hundreds of them
        note = f"{points[0][1]:,.0f}, half-way {half[0][1]:,.0f}, at the end {points[-1][1]:,.0f}; a day {_a_day(half)}"
        report.add(f"{name} grows in a day at least by its", grown, "times", GROWS, note)
    report.note(f"{minutes:g} minutes; the second half is judged")


def _a_day(points: Points) -> str:
    line = trend(points)
    return f"{line.slope * 86_400:+,.0f} ± {line.error * 86_400:,.0f}"


def _from_inside(file: Path) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for line in file.read_text().splitlines():
        row = json.loads(line)
        named = {
            **row["counts"],
            **{f"cache: {name}": size for name, size in row["caches"].items()},
            **{f"kind: {name}": number for name, number in row["kinds"].items()},
        }
        for name, value in named.items():
            found.setdefault(name, []).append((row["at"], value))
    return found


class _Soak:
    """People who do all kinds of things, and whoever counts meanwhile."""

    def __init__(self, installation: Installation, report: Report, metrics: int) -> None:
        self._installation, self._report = installation, report
        self._metrics = f"http://127.0.0.1:{metrics}/metrics"
        self._dice = random.Random(11)
        self._crowd: list[Person] = []
        self._ids: list[str] = []
        self._own: list[tuple[str, Person]] = []
        self._ears: list[Ear] = []
        self._statuses: dict[int, int] = {}
        self._failures: dict[str, int] = {}
        self._took: list[float] = []
        self._found: dict[str, list[tuple[float, float]]] = {}

    async def run(self, seconds: float) -> dict[str, list[tuple[float, float]]]:
        """What was counted, by name: pairs of a time and a number."""
        db = await self._installation.connect()
        await self._company(db)
        await self._warm()
        until = time.time() + seconds
        workers = [asyncio.create_task(self._work(until)) for _worker in range(WORKERS)]
        while time.time() < until:
            await self._count(db)
            await asyncio.sleep(EVERY)
        await asyncio.gather(*workers)
        await db.close()
        self._report.add("requests", len(self._took), "", None, str(dict(sorted(self._statuses.items()))))
        self._report.add("of them took, p50", quantile(self._took, 0.5) * 1e3, "ms")
        self._report.add("of them took, p99", quantile(self._took, 0.99) * 1e3, "ms")
        self._report.add("failures of connections", sum(self._failures.values()), "", 0, str(self._failures))
        return self._found

    async def _company(self, db: asyncpg.Connection) -> None:
        self._crowd = await community.people(db, PEOPLE)
        hash = await passwords.hashed(PASSWORD)
        await db.executemany(
            "insert into passwords (person_id, hash, changed_at) values ($1, $2, now())",
            [(person.id, hash) for person in self._crowd],
        )
        api = community.Api(self._installation.port)
        self._ids = await community.build(api, self._crowd, follows=4000, posts=1000)
        await db.execute("vacuum analyze")

    async def _warm(self) -> None:
        """Everybody has been here once, with an app and a browser, so that the program has met them all."""
        line = await connect("127.0.0.1", self._installation.port)
        for person in self._crowd:
            for path, token in (
                ("/api/v1/timelines/home", person.token),
                (f"/api/v1/accounts/{person.id}/statuses", person.token),
                ("/", BROWSER + person.token),
                (f"/@{person.handle}/card", BROWSER + person.token),
            ):
                await self._ask(line, "GET", path, token)
        line.close()

    # What is counted

    async def _count(self, db: asyncpg.Connection) -> None:
        tree = self._installation.running
        counts: dict[str, float] = {
            **{f"bytes of {kind}": size for kind, size in tree.memory().items()},
            "open files": tree.files(),
            "processes": len(tree.pids()),
            "connections to the database": await db.fetchval(
                "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            ),
            "streams of ours": len([ear for ear in self._ears if not ear.is_lost.is_set()]),
            "bytes of media": sum(
                one.stat().st_size for one in (self._installation.data / "media").rglob("*") if one.is_file()
            ),
        }
        async with httpx.AsyncClient() as site:
            told = (await site.get(self._metrics)).text
        counts |= {name: float(value) for name, value in _GAUGES.findall(told)}
        for row in await db.fetch(
            "select relname, pg_total_relation_size(relid) as size from pg_stat_user_tables"
        ):
            counts[f"table: {row['relname']}"] = row["size"]
        for name, value in counts.items():
            self._found.setdefault(name, []).append((time.time(), float(value)))

    # What people do

    async def _work(self, until: float) -> None:
        line: Connection | None = None
        names, weights = zip(*((act, weight) for act, weight in self._acts()), strict=True)
        while time.time() < until:
            act: Callable[[Connection, Person], Awaitable[None]] = self._dice.choices(names, weights)[0]
            begin = time.perf_counter()
            try:
                line = line or await connect("127.0.0.1", self._installation.port)
                await asyncio.wait_for(act(line, self._dice.choice(self._crowd)), 60)
                self._took.append(time.perf_counter() - begin)
            except (OSError, TimeoutError, httpx.HTTPError) as error:
                name = f"{act.__name__} {type(error).__name__}"
                self._failures[name] = self._failures.get(name, 0) + 1
                line = None
            await asyncio.sleep(self._dice.expovariate(RATE / WORKERS))

    def _acts(self) -> list[tuple[Callable[[Connection, Person], Awaitable[None]], float]]:
        return [
            (self._read, 50),
            (self._page, 20),
            (self._write, 6),
            (self._mark, 4),
            (self._follow, 2),
            (self._listen, 4),
            (self._enter, 1.0),
            (self._picture, 0.6),
            (self._stray, 3),
        ]

    async def _ask(
        self, line: Connection, method: str, path: str, token: str | None, body: Any = None
    ) -> bytes:
        data = json.dumps(body).encode() if body is not None else b""
        status, answer = await line.ask(request(method, path, token, data))
        self._statuses[status] = self._statuses.get(status, 0) + 1
        return answer

    async def _read(self, line: Connection, person: Person) -> None:
        other = self._dice.choice(self._crowd)
        word = self._dice.choice(_WORDS).replace(" ", "%20")
        path = self._dice.choice(
            (
                "/api/v1/timelines/home?limit=20",
                "/api/v1/timelines/home?limit=40",
                "/api/v1/timelines/public?limit=20",
                "/api/v1/timelines/tag/kafka?limit=20",
                f"/api/v1/accounts/{other.id}/statuses?limit=20",
                f"/api/v1/accounts/relationships?id[]={other.id}",
                f"/api/v1/statuses/{self._dice.choice(self._ids)}/context",
                "/api/v1/notifications?limit=40",
                f"/api/v2/search?type=statuses&q={word}",
                f"/api/v2/search?q={word}",
                "/api/v1/trends/tags",
                "/api/v2/suggestions",
                "/api/v1/accounts/verify_credentials",
                "/api/v2/instance",
            )
        )
        await self._ask(line, "GET", path, person.token)

    async def _page(self, line: Connection, person: Person) -> None:
        other, word = self._dice.choice(self._crowd), self._dice.choice(_WORDS).replace(" ", "+")
        path = self._dice.choice(
            (
                "/",
                "/",
                "/all",
                "/notifications",
                "/people",
                "/you",
                f"/search?q={word}",
                f"/who-knows?q={word}",
                f"/@{other.handle}",
                f"/@{other.handle}/card",
                "/settings",
                f"/who-knows/while-typing?q={word}",
            )
        )
        await self._ask(line, "GET", path, BROWSER + person.token)

    async def _write(self, line: Connection, person: Person) -> None:
        body: dict[str, Any] = {"status": community.text(self._dice)}
        if self._dice.random() < 0.3:
            body["in_reply_to_id"] = self._dice.choice(self._ids)
        if self._dice.random() < 0.3:
            body["status"] = f"@{self._dice.choice(self._crowd).handle} {body['status']}"
        made = json.loads(await self._ask(line, "POST", "/api/v1/statuses", person.token, body))
        if "id" not in made:
            return
        self._own.append((made["id"], person))
        if self._dice.random() < 0.2:
            edited = {"status": body["status"] + " (edited)"}
            await self._ask(line, "PUT", f"/api/v1/statuses/{made['id']}", person.token, edited)
        if len(self._own) > _POSTS:
            id, author = self._own.pop(0)
            await self._ask(line, "DELETE", f"/api/v1/statuses/{id}", author.token)

    async def _mark(self, line: Connection, person: Person) -> None:
        post, act = self._dice.choice(self._ids), self._dice.choice(("favourite", "reblog", "bookmark"))
        await self._ask(line, "POST", f"/api/v1/statuses/{post}/{act}", person.token, {})
        await self._ask(line, "POST", f"/api/v1/statuses/{post}/un{act}", person.token, {})

    async def _follow(self, line: Connection, person: Person) -> None:
        path = f"/api/v1/accounts/{self._dice.choice(self._crowd).id}"
        await self._ask(line, "POST", f"{path}/unfollow", person.token, {})
        await self._ask(line, "POST", f"{path}/follow", person.token, {})

    async def _listen(self, _line: Connection, person: Person) -> None:
        """Opens a stream; of those that are open for long one goes, politely or not."""
        opened = await Ear.open(self._installation.port, person.token)
        self._ears = [*(ear for ear in self._ears if not ear.is_lost.is_set()), opened]
        if len(self._ears) > _STREAMS:
            gone = self._ears.pop(self._dice.randrange(_STREAMS // 2)).transport
            if gone is not None:
                gone.close() if self._dice.random() < 0.5 else gone.abort()

    async def _enter(self, _line: Connection, person: Person) -> None:
        """Logs in as a browser does, looks, and logs out again."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._installation.port}") as site:
            answer = await sign_in(site, person.handle)
            self._statuses[answer.status_code] = self._statuses.get(answer.status_code, 0) + 1
            await site.get("/")
            with suppress(AssertionError):
                from tests.site import send

                await send(site, "/auth/sign_out")

    async def _picture(self, line: Connection, person: Person) -> None:
        """A post with a picture, which is deleted at once."""
        files = {"file": ("a.png", _png(self._dice), "image/png")}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._installation.port}") as site:
            head = {"authorization": f"Bearer {person.token}"}
            made = await site.post("/api/v2/media", files=files, headers=head, timeout=60)
        self._statuses[made.status_code] = self._statuses.get(made.status_code, 0) + 1
        if made.is_success:
            body = {"status": "a picture", "media_ids": [made.json()["id"]]}
            post = json.loads(await self._ask(line, "POST", "/api/v1/statuses", person.token, body))
            if "id" in post:
                await self._ask(line, "DELETE", f"/api/v1/statuses/{post['id']}", person.token)

    async def _stray(self, line: Connection, person: Person) -> None:
        """What leads nowhere: wrong tokens, addresses that do not exist, tags and words that nobody has asked for before."""
        any_ = f"{self._dice.getrandbits(64):x}"
        path, token = self._dice.choice(
            (
                ("/api/v1/timelines/home", any_),
                (f"/nowhere/{any_}", BROWSER + any_),
                (f"/api/v1/timelines/tag/{any_}", person.token),
                (f"/api/v2/search?q={any_}", person.token),
                (f"/api/v1/statuses/{self._dice.getrandbits(62)}", person.token),
                (f"/api/v1/accounts/lookup?acct={any_}", person.token),
                (f"/@{any_}", BROWSER + person.token),
                (f"/join/{any_}", None),
            )
        )
        await self._ask(line, "GET", path, token)


def _png(dice: random.Random) -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (320, 240), tuple(dice.choices(range(256), k=3))).save(out, "PNG")
    return out.getvalue()
