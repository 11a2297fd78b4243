"""What a server needs in memory, held against the last release's own figure.

The unit is a bare process of the same Python, measured in the same run, that has loaded what no server of ours does without. Only memory of its own
counts (`Pss_Anon`): how many others share a library just now says nothing of ours. The figure is written down at a release
(`python -m tests.serve.test_memory RELEASE > tests/serve/data/memory.json`); whoever needs more than 15 % above it says why in docs/capacity.md and writes down a new one.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.serve.running import Installation, first, serving, workers

_LAST = Path(__file__).with_name("data") / "memory.json"
_UNIT = "import asyncio, asyncpg, click, msgspec, uvloop; print('ready', flush=True); input()"
_MOST = 1.15
_REQUESTS = 200


def _own(pid: int) -> int:
    """Bytes of memory that no other process has."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss_Anon:")).split()[1]) * 1024


def _unit() -> int:
    bare = subprocess.Popen([sys.executable, "-c", _UNIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert bare.stdin and bare.stdout
    bare.stdout.readline()
    own = _own(bare.pid)
    bare.communicate(b"\n")
    return own


async def _servers(installation: Installation, count: int) -> int:
    """All processes of Python, when they have answered some requests: what starting needed is gone by then."""
    readings = []
    async with serving(installation, "--workers", str(count)) as run, installation.client() as client:
        program = run.process.pid
        processes = [program, *first(program), *workers(program)]
        for _ in range(_REQUESTS):
            (await client.get("/api/v1/instance")).raise_for_status()
            readings.append(sum(map(_own, processes)))
    return min(readings[_REQUESTS // 2 :])


async def measured(installation: Installation) -> tuple[dict[str, float], int]:
    """How many times the unit one server takes, and three processes with those that look after them; bytes of the unit."""
    unit = await asyncio.to_thread(_unit)
    return {str(count): round(await _servers(installation, count) / unit, 2) for count in (1, 3)}, unit


async def test_servers_need_hardly_more_memory_than_those_of_the_last_release(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    times, unit = await measured(installation)
    last = json.loads(_LAST.read_text())
    with capsys.disabled():
        for count, now in times.items():
            print(
                f"\nmemory of {count} web processes: {now * unit / 1e6:.1f} MB, {now:.2f} times the unit ({unit / 1e6:.1f} MB); "
                f"release {last['release']}: {last['times'][count]:.2f} times"
            )
    for count, now in times.items():
        assert now <= last["times"][count] * _MOST


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        times, _bytes = asyncio.run(measured(Installation(Path(folder) / "data")))
    print(json.dumps({"release": sys.argv[1], "times": times}))
