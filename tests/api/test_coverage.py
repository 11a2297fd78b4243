"""The page about apps tells the truth."""

from tests.api import coverage


def test_the_page_is_current() -> None:
    assert coverage.PAGE.read_text() == coverage.page(), "run: python -m tests.api.coverage"


def test_every_endpoint_is_here_that_is_not_of_old() -> None:
    assert {one.state for one in coverage.known() if not one.is_here} == {"deprecated", "removed"}
