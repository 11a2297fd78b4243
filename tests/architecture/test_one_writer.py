"""A row is made, changed and deleted by the domain whose table it is in; anyone above may read it."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Source, sources

pytestmark = pytest.mark.xdist_group("architecture")

WRITES = {"insert", "update", "delete"}

OTHER_WRITERS = {
    # Facts are written by whoever records them, and marked done by the worker: they belong to no domain.
    "events": {"events.py", "worker.py"},
    # Acts are written down by whoever does them, and sealed and cut by the trail's own domain.
    "audit": {"events.py", "domain/audit/chain.py", "domain/audit/trail.py"},
}
"""Tables whose writer is not the domain of the same name."""

SHARED_COLUMNS = {
    # Totals on a person's card are kept beside what is counted, in the transaction of the act.
    ("Person", "domain/posts/counts.py"): "posts of a person, by ring",
    ("Person", "domain/posts/imported_counts.py"): "posts of a person, by ring",
    ("Person", "domain/posts/take_out.py"): "posts of a person, by ring",
    ("Person", "domain/relations/pair.py"): "followers and following of a person",
}
"""Columns that lie in one domain's row and are counted by another."""


def tables(of: list[Source]) -> dict[str, str]:
    """Every class of a row -> the domain that writes it."""
    found: dict[str, str] = {}
    for source in of:
        folder, _slash, file = source.path.partition("/")
        if folder == "tables":
            domain = file.removesuffix(".py")
            classes = (node for node in source.tree.body if isinstance(node, ast.ClassDef))
            found |= {
                node.name: domain
                for node in classes
                if any(isinstance(base, ast.Name) and base.id == "Row" for base in node.bases)
            }
    return found


def writes(source: Source, rows: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The classes of rows that a file makes, inserts, updates or deletes, with the line."""
    names = set(_imported_rows(source, rows))
    verbs = WRITES | set(_renamed_verbs(source))
    for node in source.nodes:
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in names:
            yield name, node.lineno
        elif name in verbs and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in names:
            yield node.args[0].id, node.lineno


def breaches(of: list[Source]) -> list[str]:
    rows = tables(of)
    found = []
    for source in of:
        if source.path.startswith(("tables/", "migrations/")):
            continue
        for row, line in writes(source, rows):
            domain = rows[row]
            is_own = source.path.startswith(f"domain/{domain}/") or source.path in OTHER_WRITERS.get(
                domain, ()
            )
            if not is_own and (row, source.path) not in SHARED_COLUMNS:
                found.append(f"{source.path}:{line} writes {row}, which is written by domain/{domain}/ alone")
    return found


def _imported_rows(source: Source, rows: dict[str, str]) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("weetwie.tables"):
            yield from (alias.asname or alias.name for alias in node.names if alias.name in rows)


def _renamed_verbs(source: Source) -> Iterator[str]:
    """What `insert` and its like are called in this file: `from ... import insert as pg_insert`."""
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            yield from (alias.asname for alias in node.names if alias.asname and alias.name in WRITES)


def test_every_row_has_one_writer() -> None:
    assert breaches(sources()) == []


def test_every_exception_is_still_needed() -> None:
    rows = tables(sources())
    by_path = {source.path: {row for row, _line in writes(source, rows)} for source in sources()}
    assert [
        f"{path} no longer writes {row}" for row, path in SHARED_COLUMNS if row not in by_path.get(path, ())
    ] == []


def test_a_foreign_writer_is_noticed() -> None:
    table = Source("tables/posts.py", "class Post(Row):\n    pass\n")
    head = "from weetwie.tables.posts import Post\nfrom sqlalchemy.dialects.postgresql import insert as pg_insert\n"
    for statement in (
        "insert(Post)",
        "pg_insert(Post)",
        "update(Post).where(x)",
        "sa.delete(Post)",
        "db.add(Post(id=1))",
    ):
        assert breaches([table, Source("domain/people/leave.py", head + statement)]), statement
        assert not breaches([table, Source("domain/posts/publish.py", head + statement)]), statement
    assert not breaches([table, Source("domain/people/leave.py", head + "select(Post)")])
