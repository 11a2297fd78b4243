"""Numbers and spans of time as each language writes them."""

from datetime import timedelta

import pytest

from weetwie.runtime import clock
from weetwie.web.dates import number, until


@pytest.mark.parametrize(
    ("locale", "value", "written"),
    [
        ("en", 7, "7"),
        ("en", 1204, "1,204"),
        ("nl", 1204, "1.204"),
        ("de", 9999, "9.999"),
        ("en", 12_345, "12.3K"),
        ("nl", 12_000, "12K"),
        ("de", 12_345, "12,3 Tsd."),
        ("de", 2_000_000, "2\u00a0Mio."),
    ],
)
def test_a_number_is_written_in_full_until_it_is_long(locale: str, value: int, written: str) -> None:
    assert number(locale, value) == written


def test_what_is_still_to_come_is_said_in_the_language_of_the_page() -> None:
    soon = clock.now() + timedelta(days=3, minutes=1)
    assert [until(locale, soon) for locale in ("en", "nl", "de")] == [
        "in 3 days",
        "over 3 dagen",
        "in 3 Tagen",
    ]
