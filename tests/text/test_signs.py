"""Signs that nobody sees are no part of what is compared."""

import pytest
from hypothesis import given, strategies as st

from weetwie.text import text as texts
from weetwie.text.signs import bare_address, bare_addresses, visible


@pytest.mark.parametrize(
    "written",
    [
        "\u200bann@corp.example",
        "mailto:ann@corp.example",
        "MAILTO:ann%40corp.example?subject=Hello",
        "SMTP:ann@corp.example",
        "Ann Bee <ann@corp.example>",
        '"Bee, Ann" <mailto:ann@corp.example>;',
        "ann@corp.example (Ann Bee)",
        "\ufeffann@corp.example.",
        "ann@cor\u00adp.example\u00a0",
        "\u202aann@corp.example\u202c",
        "'ann@corp.example',",
        "[ann@corp.example]",
        "ａｎｎ＠corp。example",
        "ann\u2060@corp\u200d.example\u200e",
    ],
)
def test_an_address_is_the_same_however_it_was_copied(written: str) -> None:
    assert bare_address(written) == "ann@corp.example"


def test_a_list_of_addresses_is_read_as_letters_and_tables_have_it() -> None:
    assert bare_addresses('"Bee, Ann" <ann@x.example>; bo@x.example\nCy <cy@x.example>') == [
        "ann@x.example",
        "bo@x.example",
        "cy@x.example",
    ]
    assert bare_addresses("ann@x.example ::: bo@x.example, ann@x.example") == [
        "ann@x.example",
        "bo@x.example",
    ]
    assert bare_addresses("ann bo@x.example") == ["ann", "bo@x.example"]
    assert bare_addresses("ann@x.example (Ann Bee)") == ["ann@x.example"]
    assert bare_addresses(" \u200b ") == []


def test_what_is_seen_stays_and_has_one_spelling() -> None:
    assert visible(" Jo\u0308rg\u00a0\u200bM\u00fcller\t") == "J\u00f6rg M\u00fcller"
    assert visible("\ufe0f\u3164\u2800") == ""
    assert texts.tag_key("Kaf\u200bka") == texts.tag_key("kafka")


@given(st.text())
def test_it_is_done_once_and_for_all(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert isinstance(bare_address(text), str) and isinstance(bare_addresses(text), list)
