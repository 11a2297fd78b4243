"""Plain text as people write it: what it names, how long it is, what it looks like as HTML."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Literal

from weetwie.runtime.later import pattern
from weetwie.text import links
from weetwie.text.signs import bare_address, normal, visible

if TYPE_CHECKING:
    from regex import Match, Pattern

_ENOUGH_TO_TELL = 4000
"""Characters that show the language of a text."""
URL_LENGTH = 23
"""What every address counts for, however long it is."""

HANDLE = r"[a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?"
_HOST = r"[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?(?::\d{1,5})?"
_MENTION = rf"(?<![\w/@=])@(?P<handle>{HANDLE})(?:@(?P<host>{_HOST}))?"
# Some signs stand within a tag and not at its ends: middle dots, and joiners that nobody sees.
_IN_TAG = r"[\p{L}\p{M}\p{N}_·・･\u200c\u200d]"
_TAG = (
    r"(?<![=/\p{L}\p{M}\p{N}_#＃&)])[#＃]"
    rf"(?P<tag>(?=[\p{{M}}\p{{N}}·・･\u200c\u200d]*+[\p{{L}}_])(?!\p{{DI}})[\p{{L}}\p{{N}}_](?:{_IN_TAG}*[\p{{L}}\p{{M}}\p{{N}}_])?)"
)
_NAMES = pattern(f"(?i){_MENTION}|{_TAG}")
_ADDRESS = re.compile(r"[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]{1,190}")
_CASE_NUMBER = pattern(r"[\w./:-]+( [\w./:-]+)*")
LONGEST_CASE_NUMBER = 64
_EMPTY_LINES = pattern(r"\n\n+")
_GRAPHEME = pattern(r"\X")
_FLAG = pattern(r"[\U0001f1e6-\U0001f1ff]{2}")
_SIGN = pattern("[@#＃]")
_SHORTEST_NAME = 2
_MOST_IN_ONE = 40
"""So many of the computer's characters may one that people see have, on the whole of a text."""

# The question marks of the scripts: Latin, Spanish ends like Latin, Greek, Arabic, Armenian, Ethiopic, CJK full width, Vai,
# Bamum, Coptic, Syriac-like reversed, and the doubled and mixed ones.
_QUESTION_MARKS = "?\u037e\u061f\u055e\u1367\ufe56\uff1f\u2047\u2048\u2049\u203d\u2e2e\ua60f\ua6f7\u2cfa\u2cfb\U00011143\U0001e95f\ufe16"
# Both are looked for from the end backwards: forwards, each place in a long row of such marks would be tried as a beginning.
# A quotation ends in Dutch and German with signs that open one in English. What is asked loudly is asked all the same.
_AFTER_THE_END = pattern(r"(?r)[\p{Pe}\p{Pf}\p{Pi}\p{Zs}\p{Cf}\s\"'*_)\]!！…\p{So}\p{Sk}\ufe0f]++\Z")
_CLOSING_TAG = pattern(r"(?r)\s++[#＃][\p{L}\p{M}\p{N}_·・･\u200c\u200d]++\s*+\Z")


@dataclass(frozen=True)
class Piece:
    """A stretch of text that names something."""

    kind: Literal["link", "mention", "tag"]
    start: int
    end: int
    text: str
    """As written."""
    target: str
    """The address, the handle or the name of the tag."""
    host: str | None = None
    """Of a mention with a domain."""


