"""HTML of other servers as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weetwie.imports.archive.plain import plain
from weetwie.kit import text as texts

LINK = (
    '<a href="https://example.org/a/long/way/to/a/page?x=1&amp;y=2" rel="nofollow"><span class="invisible">https://</span>'
    '<span class="ellipsis">example.org/a/long/way</span><span class="invisible">/to/a/page?x=1&amp;y=2</span></a>'
)
MENTION = '<span class="h-card"><a href="https://other.example/@bob" class="u-url mention">@<span>bob</span></a></span>'
TAG = '<a href="https://social.example/tags/kafka" class="mention hashtag">#<span>Kafka</span></a>'


def test_paragraphs_and_breaks_are_lines() -> None:
    assert (
        plain("<p>One<br>two<br />three</p><p>four &amp; &lt;five&gt;</p>")
        == "One\ntwo\nthree\n\nfour & <five>"
    )
    assert plain("<ul><li>a</li><li>b</li></ul>") == "- a\n- b"
    assert plain("a  b\n c") == "a b c"
    assert plain("<pre>a\n  b</pre>") == "a\n  b"


def test_links_are_whole_and_names_have_their_host() -> None:
    assert plain(f"<p>See {LINK}</p>") == "See https://example.org/a/long/way/to/a/page?x=1&y=2"
    assert plain(f"<p>{MENTION} hi {TAG}</p>") == "@bob@other.example hi #Kafka"
    assert plain(MENTION, {"@bob@other.example": "@bob@other.org"}) == "@bob@other.org"
    assert plain('<a href="https://example.org/">our page</a>') == "our page (https://example.org/)"


def test_a_link_does_not_take_in_the_word_that_follows_it() -> None:
    shown = plain('<a href="https://example.org/a">https://example.org/a</a>次の文')
    assert [piece.target for piece in texts.pieces(shown)] == ["https://example.org/a"]
    assert plain('<a href="https://example.org/a">https://example.org/a</a>.') == "https://example.org/a."


def test_what_is_no_text_is_left_out() -> None:
    assert plain("<script>alert(1)</script>Hi<style>p{}</style>") == "Hi"
    assert plain('<a href="javascript:alert(1)">x</a>') == "x"
    assert plain('<a href="https://[">x</a>') == "x (https://[)"


@given(st.text(max_size=300))
def test_anything_at_all_is_read(html: str) -> None:
    assert isinstance(plain(html), str)


lines = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(st.lists(lines, min_size=1, max_size=3), min_size=1, max_size=3))
def test_what_we_write_ourselves_comes_back(paragraphs: list[list[str]]) -> None:
    text = "\n\n".join("\n".join(paragraph) for paragraph in paragraphs)
    assert plain(texts.as_html(text, lambda _piece: None)) == text


@pytest.mark.parametrize(
    "part",
    ["<", "<a ", "<!--", '<a href="', "<a href='", "</", "<p>", "&", "<pre> ", "<a x=", "\n ", "href="],
)
def test_nothing_that_was_made_to_be_slow_is(part: str) -> None:
    """Where each sign were looked at again and again, this would take hours."""
    assert isinstance(plain(part * (2_000_000 // len(part))), str)
