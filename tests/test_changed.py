"""`bin/check --changed` runs what a change can break, the nearest first, and no longer than it says."""

import grimp

from tests.changed import ROOT, SECONDS, fitting, near

GRAPH = grimp.build_graph("weetwie", "tests")


def test_what_imports_a_changed_module_comes_before_what_is_farther_away() -> None:
    found = near(["weetwie/text/signs.py"], GRAPH, ROOT)
    assert found.index("tests/text/test_signs.py") < found.index("tests/text/test_text.py")


def test_a_template_brings_the_tests_of_its_page() -> None:
    assert "tests/web/test_home.py" in near(["weetwie/web/templates/home.html"], GRAPH, ROOT)


def test_a_changed_test_is_run_itself() -> None:
    assert "tests/test_settings.py" in near(["tests/test_settings.py"], GRAPH, ROOT)


def test_only_as_many_run_as_fit_and_at_least_one() -> None:
    slow = {"a": SECONDS, "b": SECONDS, "c": SECONDS}
    assert list(fitting("abc", slow, workers=2)) == ["a", "b"]
    assert list(fitting("a", {"a": SECONDS * 9}, workers=1)) == ["a"]
