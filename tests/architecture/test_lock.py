"""The lock files: pins and hashes of all that the project needs, and the address of nobody."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")


def wanted(*groups: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = [
        *project["project"]["dependencies"],
        *(line for group in groups for line in project["dependency-groups"][group]),
    ]
    return {re.split(r"[\[<>=~! ]", line)[0].lower() for line in lines}


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", lock, re.MULTILINE))


def without_hash(lock: str) -> list[str]:
    blocks = re.split(r"\n(?=[a-z0-9])", lock.strip())
    return [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]


def addresses(lock: str) -> list[str]:
    return re.findall(r"\S*(?:://|@ |--index|--find-links|--extra)\S*", lock)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_pins_with_hashes_and_no_address(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert addresses(lock) == []
    assert without_hash(lock) == []


def test_the_locks_hold_what_the_project_asks_for() -> None:
    serving, checking, node = (pinned((ROOT / name).read_text()) for name in LOCKS)
    assert wanted("build") - set(serving) == set()
    assert wanted("build", "test") - set(checking) == set()
    assert wanted("node") - wanted() <= set(node)
    assert [name for name in serving if checking.get(name) != serving[name]] == []


def test_the_lock_that_names_an_index_is_not_kept() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text().split()


def test_a_breach_is_noticed(tmp_path: Path) -> None:
    assert addresses("--index-url https://index.example/simple") != []
    assert addresses("weetwie @ file:///somewhere") != []
    assert without_hash("one==1 \\\n    --hash=sha256:aa\ntwo==2") == ["two==2"]
