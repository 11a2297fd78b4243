"""Where links, mentions and tags begin and end, in any script."""

import time

import pytest
from hypothesis import given, strategies as st

from weetwie.text import text as texts
from weetwie.text.links import links


def found(text: str, kind: str) -> list[str]:
    return [piece.target for piece in texts.pieces(text) if piece.kind == kind]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See “https://example.org/a” please", "https://example.org/a"),
        ("„https://example.org/a“", "https://example.org/a"),
        ("»https://example.org/a«, «https://example.org/a»", "https://example.org/a"),
        ("‹https://example.org/a›", "https://example.org/a"),
        ("‘https://example.org/a’", "https://example.org/a"),
        ("‘https://example.org/a’と", "https://example.org/a"),
        ("“https://example.org/a.”", "https://example.org/a"),
        ("https://example.org/e… next", "https://example.org/e"),
        ("https://example.com/foo。次の文。", "https://example.com/foo"),
        ("（https://example.com/baz）です", "https://example.com/baz"),
        ("「https://example.com/q」と『https://example.com/q』", "https://example.com/q"),
        ("【https://example.com/q】！", "https://example.com/q"),
        ("https://example.com/q、https://example.com/q，そして", "https://example.com/q"),
        ("詳細はhttps://example.com/q！？", "https://example.com/q"),
        ("https://example.orgです", "https://example.org"),
        ("https://example.org에서", "https://example.org"),
        ("https://example.org/س؟", "https://example.org/س"),
        ("https://example.org/क।", "https://example.org/क"),
        ("`https://example.org/a`", "https://example.org/a"),
        ("https://example.org/b— and", "https://example.org/b"),
        ("https://ja.example.org/wiki/Foo（橋）です", "https://ja.example.org/wiki/Foo（橋）です"),
        ("https://example.org/「名。前」。", "https://example.org/「名。前」"),
        ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("https://例え.テスト/道。", "https://例え.テスト/道"),
        ("https://example.org/L’Équipe’", "https://example.org/L’Équipe"),
        ("https://example.org’s", "https://example.org"),
        ("http://me:pw@example.org:8080/x?y=1,2#z.", "http://me:pw@example.org:8080/x?y=1,2#z"),
        ("HTTPS://Example.org/A", "HTTPS://Example.org/A"),
    ],
)
def test_a_link_ends_before_what_ends_a_sentence_or_a_quotation(text: str, link: str) -> None:
    assert set(found(text, "link")) == {link}


@pytest.mark.parametrize("text", ["xhttps://a.b", "éhttps://a.b", "@https://a.b", "https://", "http://a:99999", "ftp://a.b"])  # fmt: skip
def test_what_only_looks_like_a_link_is_none(text: str) -> None:
    assert found(text, "link") == []


@pytest.mark.parametrize(
    "text",
    [
        ".@bob look",
        "(@bob)",
        '"@bob"',
        "“@bob”",
        "…@bob…",
        "「@bob」",
        "-@bob",
        "，@bob，",
        "@bobさん",
        "@bob’s",
    ],
)
def test_a_name_may_stand_behind_any_sign_that_is_no_word(text: str) -> None:
    assert found(text, "mention") == ["bob"]


@pytest.mark.parametrize(
    "text", ["ada@bob.org", "é@bob", "/@bob", "https://a.org/@bob", "https://a.org/.@bob", "x=@bob", "@@bob"]
)
def test_addresses_mention_nobody(text: str) -> None:
    assert found(text, "mention") == []


def test_the_host_of_a_name_ends_before_the_words_that_follow_it() -> None:
    (piece,) = texts.pieces("@bob@example.orgさん")
    assert (piece.text, piece.host) == ("@bob@example.org", "example.org")


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#foo· and #foo", ["foo", "foo"]),
        ("#テスト・#別", ["テスト", "別"]),
        ("#ガガ・レディー・", ["ガガ・レディー"]),
        ("#·foo #・foo #_·", ["_"]),
        ("#می‌خواهم‌ ok", ["می‌خواهم"]),
        ("„#foo“ «#bar» 「#別」。", ["foo", "bar", "別"]),
        ("#️⃣ #1️⃣ #ㅤ #1·2", []),
        ("#foo… #bar’s", ["foo", "bar"]),
    ],
)
def test_some_signs_stand_within_a_tag_and_not_at_its_ends(text: str, tags: list[str]) -> None:
    assert found(text, "tag") == tags


def test_signs_that_nobody_sees_do_not_tell_tags_apart() -> None:
    assert texts.tag_key("می‌خواهم") == texts.tag_key("میخواهم")
    assert texts.tag_key("foo\u200d\ufe0fbar") == "foobar"


@pytest.mark.parametrize(
    "text", ["👍🏽" * 50, "🇳🇱" * 50, "👩‍👩‍👧‍👦" * 50, "e\u0301" * 50, "x" * 50, "นี้" * 25, "\r\n" * 50]
)
def test_a_length_is_that_of_the_signs_people_see(text: str) -> None:
    assert not texts.is_longer(text, 50)
    assert texts.is_longer(text + "y", texts.signs(text))


def test_one_sign_is_not_made_of_marks_without_end() -> None:
    assert texts.signs("e" + "\u0301" * 5000) == 1
    assert texts.is_longer("e" + "\u0301" * 5000, 50)


@given(st.text("http:/.a(（）)。“”’'-@#\u200b é", max_size=120))
def test_links_are_in_order_and_hold_no_blanks(text: str) -> None:
    at = 0
    for start, end in links(text):
        assert at <= start < end <= len(text)
        assert text[start:].lower().startswith(("http://", "https://"))
        assert not text[start:end].split()[1:]
        at = end


@pytest.mark.parametrize(
    "part",
    ["http://a ", "http://a(", "http://a/（", "http://a/’", "‘http://a/b’x", "http://[(a", "a@http://", "http://a.b-"],
)  # fmt: skip
def test_twice_the_text_takes_twice_the_time(part: str) -> None:
    """Where each sign were looked at again for each link, this would take minutes."""
    began = time.process_time()
    for _link in links(part * (1_000_000 // len(part))):
        pass
    assert time.process_time() - began < 10
