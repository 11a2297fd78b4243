"""A server does not load what it may never need; tables are declared without an object mapper."""

import re
import subprocess
import sys

from tests.architecture.source import PACKAGE

_LOADS = "import sys, weetwie.serve.process as process; process.reactions.load(); print(*sys.modules)"


def test_a_server_starts_without_what_it_may_never_need() -> None:
    """Each of these takes megabytes."""
    loaded = subprocess.run([sys.executable, "-c", _LOADS], capture_output=True, text=True, check=True)
    seldom = {
        "sqlalchemy.orm",
        "argon2",
        "numpy",
        "httpx",
        "joserfc",
        "obstore",
        "PIL",
        "smtplib",
        "holidays",
        "mcp",
        "pydantic",
        "typst",
    }
    assert seldom & set(loaded.stdout.split()) == set()


def test_aliases_and_columns_come_from_where_tables_are_declared() -> None:
    """`sqlalchemy.orm` knows none of our tables: its `aliased` would refuse them when a statement is first written."""
    others = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(from|import) sqlalchemy\.orm", path.read_text(), re.MULTILINE)
    ]
    assert others == ["tables/declared.py"]
