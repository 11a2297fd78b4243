"""What pages of others say of themselves, however they are written."""

import pytest
from hypothesis import given, strategies as st

from weetwie.http import page

HEAD = b"<title>Pumps</title>"


@pytest.mark.parametrize("broken", [b"<![foo[", b"<!doctype [<!x", b"<![if", b"<!-", b"<?", b"&#xfffffffffff;", b"<!DOCTYPE [ <!ENTITY"])  # fmt: skip
def test_a_page_that_breaks_off_is_read_up_to_there(broken: bytes) -> None:
    assert page.read(HEAD + broken, "https://example.org/").title == "Pumps"


@given(st.binary(max_size=300), st.sampled_from([None, "utf-16", "zip", "idna", "unicode_escape"]))
def test_any_bytes_at_all_are_read(content: bytes, charset: str | None) -> None:
    page.read(content, "https://example.org/", charset)
