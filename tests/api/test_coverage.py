"""The page about apps tells the truth."""

from tests.api import coverage


def test_the_page_is_current() -> None:
    assert coverage.PAGE.read_text() == coverage.page(), "run: python -m tests.api.coverage"


def test_every_endpoint_is_here_or_explained_and_every_explanation_is_needed() -> None:
    reasons = {one.why_not for one in coverage.known() if not one.is_here}
    assert set(coverage.WHY_NOT.values()) <= reasons
