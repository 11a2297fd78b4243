"""HTML of other servers as plain text."""

import pytest
from hypothesis import given, strategies as st

from weetwie.imports.plain import plain
from weetwie.text import text as texts

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


def test_elements_that_end_a_word_keep_words_apart() -> None:
    table = "<table><tr><td>pump</td><td>seal</td></tr><tr><td>valve</td></tr></table>"
    assert plain(table) == "pump seal\nvalve"
    assert plain("<dl><dt>unit</dt><dd>bar</dd></dl>") == "unit\nbar"
    assert plain("<table><caption>c</caption><tr><th>a</th><th>b</th></tr></table>x") == "c\na b\n\nx"
    assert plain("<details><summary>more</summary>less</details>end") == "more\nless\n\nend"
    assert plain("<figure><img alt='x'><figcaption>y</figcaption></figure>") == "x\ny"
    assert plain("<ul><li><p>a</p></li><li> b</li></ul>c") == "- a\n\n- b\n\nc"


@pytest.mark.parametrize("tag", "section article header aside hr h1 main table fieldset address".split())
def test_a_part_of_a_page_is_a_paragraph(tag: str) -> None:
    assert plain(f"one<{tag}>two</{tag}>three").split() == ["one", "two", "three"]


@pytest.mark.parametrize(
    "tag", "option legend caption tr td th dt dd summary figcaption label button textarea".split()
)
def test_no_two_words_become_one(tag: str) -> None:
    assert plain(f"<{tag}>one</{tag}><{tag}>two</{tag}>three").split() == ["one", "two", "three"]


def test_a_name_or_a_link_takes_no_letter_of_another_script() -> None:
    assert plain(f"{MENTION}<br>two") == "@bob@other.example\ntwo"
    assert plain(f"{MENTION}さん、hi") == "@bob@other.example さん、hi"
    assert plain('<a href="https://example.org/">https://example.org/</a>です') == "https://example.org/ です"


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
    [
        "<",
        "<a ",
        "<!--",
        '<a href="',
        "<a href='",
        "</",
        "<p>",
        "&",
        "<pre> ",
        "<a x=",
        "\n ",
        "href=",
        "<td>",
        "<li>",
        "<tr><td>",
    ],
)
def test_nothing_that_was_made_to_be_slow_is(part: str) -> None:
    """Where each sign were looked at again and again, this would take hours."""
    assert isinstance(plain(part * (2_000_000 // len(part))), str)


def test_code_stands_between_backticks_where_it_is_asked_for() -> None:
    written = "<p>Use <code>a &lt; b</code> as in</p><pre><code>if x:\n    y()\n</code></pre><p>or not</p>"
    assert plain(written, code=True) == "Use `a < b` as in\n\n```\nif x:\n    y()\n```\n\nor not"
    assert plain("<pre>one</pre>", code=True) == "```\none\n```"
    assert "`" not in plain(written)


def test_what_is_quoted_is_left_out_where_it_is_asked_for() -> None:
    written = "one<blockquote>two<blockquote>three<br></blockquote>four<a href='https://x.example/'>y</a></blockquote>five"
    assert plain(written, without=("blockquote",)) == "one\n\nfive"
    assert "three" in plain(written)
