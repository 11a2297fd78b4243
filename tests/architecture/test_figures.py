"""The figures of the whole count what they say they count."""

from tests.architecture.figures import TARGETS, duplicates, figures, imported, length, logical_lines, loose
from tests.architecture.source import Source, sources


def test_a_logical_line_is_a_statement_however_it_is_broken() -> None:
    text = '"""What it is for."""\n\n# Why.\nx = f(\n    1,\n)\n\n\ndef f(a):\n    """How."""\n    return a\n'
    assert logical_lines(Source("x.py", text)) == 3


def test_modules_of_ours_are_counted_once_each() -> None:
    one = Source("a/one.py", "from weetwie.a import two\nfrom weetwie.a.two import f, g\nimport os\n")
    two = Source("a/two.py", "")
    assert imported([one, two]) == {"a/one.py": {"weetwie.a.two"}, "a/two.py": set()}


def test_any_is_found_under_every_name_that_it_is_given() -> None:
    alias = Source("a.py", "from typing import Any\nRow = dict[str, Any]\nRows = list[Row]\n")
    use = Source("b.py", "from weetwie.a import Rows\ndef f(a: object) -> Rows: ...\nNOTHING = object()\n")
    typed = Source("c.py", "from sqlalchemy import cast\nRows = list[int]\ndef f(a: Rows): cast(a)\n")
    cast = Source("d.py", "from typing import cast\nx = cast(int, 1)\n")
    assert dict(loose([alias, use, typed, cast])) == {"a.py": 2, "b.py": 2, "c.py": 0, "d.py": 1}


def test_any_may_stand_where_json_comes_in() -> None:
    assert not loose([Source("scim/a.py", "from typing import Any\nx: Any = 1\n")])


def test_a_public_class_whose_name_stands_twice_is_found() -> None:
    files = [
        Source("a.py", "class A: ...\nclass _B: ...\n"),
        Source("b.py", "class A: ...\nclass _B: ...\n"),
        Source("tables/c.py", "class A: ...\n"),
    ]
    assert duplicates(files) == {"A": ["a.py", "b.py"]}


def test_every_figure_has_its_aim() -> None:
    assert figures(sources()).keys() == TARGETS.keys()


def test_no_public_class_shares_its_name_with_another() -> None:
    assert duplicates(sources()) == {}, "name each by what it is"


def test_no_file_and_no_function_is_too_long() -> None:
    found = sources()
    assert [source.path for source in found if source.text.count("\n") > 400] == []
    assert [
        f"{source.path}: {one.name}" for source in found for one in source.functions if length(one) > 50
    ] == []
