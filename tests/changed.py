"""Which test files a change can break, the nearest first: `bin/check --changed` runs as many of them as fit into `SECONDS`.

Near is what imports a changed module directly, then what imports that, and so on (the graph that import-linter draws). A template, a
sentence or a static file counts as the modules that name it. How long a file takes is remembered by pytest from run to run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parents[1]
SECONDS: Final = 35.0
UNKNOWN: Final = 4.0
"""Seconds that a file is taken for which was never run here."""
DURATIONS: Final = "weetwie/durations"
_FARTHEST: Final = 4
_ALWAYS: Final = (
    "tests/architecture/test_names.py",
    "tests/architecture/test_sentences.py",
    "tests/architecture/test_size.py",
)


def changed_files(root: Path = ROOT) -> list[str]:
    """What differs from the last commit; where nothing does, what the last commit changed."""
    here = _git(root, "diff", "--name-only", "HEAD") + _git(
        root, "ls-files", "--others", "--exclude-standard"
    )
    return here or _git(root, "diff", "--name-only", "HEAD~1", "HEAD")


def near(files: Iterable[str], graph: grimp.ImportGraph, root: Path) -> list[str]:
    """Test files by nearness to what changed."""
    files = list(files)
    reached = dict.fromkeys(module for file in files for module in _modules(file, graph, root))
    found = dict.fromkeys(_namesakes(files, graph))
    for _step in range(_FARTHEST):
        found |= dict.fromkeys(_file(module) for module in sorted(reached) if _is_test(module))
        above = [one for below in reached for one in graph.find_modules_that_directly_import(below)]
        reached = dict.fromkeys(above) | reached
    return [*dict.fromkeys(_ALWAYS), *(file for file in found if file not in _ALWAYS)]


def fitting(files: Iterable[str], durations: dict[str, float], workers: int) -> Iterator[str]:
    """As many as fit, in their order; the first in any case."""
    left = SECONDS * workers
    for number, file in enumerate(files):
        left -= durations.get(file, UNKNOWN)
        if number and left < 0:
            return
        yield file


def _modules(file: str, graph: grimp.ImportGraph, root: Path) -> Iterator[str]:
    if file.endswith(".py"):
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if name in graph.modules:
            yield name
    elif file.startswith("weetwie/"):
        word = file.rsplit("/", 1)[-1]
        for module in sorted(graph.modules):
            source = root / _file(module)
            if source.exists() and word in source.read_text():
                yield module


def _namesakes(files: list[str], graph: grimp.ImportGraph) -> Iterator[str]:
    """`tests/web/test_home.py` of `home.html` and `home.py`: what is reached by an address is imported by no test of it."""
    words = {Path(file).stem for file in files}
    for module in sorted(graph.modules):
        if _is_test(module) and words & {word := module.rsplit(".test_", 1)[-1], word.removesuffix("_page")}:
            yield _file(module)


def _is_test(module: str) -> bool:
    return module.startswith("tests.") and module.rsplit(".", 1)[-1].startswith("test_")


def _file(module: str) -> str:
    return module.replace(".", "/") + ".py"


def _git(root: Path, *words: str) -> list[str]:
    return subprocess.run(
        ["git", *words], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()


def main() -> None:
    kept = ROOT / ".pytest_cache" / "v" / DURATIONS
    durations = json.loads(kept.read_text()) if kept.exists() else {}
    every = near(changed_files(), grimp.build_graph("weetwie", "tests"), ROOT)
    now = list(fitting(every, durations, os.cpu_count() or 1))
    if left := len(every) - len(now):
        print(
            f"{len(now)} test files now; {left} that are farther away are left to the whole check.",
            file=sys.stderr,
        )
    print(*now)


if __name__ == "__main__":
    main()
