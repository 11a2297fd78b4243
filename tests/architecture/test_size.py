"""The size guide finds what has outgrown it."""

from tests.architecture.size import FILE, FUNCTION, outgrown
from tests.architecture.source import Source


def test_what_has_outgrown_the_guide_is_listed() -> None:
    long = "def long():\n" + "    pass\n" * FUNCTION
    wide = "def wide(db, viewer, a, b, c, d, e, f): ...\n"
    assert [line.split(" ", 1)[1] for line in outgrown(Source("x.py", long))] == [
        f"long: {FUNCTION + 1} lines"
    ]
    assert [line.split(" ", 1)[1] for line in outgrown(Source("x.py", wide))] == ["wide: 6 parameters"]
    assert list(outgrown(Source("x.py", "\n" * (FILE + 1)))) == [f"x.py: {FILE + 1} lines"]
    assert not list(outgrown(Source("x.py", "def fine(db, viewer, a): ...\n")))
