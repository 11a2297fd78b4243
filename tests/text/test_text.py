"""What a text names, how long it is, what it looks like as HTML."""

import html as html_lib
import re
import time

import pytest
from hypothesis import given, strategies as st

from weetwie.text import text as texts


def found(text: str, kind: str) -> list[str]:
    return [piece.target for piece in texts.pieces(text) if piece.kind == kind]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ada knows", ["ada"]),
        ("Ask @ada.lovelace, or @bo-1.", ["ada.lovelace", "bo-1"]),
        ("(@ada)", ["ada"]),
        ("mail ada@example.org", []),
        ("https://example.org/@ada", []),
        ("@ada@example.org", ["ada"]),
        ("@@ada", []),
        ("just @ and @, ", []),
    ],
)
def test_a_name_is_found_where_people_mean_one(text: str, names: list[str]) -> None:
    assert found(text, "mention") == names


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Kafka and #kafka", ["Kafka", "kafka"]),
        ("#日本語 #größe #हिन्दी", ["日本語", "größe", "हिन्दी"]),
        ("#2026 is no tag, #q3_2026 is", ["q3_2026"]),
        ("see page#top and a&#39;b", []),
        ("C# is a language", []),
        ("＃全角", ["全角"]),
    ],
)
def test_a_tag_may_be_in_any_script_and_is_not_a_number(text: str, tags: list[str]) -> None:
    assert found(text, "tag") == tags


def test_two_spellings_of_a_tag_have_one_key() -> None:
    assert texts.tag_key("CamelCase") == texts.tag_key("camelcase") == texts.tag_key("Ｃamelcase")


def test_what_lies_in_a_link_is_the_links() -> None:
    text = "see https://example.org/@ada?x=#kafka."
    assert [piece.kind for piece in texts.pieces(text)] == ["link"]


@pytest.mark.parametrize(
    "text",
    [
        "Who knows?",
        "Wer weiß das? 🙂",
        "誰が知っていますか？",
        "من يعرف؟",
        "Ποιος ξέρει\u037e",
        "Who? #kafka #ops",
        "Really?!?",
        '"Who?"',
        "„Wer?“",
        "»Wer?«",
        "Wer?‘",
        "Who?!",
        "誰？！",
        "Who?\u200b",
        "Who?…",
    ],
)
def test_a_question_ends_in_a_question_mark_of_any_script(text: str) -> None:
    assert texts.is_question(text)


@pytest.mark.parametrize(
    "text", ["I know.", "Why? Because.", "", "  ", "#why", "see https://example.org/?q", "?= is a sign"]
)
def test_a_question_mark_elsewhere_makes_no_question(text: str) -> None:
    assert not texts.is_question(text)


def test_length_counts_characters_as_people_see_them() -> None:
    assert texts.length("café") == 4
    assert texts.length("cafe\u0301") == 4
    assert texts.length("👩‍👩‍👧‍👦!") == 2
    assert texts.length("x" * 10) == 10


def test_an_address_counts_23_however_long_it_is() -> None:
    assert texts.length("https://example.org/" + "a" * 500) == 23
    assert texts.length("see https://e.org/x") == 4 + 23


def test_a_mention_with_a_domain_counts_without_it() -> None:
    assert texts.length("@ada@example.org hi") == len("@ada hi")


def test_lines_become_breaks_and_empty_lines_paragraphs() -> None:
    assert texts.as_html("a\nb\n\n\nc", lambda piece: None) == "<p>a<br />b</p><p>c</p>"
    assert texts.as_html("", lambda piece: None) == ""


def test_a_long_address_shows_thirty_characters_and_holds_all() -> None:
    address = "https://www.example.org/a/very/long/path/that/goes/on/and/on"
    shown = texts.link_html(address)
    assert "".join(re.findall(r"<span[^>]*>([^<]*)</span>", shown)) == address
    assert re.search(r'<span class="ellipsis">([^<]*)</span>', shown)[1] == "example.org/a/very/long/path/t"  # type: ignore[index]


@given(st.text(max_size=300))
def test_no_text_becomes_markup_of_its_own(text: str) -> None:
    shown = texts.as_html(text, lambda piece: texts.link_html(piece.target) if piece.kind == "link" else None)
    tags = set(re.findall(r"</?([a-zA-Z]+)", shown))
    assert tags <= {"p", "br", "a", "span"}
    plain = html_lib.unescape(re.sub(r"<[^>]*>", "", shown))
    assert "".join(plain.split()) == "".join(text.split()) or texts.pieces(text)


@given(st.text(max_size=300))
def test_pieces_are_in_order_and_do_not_overlap(text: str) -> None:
    at = 0
    for piece in texts.pieces(text):
        assert at <= piece.start < piece.end <= len(text)
        assert text[piece.start : piece.end] == piece.text
        at = piece.end


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Does anyone know how the consumers of this topic are balanced again?", "en"),
        ("Weet iemand hoe de planning voor het magazijn eruitziet?", "nl"),
        ("Wer weiß, wie man das Zertifikat erneuert und wo es liegt?", "de"),
        ("ok", None),
        ("12345 67890 12345", None),
    ],
)
def test_a_language_is_guessed_only_where_there_is_enough_to_go_by(text: str, language: str | None) -> None:
    assert texts.language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "?" + "\u200d" * 38_000 + "x",
        "?" + (" #a" + "\u0301" * 125) * 300 + " x",
        "http://a.b @a " * 2_800,
    ],
    ids=["joiners", "tags of many marks", "links and names"],
)
def test_no_text_that_a_post_may_bring_keeps_a_process_busy(text: str) -> None:
    began = time.thread_time()
    texts.is_question(text)
    texts.length(text)
    assert time.thread_time() - began < 0.35
