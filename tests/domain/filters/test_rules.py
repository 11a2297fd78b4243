"""What a filter matches: whole words or parts, in any alphabet, and never more than was written."""

import pytest
from hypothesis import given, strategies as st

from weetwie.domain.filters.rules import checked_keyword, comparable, pattern
from weetwie.errors import Invalid


@pytest.mark.parametrize(
    ("keyword", "is_whole", "text", "found"),
    [
        ("cat", True, "A Cat.", True),
        ("cat", True, "concatenate", False),
        ("cat", False, "concatenate", True),
        ("#cat", True, "see #cat", True),
        ("c++", True, "I like C++!", True),
        ("c++", True, "abc++", False),
        (":)", True, "ha:)", True),
        ("über", True, "ÜBER alles", True),
        ("ber", True, "über", False),
        ("caf\u00e9", True, "cafe\u0301 au lait", True),
        ("кот", True, "Мой КОТ спит", True),
        ("кот", True, "который", False),
        (".*", False, "anything", False),
        ("two words", True, "these two words", True),
        ("two  words", True, "these two\nwords", True),
        ("don't", True, "I don’t", True),
        ("ad", True, "ＡＤ", True),
        ("ad", True, "an a\u200bd\u00ad", True),
        ("straße", True, "STRASSE", True),
    ],
)
def test_a_keyword_matches(keyword: str, is_whole: bool, text: str, found: bool) -> None:
    made = pattern([(keyword, is_whole)])
    assert made is not None
    assert bool(made.search(comparable(text))) is found


@given(
    keywords=st.lists(
        st.text(min_size=1, max_size=8).filter(lambda one: comparable(one).strip()), min_size=1, max_size=5
    )
)
def test_any_keyword_is_found_where_it_stands_and_is_never_read_as_a_pattern(
    keywords: list[str],
) -> None:
    made = pattern([(keyword, False) for keyword in keywords])
    assert made is not None
    text = comparable(keywords[0])
    assert made.search(text) is not None, "part of a word counts"


def test_without_keywords_there_is_nothing_to_look_for() -> None:
    assert pattern([]) is None
    assert pattern([("\u200b", True)]) is None


def test_a_keyword_of_signs_that_nobody_sees_is_refused() -> None:
    with pytest.raises(Invalid):
        checked_keyword("\u200b \u2060")
