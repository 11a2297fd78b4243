"""A data folder with the schema in it, copied for each test: making one takes seconds."""

import shutil
from pathlib import Path

import pytest

from tests.serve.running import Installation


@pytest.fixture(scope="session")
async def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that has been made, and does not run."""
    data = tmp_path_factory.mktemp("made") / "data"
    code, _out, err = await Installation(data).command("migrate")
    assert code == 0, err
    return data


@pytest.fixture
def installation(made: Path, tmp_path: Path) -> Installation:
    shutil.copytree(made, tmp_path / "data", ignore=shutil.ignore_patterns("socket", "lock"))
    return Installation(tmp_path / "data")
