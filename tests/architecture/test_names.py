"""Names say what a thing is; every file says what it is for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Source, sources

pytestmark = pytest.mark.xdist_group("architecture")

SAYS_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "base",
    "misc",
    "manager",
    "service",
    "services",
    "handler",
    "handlers",
}


def names_that_say_nothing(source: Source) -> Iterator[str]:
    for part in Path(source.path).with_suffix("").parts:
        if SAYS_NOTHING & set(part.lower().split("_")):
            yield f"{source.path}: {part}"
    for node in source.nodes:
        if isinstance(node, ast.ClassDef) and SAYS_NOTHING & {
            word.lower() for word in re.findall(r"[A-Z][a-z]*", node.name)
        }:
            yield f"{source.path}:{node.lineno}: {node.name}"


def is_without_a_word(source: Source) -> bool:
    """Whether a file does not open with a sentence. An empty `__init__.py` has nothing to say."""
    is_empty = source.path.endswith("__init__.py") and not source.text.strip()
    return not is_empty and not (ast.get_docstring(source.tree) or "").strip()


def test_no_name_says_nothing() -> None:
    assert [found for source in sources() for found in names_that_say_nothing(source)] == []


def test_every_file_opens_with_what_it_is_for() -> None:
    assert [source.path for source in sources() if is_without_a_word(source)] == []
    tests = [source for source in sources(ROOT / "tests") if is_without_a_word(source)]
    assert [source.path for source in tests] == []


def test_a_breach_is_noticed() -> None:
    for path in ("domain/posts/service.py", "kit/text_utils.py", "common/words.py"):
        assert list(names_that_say_nothing(Source(path, ""))), path
    for name in ("BaseRow", "PostManager", "Handler"):
        assert list(names_that_say_nothing(Source("kit/x.py", f"class {name}: ..."))), name
    assert not list(names_that_say_nothing(Source("domain/posts/publish.py", "class Database: ...")))
    assert is_without_a_word(Source("kit/x.py", "import os"))
    assert not is_without_a_word(Source("kit/__init__.py", ""))
