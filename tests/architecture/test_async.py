"""Async means the world: whatever takes `db` is async, and whatever is not async touches nothing."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Source, sources

pytestmark = pytest.mark.xdist_group("architecture")

WORLD = {
    *(
        "asyncio",
        "asyncpg",
        "fcntl",
        "http",
        "httpx",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "signal",
    ),
    *("socket", "sqlalchemy", "ssl", "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid"),
    *("weetwie.runtime.clock", "weetwie.database.pool", "weetwie.database.postgres"),
}
"""What a pure file has no business with: files, network, processes, chance, the clock, the database."""

PURE = ("/rules.py", "access/permissions.py", "text/text.py", "access/enums.py")


def takers_of_the_database(source: Source) -> Iterator[str]:
    for function in source.functions:
        takes = any(
            argument.arg == "db"
            for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        )
        # A constructor only keeps it, and so does what makes a context.
        if takes and isinstance(function, ast.FunctionDef) and function.name not in ("__init__", "context"):
            yield f"{source.path}:{function.lineno} {function.name} takes db and is not async"


def touches(source: Source) -> Iterator[str]:
    if source.path.endswith(PURE):
        for name in source.imports:
            if any(name == part or name.startswith(f"{part}.") for part in WORLD):
                yield f"{source.path} imports {name}"
        for function in source.functions:
            if isinstance(function, ast.AsyncFunctionDef):
                yield f"{source.path}:{function.lineno} {function.name} is async"


def test_what_takes_the_database_is_async() -> None:
    assert [breach for source in sources() for breach in takers_of_the_database(source)] == []


def test_rules_touch_nothing() -> None:
    checked = [source for source in sources() if source.path.endswith(PURE)]
    assert len(checked) >= len(PURE)
    assert [breach for source in checked for breach in touches(source)] == []


def test_a_breach_is_noticed() -> None:
    assert list(takers_of_the_database(Source("domain/posts/publish.py", "def publish(db, viewer): ...")))
    assert list(takers_of_the_database(Source("domain/posts/publish.py", "def publish(viewer, *, db): ...")))
    assert not list(takers_of_the_database(Source("domain/posts/publish.py", "async def publish(db): ...")))
    for line in (
        "import os.path",
        "from pathlib import Path",
        "from weetwie.runtime import clock",
        "async def check(): ...",
    ):
        assert list(touches(Source("domain/posts/rules.py", line))), line
    assert not list(touches(Source("domain/posts/rules.py", "import re\nfrom datetime import datetime")))
