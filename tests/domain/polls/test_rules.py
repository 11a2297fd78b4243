"""What the options of a poll may be, as people see them."""

import pytest

from weetwie.domain.polls.rules import Ballot, checked
from weetwie.errors import Invalid


@pytest.mark.parametrize("options", [("a", "\u200b"), ("a", "\u2060 \ufeff"), ("é", "e\u0301")])
def test_options_that_nobody_sees_or_tells_apart_are_refused(options: tuple[str, str]) -> None:
    with pytest.raises(Invalid):
        checked(Ballot(options=options, lasts=600), has_media=False)


def test_options_that_differ_in_what_one_sees_are_taken() -> None:
    england, scotland = "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"
    made = checked(Ballot(options=[england, scotland], lasts=600), has_media=False)
    assert made.options == [england, scotland]
