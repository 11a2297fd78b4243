"""What is asked again and again leaves nothing behind: the slope of memory over requests (`bin/bench scale --minutes 60` looks for an hour)."""

import asyncio
from pathlib import Path

import httpx

from tests.bench.trend import trend
from tests.serve.running import Installation, post, serving

_ROUNDS, _REQUESTS = 8, 60
_MOST = 6.0
"""KB a request. One that leaks an answer (some 40 KB) or a viewer is far above it; what memory swings by is far below."""


async def test_memory_does_not_grow_with_the_requests_that_are_answered(installation: Installation) -> None:
    async with serving(installation) as run:
        token = await installation.somebody("ada")
        async with installation.client(token) as site, installation.client() as nobody:
            for _one in range(20):
                await post(site)
            points = []
            for number in range(_ROUNDS):
                await asyncio.gather(*(_asked(one, _REQUESTS // 2) for one in (site, nobody)))
                points.append((float(number * _REQUESTS), _memory(run.process.pid)))
            assert trend(points[_ROUNDS // 4 :]).slope < _MOST, points


async def _asked(site: httpx.AsyncClient, times: int) -> None:
    for number in range(times):
        path = ("/api/v1/timelines/home", "/api/v2/search?q=word", "/auth/sign_in")[number % 3]
        assert (await site.get(path)).status_code in (200, 303, 401)


def _memory(pid: int) -> float:
    """KB that belong to the process alone."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return float(sum(int(line.split()[1]) for line in lines if line.startswith("Private_")))
