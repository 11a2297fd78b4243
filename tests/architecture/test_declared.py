"""Tables are declared without an object mapper: nothing of the program loads one."""

import re
import subprocess
import sys

from tests.architecture.source import PACKAGE

_LOADS = "import sys, weetwie.serve.process as process; process.reactions.load(); print('sqlalchemy.orm' in sys.modules)"


def test_a_server_loads_no_object_mapper() -> None:
    loaded = subprocess.run([sys.executable, "-c", _LOADS], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"


def test_aliases_and_columns_come_from_where_tables_are_declared() -> None:
    """`sqlalchemy.orm` knows none of our tables: its `aliased` would refuse them when a statement is first written."""
    others = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(from|import) sqlalchemy\.orm", path.read_text(), re.MULTILINE)
    ]
    assert others == ["tables/declared.py"]
