"""A real server: a process of its own on loopback, with a data folder and a PostgreSQL of its own."""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.patience import PATIENCE
from weetwie.security import sealing

PASSWORD = "four words in a row"
_KEY = base64.urlsafe_b64encode(bytes(sealing.LENGTH)).decode()
"""The one that tests seal with (`tests/__init__.py`), so that people made beside the server are its own."""


@dataclass(frozen=True)
class Running:
    address: str
    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    """What its environment says; commands are given the same."""

    def command(self, *words: str, said: str = "") -> str:
        """What `weetwie ...` prints, in the same data folder and while the server runs."""
        done = subprocess.run(
            [*_weetwie(), *words, "--data", str(self.data)],
            input=said, capture_output=True, text=True, timeout=PATIENCE, env=_environment() | self.settings, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def running(folder: Path, *options: str, host: str = "127.0.0.1", **settings: str) -> Iterator[Running]:
    """Serves until the end of the block; whatever the server has to say stands in `server.log` in the folder. `settings` are those
    of its environment, such as `WEETWIE_DIRECTORY`."""
    port = _free_port()
    server = Running(f"http://{host}:{port}", folder / "data", settings)
    log = folder / "server.log"
    with log.open("w") as file:
        words = [*_weetwie(), "serve", "--data", str(server.data), "--port", str(port), *options]
        environment = _environment() | {"WEETWIE_BASE_URL": server.address} | settings
        process = subprocess.Popen(words, stdout=file, stderr=file, env=environment)
    try:
        _wait_for(server.address, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _weetwie() -> list[str]:
    return [sys.executable, "-c", "from weetwie.cli import main; main(prog_name='weetwie')"]


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("WEETWIE_")}
    return own | {"WEETWIE_RATE_LIMITS": "off", "WEETWIE_METRICS": "off", "WEETWIE_SECRET_KEY": _KEY}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer\n{log.read_text()}")
