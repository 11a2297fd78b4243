"""The six contracts of the imports hold, and each of them would be noticed if it did not."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

BREACHES = {
    "Layers": ("weetwie/runtime/clock.py", "import weetwie.domain"),
    "Domains do not know one another": (
        "weetwie/domain/posts/rules.py",
        "import weetwie.domain.people.rules",
    ),
    "Content leaves by views": ("weetwie/api/__init__.py", "import weetwie.tables.posts"),
    "Entry points write no SQL": ("weetwie/api/__init__.py", "import sqlalchemy"),
    "Rules are pure": ("weetwie/domain/posts/rules.py", "import weetwie.tables.posts"),
    "The framework stays at the entry points": ("weetwie/runtime/clock.py", "import starlette"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-I", "-c", program, "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(BREACHES)} kept, 0 broken" in done.stdout


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_is_noticed(contract: str, tmp_path: Path) -> None:
    file, line = BREACHES[contract]
    _house_of_empty_files(tmp_path)
    (tmp_path / file).write_text(line + "\n")
    broken = [found for found in lint(tmp_path).stdout.splitlines() if found.endswith("BROKEN")]
    assert any(found.startswith(contract) for found in broken), broken


def test_there_is_a_breach_for_every_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert all(any(one["name"].startswith(name) for name in BREACHES) for one in contracts)


def _house_of_empty_files(folder: Path) -> None:
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for file in (ROOT / "weetwie").rglob("*.py"):
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.touch()
