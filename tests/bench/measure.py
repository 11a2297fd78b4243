"""Running the load generator against a tree and dividing its CPU time by the requests."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from tests.bench.accounting import Tree

_ROOT = Path(__file__).parents[2]


class Load:
    """A load generator that runs beside us until its plan is done."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        self._process.stdin.write(json.dumps(plan))
        self._process.stdin.close()
        self._process.stdin = None

    def result(self, also: Collection[str] = ()) -> dict[str, Any]:
        """Wait for the end; what was measured. Raises RuntimeError for answers with a status that is neither 2xx nor `also` right."""
        out, _ = self._process.communicate()
        if self._process.returncode:
            raise RuntimeError("the load generator failed; its words stand above")
        result: dict[str, Any] = json.loads(out)
        bad = {
            status: count
            for status, count in result["statuses"].items()
            if not status.lstrip("-").startswith("2") and status not in also
        }
        if bad:
            raise RuntimeError(f"answers other than 2xx: {bad}")
        return result


def cpu_per_request(tree: Tree, plan: dict[str, Any], settle: float = 0.2) -> tuple[float, dict[str, Any]]:
    """CPU milliseconds per request of the tree while the plan runs, and the result of the load."""
    before = tree.cpu()
    result = Load(plan).result()
    time.sleep(settle)
    return (tree.cpu() - before) * 1e3 / max(1, result["requests"]), result


def idle_cpu(tree: Tree, seconds: float = 2.0) -> float:
    """CPU milliseconds per second of a tree with nothing to do."""
    before, begin = tree.cpu(), time.perf_counter()
    time.sleep(seconds)
    return (tree.cpu() - before) * 1e3 / (time.perf_counter() - begin)


def constant(port: int, log: Path) -> Tree:
    """The constant app, started."""
    command = [
        "-m",
        "granian",
        "--interface",
        "asginl",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ws",
        "--loop",
        "uvloop",
    ]
    return Tree([sys.executable, *command, "--log-level", "error", "tests.bench.constant:app"], log=log)


def plan(port: int, calls: Sequence[Sequence[Any]], connections: int, **more: Any) -> dict[str, Any]:
    """A plan for the load generator."""
    return {"host": "127.0.0.1", "port": port, "connections": connections, "calls": list(calls), **more}
