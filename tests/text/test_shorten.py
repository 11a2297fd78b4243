"""Long texts are cut so that they read well."""

from hypothesis import given, strategies as st

from weetwie.text.shorten import shorten


def test_a_short_text_stays_as_it_is() -> None:
    assert shorten("Grease the valve, every spring.", 31) == "Grease the valve, every spring."


def test_a_long_text_ends_with_a_whole_word() -> None:
    assert shorten("Grease the kingfisher valve every spring", 30) == "Grease the kingfisher valve…"


def test_no_comma_or_bracket_stands_before_the_ellipsis() -> None:
    assert (
        shorten("No difference in yield, 0.1 per cent, so nothing", 39)
        == "No difference in yield, 0.1 per cent…"
    )
    assert shorten("It lies under the stairs (in the cellar)", 30) == "It lies under the stairs (in…"
    assert shorten("It lies under the stairs (in the cellar)", 28) == "It lies under the stairs…"


def test_a_text_without_blanks_is_cut_within_a_word() -> None:
    assert shorten("x" * 100, 10) == "x" * 9 + "…"
    assert shorten("弁のシールを交換しました", 6) == "弁のシール…"


@given(st.text(), st.integers(1, 60))
def test_it_is_never_longer_than_allowed_and_begins_like_the_text(text: str, most: int) -> None:
    short = shorten(text, most)
    assert len(short) <= max(most, 1)
    assert short == text or text.startswith(short.removesuffix("…"))
