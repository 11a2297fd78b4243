"""The page that explains the architecture names what there is: every folder stands in its tree, every name in it exists, and each
step of its walks is a function that exists, in a lower layer than the step before."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT

pytestmark = pytest.mark.xdist_group("architecture")

PAGE = (ROOT / "docs" / "architecture.md").read_text()
NOT_CODE = ("locale", "sample", "web/static", "web/templates", "dictionary")
"""Folders whose inside the page does not go into."""

_NAME = re.compile(r"\w+(?:/|\.py)")
_STEP = re.compile(r"`([\w/]+\.py): ([\w.]+)`")


def section(page: str, number: int) -> str:
    return page[page.index(f"## {number}. ") : page.index(f"## {number + 1}. ")]


def named(tree: str) -> list[str]:
    """The paths in a drawn tree, inside the package; folders end in a slash."""
    found, above = [], [""]
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        words = line.split()
        if depth and words and _NAME.fullmatch(words[0]):
            path = above[depth - 1] + words[0]
            above[depth:] = [path]
            found.append(path)
    return found


def folders(package: Path) -> list[str]:
    """All that hold code, or are read by it."""
    paths = (path.relative_to(package).as_posix() for path in sorted(package.rglob("*")) if path.is_dir())
    return [
        f"{one}/"
        for one in paths
        if "__pycache__" not in one and not one.startswith(tuple(f"{no}/" for no in NOT_CODE))
    ]


def legs(walks: str) -> Iterator[list[tuple[str, str]]]:
    """For each numbered list, file and function that its steps begin with (a step may name several, in one layer)."""
    for part in re.split(r"\n(?=1\. )", walks)[1:]:
        steps = re.findall(r"^\d+\. .*(?:\n   .*)*", part.split("\n\n")[0], re.MULTILINE)
        yield [found.group(1, 2) for step in steps if (found := _STEP.search(step))]  # type: ignore[misc]


def layer_of(path: str) -> int:
    layers = next(
        one["layers"]
        for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
        if one["type"] == "layers"
    )
    name = path.partition("/")[0].removesuffix(".py")
    return next(number for number, layer in enumerate(layers) if re.search(rf"\b{name}\b", layer))


def missing(steps: list[tuple[str, str]], package: Path) -> list[str]:
    found = []
    for path, name in steps:
        text = (package / path).read_text() if (package / path).exists() else ""
        own = name.rpartition(".")[2]
        if not re.search(rf"^\s*(?:async def|def) {own}\(|^{own}\b.*=", text, re.MULTILINE):
            found.append(f"{path}: {name}")
    return found


def test_every_name_in_the_tree_exists() -> None:
    paths = named(section(PAGE, 2))
    assert len(paths) > 80
    assert [path for path in paths if not (PACKAGE / path).exists()] == []


def test_every_folder_stands_in_the_tree() -> None:
    paths = set(named(section(PAGE, 2)))
    assert [folder for folder in folders(PACKAGE) if folder not in paths] == []


def test_every_step_of_the_walks_exists() -> None:
    steps = _STEP.findall(section(PAGE, 6))
    assert len(steps) > 20
    assert missing(steps, PACKAGE) == []


def test_no_walk_goes_back_to_a_layer_that_it_left() -> None:
    walked = [[layer_of(path) for path, _name in leg] for leg in legs(section(PAGE, 6))]
    assert len(walked) >= 9
    assert [leg for leg in walked if leg != sorted(set(leg))] == []


def test_a_breach_is_noticed(tmp_path: Path) -> None:
    tree = "weetwie/\n  api/   x\n    mastodon/  y\n      paging.py  z\n  app.py  builds\n"
    assert named(tree) == ["api/", "api/mastodon/", "api/mastodon/paging.py", "app.py"]
    (tmp_path / "api" / "mastodon").mkdir(parents=True)
    assert folders(tmp_path) == ["api/", "api/mastodon/"]
    (tmp_path / "app.py").write_text("async def build() -> None: ...\nAFTER: int = 1\n")
    assert missing([("app.py", "build"), ("app.py", "AFTER")], tmp_path) == []
    assert len(missing([("app.py", "raise"), ("gone.py", "build")], tmp_path)) == 2
    back = "1. `flows/publish.py: publish`\n2. `api/call.py: Call.db`\n"
    ((first, second),) = ([layer_of(path) for path, _name in leg] for leg in legs("\n" + back))
    assert first > second