def pieces(text: str) -> list[Piece]:
    """Links, mentions and tags, in order and without overlap; what lies in a link is the link's."""
    return list(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    at = 0
    for start, end in links.links(text):
        yield from _names(text, at, start)
        yield Piece("link", start, end, text[start:end], text[start:end])
        at = end
    yield from _names(text, at, len(text))


def _names(text: str, begin: int, end: int) -> Iterator[Piece]:
    """Those between two links; one that would go on into the second is none."""
    for match in _NAMES.finditer(text, begin, end) if _SIGN.search(text, begin, end) else ():
        if match.end() == end and end < len(text) and _NAMES.match(text, match.start()).end() > end:
            return
        if match["handle"]:
            yield _mention(match)
        else:
            yield Piece("tag", match.start(), match.end(), match[0], match["tag"])


def _mention(match: "Match[str]") -> Piece:
    host, cut = match["host"], 0
    if host:
        cut = len(host) - links.host_end(host)
        host = host[: len(host) - cut]
    end = match.end() - cut
    return Piece("mention", match.start(), end, match[0][: len(match[0]) - cut], match["handle"], host)


@lru_cache(maxsize=4096)
def tag_key(name: str) -> str:
    """What two spellings of one tag have in common; signs that nobody sees do not tell them apart."""
    return normal("NFKC", visible(name)).casefold()


class _Enough(Exception):
    pass


def length(text: str, enough: int | None = None) -> int:
    """Characters as people see them; an address counts 23, a mention without its domain. Beyond `enough` the count may end
    early, with any number that is larger."""
    counted = 0

    def short(piece: Piece) -> str | None:
        nonlocal counted
        counted += URL_LENGTH if piece.kind == "link" else _SHORTEST_NAME
        if enough is not None and counted > enough:
            raise _Enough
        if piece.kind == "link":
            return "x" * URL_LENGTH
        return "@" + piece.target if piece.host else None

    try:
        shortened = replaced(text, short)
    except _Enough:
        return counted
    return signs(shortened, enough)


def replaced(text: str, by: Callable[[Piece], str | None]) -> str:
    """With each piece as `by` makes it; None leaves it."""
    out: list[str] = []
    at = 0
    for piece in _pieces(text):
        if (made := by(piece)) is not None:
            out += (text[at : piece.start], made)
            at = piece.end
    out.append(text[at:])
    return "".join(out)


def signs(text: str, enough: int | None = None) -> int:
    """Characters as people see them, however many of the computer's they are made of. Beyond `enough` the count ends early."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    # Flags in a row would each be counted from the first one on.
    found = _GRAPHEME.finditer(_FLAG.sub("x", text))
    return sum(1 for _sign in (found if enough is None else islice(found, enough + 1)))


def is_longer(text: str, most: int) -> bool:
    """Than so many characters as people see them; nor may any of these be made of marks without end."""
    return len(text) > most and (len(text) > _MOST_IN_ONE * most or signs(text, most) > most)


def is_question(text: str) -> bool:
    """Whether a text ends in a question mark of any script; tags, emoji and closing marks behind it do not count."""
    if not any(mark in text for mark in _QUESTION_MARKS):
        return False
    rest = _without_end(_AFTER_THE_END, text)
    while (shorter := _without_end(_CLOSING_TAG, rest)) != rest:
        rest = shorter
    return _without_end(_AFTER_THE_END, rest).endswith(tuple(_QUESTION_MARKS))


def _without_end(end: "Pattern[str]", text: str) -> str:
    found = end.search(text)
    return text[: found.start()] if found else text


def as_html(text: str, link_to: Callable[[Piece], str | None]) -> str:
    """Paragraphs and line breaks, with each piece as `link_to` makes it (None leaves it as text).

    A piece gets the ready HTML of its link; everything else is escaped here.
    """
    out: list[str] = []
    at = 0
    for piece in pieces(text):
        linked = link_to(piece)
        if linked is None:
            continue
        out += (html.escape(text[at : piece.start], quote=False), linked)
        at = piece.end
    out.append(html.escape(text[at:], quote=False))
    return _paragraphs("".join(out))


def _paragraphs(escaped: str) -> str:
    escaped = escaped.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not escaped:
        return ""
    parts = [part.replace("\n", "<br />") for part in _EMPTY_LINES.split(escaped)]
    return "<p>" + "</p><p>".join(parts) + "</p>"


def link_html(address: str) -> str:
    """An address as the client API shows it: the scheme and what is beyond thirty characters are there, but hidden."""
    rest = address.partition("://")[2]
    rest = rest.removeprefix("www.") if rest.startswith("www.") else rest
    prefix = address[: len(address) - len(rest)]
    shown, hidden = rest[:30], rest[30:]
    classes = ' class="ellipsis"' if hidden else ""
    escape = html.escape
    return (
        f'<a href="{escape(address)}" target="_blank" rel="nofollow noopener noreferrer" translate="no">'
        f'<span class="invisible">{escape(prefix)}</span><span{classes}>{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )


def language_of(text: str) -> str | None:
    """The language that a text is most likely in (ISO 639-1); None when it is too short to tell."""
    plain = replaced(text[:_ENOUGH_TO_TELL], lambda _piece: " ")
    letters = sum(map(str.isalpha, plain))
    if letters < 12:
        return None
    import pycld2

    try:
        _, _, guesses = pycld2.detect(plain)
    except pycld2.error:
        return None
    code: str = guesses[0][1]
    return None if code == "un" else code[:2]


def is_address(text: str) -> bool:
    """Whether an email may be sent there: nothing in it that a mail server would read as more than one address."""
    return _ADDRESS.fullmatch(text) is not None


def is_case_number(text: str) -> bool:
    """Such as `2026/114`: what a case is called, and never what it is about."""
    return len(text) <= LONGEST_CASE_NUMBER and _CASE_NUMBER.fullmatch(text) is not None


def canonical_address(address: str) -> str:
    """An e-mail address without what varies in it and leads to the same box: case, dots, and what stands behind a plus."""
    local, _at, host = bare_address(address).lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{host}"
