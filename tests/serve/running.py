"""An installation as its administrator has it: the program as processes of its own, on a data folder of its own."""

import asyncio
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.patience import PATIENCE

PROGRAM = [sys.executable, "-m", "weetwie"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self.metrics_port = free_port()
        self.environment = {
            "WEETWIE_DATA": str(data),
            "WEETWIE_RATE_LIMITS": "off",
            "WEETWIE_METRICS": f"127.0.0.1:{self.metrics_port}",
            **environment,
        }
        self.log = data.parent / f"{data.name}.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *words: str) -> "Run":
        return Run(self, ["serve", "--port", str(self.port), *words])

    async def command(self, *words: str, given: str = "") -> tuple[int, str, str]:
        """What a command ends with, and what it says on either channel."""
        done = await asyncio.to_thread(
            subprocess.run,
            [*PROGRAM, *words],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            env=os.environ | self.environment,
        )
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    async def asked(self, *words: str) -> Any:
        """What a command answers as JSON."""
        code, out, err = await self.command(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    async def somebody(self, handle: str = "ada", *more: str) -> str:
        """A person's token."""
        await self.asked("person", "create", handle, "--email", f"{handle}@example.org", *more)
        return str((await self.asked("token", handle, "--scopes", "read write follow"))["access_token"])

    def client(self, token: str | None = None, **more: Any) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=PATIENCE, **more)


class Run:
    """One run of the program."""

    def __init__(self, installation: Installation, words: list[str]) -> None:
        self._log = installation.log.open("w+b")
        self._url = installation.url
        self.process = subprocess.Popen(
            [*PROGRAM, *words],
            stdout=self._log,
            stderr=self._log,
            env=os.environ | installation.environment,
        )

    @property
    def said(self) -> str:
        self._log.seek(0)
        return self._log.read().decode()

    async def ready(self) -> float:
        """Seconds until requests are answered and whoever started it was greeted."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            if "is open at" in self.said:
                return time.monotonic() - began
            assert self.process.poll() is None, self.said
            await asyncio.sleep(0.02)
        raise AssertionError(f"it does not start: {self.said}")

    async def ended(self, within: float = PATIENCE) -> int:
        return await asyncio.wait_for(asyncio.to_thread(self.process.wait), within)

    async def told_to_end(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Seconds until it has ended."""
        began = time.monotonic()
        self.process.send_signal(how)
        await self.ended()
        return time.monotonic() - began

    def over(self) -> None:
        """Whatever became of it."""
        self.process.kill()
        self.process.wait()
        self._log.close()


@asynccontextmanager
async def serving(installation: Installation, *words: str) -> AsyncIterator[Run]:
    run = installation.start(*words)
    try:
        await run.ready()
        yield run
        if run.process.poll() is None:
            await run.told_to_end()
    finally:
        run.over()


def welcome(said: str) -> str | None:
    """The path of the link in the greeting."""
    found = re.search(r"https?://\S+(/welcome/\S+)", said)
    return found[1] if found else None


def servers(data: Path) -> list[int]:
    """The processes of PostgreSQL at work in the data folder, the postmaster first."""
    return sorted(at_work(os.path.realpath(data / "database" / "cluster")))


def at_work(cluster: str) -> Iterator[int]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "comm").read_text() == "postgres\n" and os.readlink(entry / "cwd") == cluster:
                yield int(entry.name)


def workers(program: int) -> list[int]:
    """The processes that answer requests: forked from one that was forked from the program."""
    return [worker for one in first(program) for worker in children(one)]


def first(program: int) -> list[int]:
    """The process that they were forked from."""
    return [one for one in children(program) if (Path(f"/proc/{one}") / "comm").read_text() != "postgres\n"]


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.name))
    return sorted(found)


async def until(is_so: Callable[[], Awaitable[bool]], within: float = PATIENCE) -> None:
    """Asks again and again."""
    async with asyncio.timeout(within):
        while not await is_so():
            await asyncio.sleep(0.05)


async def post(site: httpx.AsyncClient, text: str | None = None) -> str:
    """Posts, and gives the id that was acknowledged."""
    answer = await site.post("/api/v1/statuses", json={"status": text or f"word {secrets.token_hex(4)}"})
    answer.raise_for_status()
    return str(answer.json()["id"])
