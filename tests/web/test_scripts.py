"""The scripts of the pages: small, and checked by their types."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from weetwie.web.assets import FOLDER

SCRIPTS = sorted((FOLDER / "js").glob("*.js"))
CHECKER = Path(__file__).parent / "scripts"
HEAVIEST = 40 * 1024


@pytest.mark.needs("node")
def test_the_types_that_scripts_say_are_right(tmp_path: Path) -> None:
    for file in CHECKER.iterdir():
        shutil.copy(file, tmp_path)
    shutil.copytree(FOLDER / "js", tmp_path / "js")
    install = ["npm", "ci", "--silent", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=tmp_path, check=True, timeout=PATIENCE, capture_output=True)
    check = ["node", "node_modules/typescript/bin/tsc", "-p", "."]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout


def test_all_scripts_together_are_light() -> None:
    assert SCRIPTS
    assert sum(len(gzip.compress(script.read_bytes())) for script in SCRIPTS) < HEAVIEST


def test_every_script_says_first_what_it_is_for() -> None:
    assert [one.name for one in SCRIPTS if not one.read_text().startswith(("// ", "/** "))] == []
