"""A real installation on a data folder of its own: started as anybody starts it, asked for over its port, and restarted."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import asyncpg

from tests.bench.accounting import Tree

_READY = "/api/v1/instance"
PROGRAM = [
    sys.executable,
    "-c",
    "import sys; sys.modules['rich'] = None; from weetwie.cli import main; main()",
]
"""`weetwie`, in the environment of the bench: without `rich`, which structlog would load and no installation has."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """`weetwie serve` as a process, with its embedded PostgreSQL."""

    def __init__(self, data: Path, *, dsn: str | None = None, program: Sequence[str] = PROGRAM) -> None:
        self.data = data
        self.port = free_port()
        self._dsn = dsn
        self._program = program
        self.tree: Tree | None = None

    def start(self, *words: str) -> float:
        """Seconds until it answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        env = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "",  # an installation is compiled once, not at each start
            "WEETWIE_RATE_LIMITS": "off",
            "WEETWIE_BASE_URL": f"http://127.0.0.1:{self.port}",
        }
        if self._dsn:
            env["WEETWIE_DATABASE_URL"] = self._dsn
        command = [
            *self._program,
            "serve",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
            *words,
        ]
        begin = time.perf_counter()
        self.tree = Tree(command, env=env, log=self.log)
        while time.perf_counter() - begin < 120:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{_READY}", timeout=5) as answer,
            ):
                if answer.status == 200:
                    return time.perf_counter() - begin
            if self.tree.process.poll() is not None:
                break
            time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"weetwie serve does not answer; its last words:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> float:
        """Seconds until it has ended."""
        tree, self.tree = self.tree, None
        return tree.stop() if tree else 0.0

    @property
    def running(self) -> Tree:
        """The process tree of the running installation."""
        assert self.tree is not None
        return self.tree

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.data / "bench.log"

    @property
    def dsn(self) -> str:
        """How to reach its PostgreSQL beside it (to make what would take too long through the API)."""
        return self._dsn or _embedded(self.data)

    async def connect(self) -> asyncpg.Connection:
        """A connection of the bench's own."""
        return await asyncpg.connect(self.dsn)


def _embedded(data: Path) -> str:
    lock = next(iter(data.rglob("postmaster.pid")))
    lines = lock.read_text().splitlines()
    port, folder = lines[3], lines[4]
    return f"postgresql:///weetwie?host={folder}&port={port}&user=weetwie"
