"""Whatever strangers send is read quickly: nothing of it keeps all others waiting.

Measured is the time of this thread on its processor, against a piece of work that takes a known part of a second on any
machine; so neither other programs nor a slow machine make a difference.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

import pytest
from starlette.requests import Request

from weetwie.access.policy import Policy
from weetwie.api.body import MAX_BODY, read_body
from weetwie.api.mastodon.names import local_handle, named_by
from weetwie.api.mastodon.well_known import _handle
from weetwie.api.tree import read_query
from weetwie.domain.filters import rules as filters
from weetwie.domain.identity import rules as identity
from weetwie.domain.knowledge import delicate, passages, questions, topic_rules, words
from weetwie.domain.polls import rules as polls
from weetwie.domain.posts import rules as posts
from weetwie.domain.search import query
from weetwie.errors import Refusal
from weetwie.security.client_address import client_address, networks
from weetwie.text import language, signs, text
from weetwie.web.bounds import LONGEST_FORM
from weetwie.web.visit import cookie

MOST: Final = 0.05
"""Seconds."""
HEAD: Final = 32_768
LONGEST_TEXT: Final = 40_000
"""Raw characters that a post of 1000 as people see them may have at most."""

BITS: Final = [
    "http://a ", "http://a", "http://a.b/", "http://a/(", "http://a/()", "‘http://a/’", "‘http://a/’’’", "http://a:1", "http://a@", "字http://a.bc字",
    "@a ", "@", "@a@a ", "a@a.", "@a.a-", "#a ", "#", "#·", "#a·", "#\u0301", "#\u200d", "(@a)", "#1",
    "\u0300\u0316", "e\u0301", "\u0316\u0300", "a" + "\u0300" * 30, "".join(map(chr, range(0x300, 0x370))), "\u05b0\u0591",
    "👩\u200d", "🇩", "🇩🇪", "\u0600", "\u1100\u1161\u11a8", "क\u094d", "\ufe0f", "\u202e",
    "? ", "?)", "? #a", "\n", "\n\n a", " ", "\t ", ".", "’", '"', "<", "-", "*", "_", "(", "=", "&amp;", "\\", "\x01", ",", "a, ", ";", "/",
    "from:a ", 'from:"', "a@b, ", "<a@", "mailto:", "가", "字", "ก", "ﷺ", "İ", "ß", "a", "aB", "AbCd", "a/b", "1", "ungen", "ization", "aa/bb ", "Ab ", "9", "%41", "1.1.1.1,", "[::1]:80,",
]  # fmt: skip


def longest(bit: str, size: int) -> str:
    return (bit * (size // len(bit) + 1))[:size]


def spent(act: Callable[[], object]) -> float:
    """The best of a few tries."""
    best = float("inf")
    for _try in range(5):
        began = time.thread_time()
        with suppress(Refusal, ValueError):
            act()
        best = min(best, time.thread_time() - began)
        if best < MOST / 2:
            break
    return best


def _known_work() -> int:
    return sum(len(str(number)) for number in range(40_000))


@pytest.fixture(scope="module")
def bound() -> float:
    """So long on a machine on which the known work takes five thousandths of a second; on slower ones longer."""
    return MOST * max(1.0, spent(_known_work) / 0.005)


def post(written: str) -> None:
    """All that is read of a text between a request and what learns from it."""
    draft = posts.take_ring_from_text(posts.Draft(text=written))
    posts.check_text(draft.text, draft.warning, Policy())
    text.pieces(draft.text)
    text.language_of(draft.text)
    text.is_question(draft.text)
    text.as_html(draft.text, lambda piece: text.link_html(piece.target))


def learned(written: str) -> None:
    posts.check_text(written, "", Policy())
    words._number_in.cache_clear()
    words.read(delicate.without(written)[0], "de")


READERS: Final[dict[str, tuple[Callable[[str], object], int]]] = {
    "a post": (post, LONGEST_TEXT),
    "what a post teaches": (learned, LONGEST_TEXT),
    "a post far too long": (partial(posts.check_text, warning="", policy=Policy()), MAX_BODY),
    "a post where many characters are allowed": (
        partial(posts.check_text, warning="", policy=Policy(longest_post=10_000)),
        MAX_BODY,
    ),
    "a question to the assistant": (questions.read, 4000),
    "a question about knowledge": (words.ask, 1000),
    "a passage": (lambda said: passages.passage(said, {1: 1.0}), 1000),
    "a search": (query.read, MAX_BODY),
    "a filter": (filters.checked_keyword, MAX_BODY),
    "filtered words": (
        lambda said: (
            (found := filters.pattern([(said[:512], True)] * 3)) and found.search(filters.comparable(said))
        ),
        1000,
    ),
    "a topic": (topic_rules.check, MAX_BODY),
    "a tag": (text.tag_key, MAX_BODY),
    "a name": (signs.visible, MAX_BODY),
    "an address": (signs.bare_address, MAX_BODY),
    "is it an address": (text.is_address, MAX_BODY),
    "an address as it is compared": (text.canonical_address, MAX_BODY),
    "a number of a case": (text.is_case_number, MAX_BODY),
    "a handle": (lambda said: local_handle(said, "https://a.example"), MAX_BODY),
    "an address of ours": (lambda said: named_by(f"https://a.example/{said}", "https://a.example"), HEAD),
    "WebFinger": (lambda said: _handle(f"acct:{said}@a.example", "https://a.example"), HEAD),
    "an address to return to": (identity.is_redirect, MAX_BODY),
    "many of them": (lambda said: identity.check_redirects([said[:2000]] * 20), MAX_BODY),
    "scopes": (identity.scopes, MAX_BODY),
    "languages": (language.best.__wrapped__, HEAD),
    "proxies": (
        lambda said: client_address("1.1.1.1", said, networks(["0.0.0.0/0", "::/0"])),
        HEAD,
    ),
    "a query": (lambda said: read_query(said.encode()), HEAD),
    "a cookie": (lambda said: _cookie(f"a={said}"), HEAD),
    "a quoted cookie": (lambda said: _cookie(f'weetwie-session="{said}"'), HEAD),
}


def _cookie(header: str) -> str | None:
    scope = {"type": "http", "headers": [(b"cookie", header.encode("utf-8", "replace"))]}
    return cookie(Request(scope), "weetwie-session")


@pytest.mark.parametrize("reader", READERS)
def test_no_text_takes_long(reader: str, bound: float) -> None:
    read, size = READERS[reader]
    slow = {bit: taken for bit in BITS if (taken := spent(partial(read, longest(bit, size)))) > bound}
    assert not slow


@pytest.mark.parametrize("measure", [text.length, text.signs, text.pieces, signs.visible, words.ask])
def test_a_text_of_four_times_the_length_takes_about_four_times_as_long(
    measure: Callable[[str], object],
) -> None:
    """And not sixteen times."""
    for bit in BITS:
        short = spent(partial(measure, longest(bit, 5000)))
        assert spent(partial(measure, longest(bit, 20_000))) < 9 * short + 0.01, bit


def _body(form: bytes, content: bytes) -> Callable[[], object]:
    async def read() -> object:
        pieces = [content[at : at + 65_536] for at in range(0, len(content), 65_536)]
        messages = iter(
            {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
            for number, piece in enumerate(pieces, 1)
        )

        async def receive() -> dict[str, Any]:
            return next(messages)

        return await read_body([(b"content-type", form)], receive, MAX_BODY, [])

    return lambda: asyncio.run(read())


def _filled(bit: bytes, begin: bytes = b"", end: bytes = b"") -> bytes:
    return begin + bit * ((MAX_BODY - len(begin) - len(end)) // len(bit)) + end


JSON, FORM, PARTS = (
    b"application/json",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=b",
)
_PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
BODIES: Final = {
    "lists in lists": (JSON, _filled(b"[")),
    "objects in objects": (JSON, _filled(b'{"a":')),
    "many lists": (JSON, _filled(b"[],", b'{"a":[', b"1]}")),
    "many numbers": (JSON, _filled(b"1,", b'{"a":[', b"1]}")),
    "many names": (JSON, b"{" + b",".join(b'"%d":1' % number for number in range(24_000)) + b"}"),
    "a long number": (JSON, _filled(b"9", b'{"a":', b"}")),
    "broken letters": (JSON, _filled(b"\xff", b'{"a":"', b'"}')),
    "many lists beside a broken letter": (JSON, _filled(b"[],", b'{"b":"\xff","a":[', b"1]}")),
    "many fractions beside a broken letter": (JSON, _filled(b"1.1,", b'{"b":"\xff","a":[', b"1]}")),
    "a long number beside a broken letter": (JSON, _filled(b"9", b'{"b":"\xff","a":', b"}")),
    "nothing in a form": (FORM, _filled(b"&")),
    "signs in a form": (FORM, _filled(b"%41", b"a=")),
    "signs of nothing in a form": (FORM, _filled(b"%", b"a=")),
    "broken signs in a form": (FORM, _filled(b"%zz", b"a=")),
    "many fields": (
        FORM,
        b"&".join(b"a%d=" % number + b"%C3%A9" * 40 for number in range(999)),
    ),
    "deep fields": (FORM, b"&".join(b"a" + b"[b]" * 80 + b"=1" for _number in range(990))),
    "fields in a list": (FORM, b"&".join(b"a[][%d]=1" % number for number in range(999))),
    "returns": (PARTS, _filled(b"\r", _PART, b"\r\n--b--\r\n")),
    "almost a boundary": (PARTS, _filled(b"\r\n--", _PART, b"\r\n--b--\r\n")),
    "many headers": (PARTS, _filled(b"X: a\r\n", b"--b\r\n", b"\r\n1\r\n--b--\r\n")),
    "a long header": (PARTS, _filled(b"a", b"--b\r\nX: ", b"\r\n\r\n1\r\n--b--\r\n")),
    "many parts": (PARTS, (_PART + b"1\r\n") * 999 + b"--b--\r\n"),
    "quoted names": (
        PARTS,
        _filled(b'\\"', b'--b\r\nContent-Disposition: form-data; name="', b'"\r\n\r\n1\r\n--b--\r\n'),
    ),
}


@pytest.mark.parametrize("body", BODIES)
def test_no_body_takes_long(body: str, bound: float) -> None:
    form, content = BODIES[body]
    assert len(content) <= MAX_BODY
    assert spent(_body(form, content)) < bound


@pytest.mark.parametrize("bit", [b"&", b"a&", b"a=1&", b"%41", b"%", b"+", b";", b"="])
def test_no_form_of_a_page_takes_long(bit: bytes, bound: float) -> None:
    async def read() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": bit * (LONGEST_FORM // len(bit)), "more_body": False}

        request = Request({"type": "http", "method": "POST", "headers": [(b"content-type", FORM)]}, receive)
        async with request.form(max_fields=100) as form:
            form.multi_items()

    def act() -> None:
        try:
            asyncio.run(read())
        except Exception as error:
            if "Too many fields" not in str(error):
                raise

    assert spent(act) < bound


def test_the_choices_of_a_poll_do_not_take_long(bound: float) -> None:
    for bit in BITS:
        ballot = polls.Ballot(options=[longest(bit, 60_000)] * 4, lasts=3600, is_multiple=False)
        assert spent(partial(polls.checked, ballot, has_media=False)) < bound, bit
