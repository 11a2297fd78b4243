"""masto, the client for JavaScript, against a real server: a tour of everything that is here."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.people import Registry
from tests.clients.running import Running
from tests.patience import PATIENCE

pytestmark = pytest.mark.needs("node")

FOLDER = Path(__file__).parent / "masto"


@pytest.fixture(scope="session")
def masto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client as the lock has it."""
    folder = tmp_path_factory.mktemp("masto")
    for file in FOLDER.glob("*.*"):
        shutil.copy(file, folder)
    words = ["npm", "ci", "--silent", "--no-audit", "--no-fund"]
    subprocess.run(words, cwd=folder, check=True, timeout=PATIENCE, capture_output=True)
    return folder


def test_masto_does_all_that_is_here(masto: Path, server: Running, registry: Registry) -> None:
    server.command("announce", "make", "A tour begins")
    words = ["node", "tour.mjs", server.address, registry.person("ada").token, registry.person("bo").token]
    done = subprocess.run(words, cwd=masto, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, f"after {done.stdout.split()}: {done.stderr}"
    assert done.stdout.split()[-1] == "streaming"
