"""Where the links in a text begin and end, in any script. Pure; reads each sign of a text a few times, however it is made up.

Only addresses with a scheme become links: a bare `word.word` in a sentence is seldom meant as one.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from weetwie.runtime.later import pattern
from weetwie.text.scripts import PAIRS, QUOTES, SENTENCE_ENDS, WITHOUT_SPACES

_WORD: Final = pattern(r"\S+")
_BEGIN: Final = pattern(rf"(?iV1)(?<![[\p{{L}}\p{{M}}\p{{N}}]--[{WITHOUT_SPACES}]])(?<![@＠#＃$_])https?://")
_LABEL = r"[\p{L}\p{M}\p{N}\p{So}\u200d]++(?:[-_]++[\p{L}\p{M}\p{N}\p{So}\u200d]++)*+"
_PORT = r":(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]?\d{1,4})(?!\d)"
_HOST: Final = pattern(
    rf"(?:[^\s@/\[\]()?#<>\"]{{1,50}}@)?+(?P<host>{_LABEL}(?:\.{_LABEL})*+)(?P<port>{_PORT})?+(?!:\d)"
)
_GLUED: Final = pattern(rf"\.[A-Za-z]{{2,}}(?=[{WITHOUT_SPACES}\p{{Hangul}}])")
_OPENING, _CLOSING = "".join(PAIRS), "".join(PAIRS.values())
_BRACKET: Final = pattern(f"[{re.escape(_OPENING + _CLOSING)}]")
_MARK: Final = pattern(
    rf"[{QUOTES}{SENTENCE_ENDS}{re.escape(_OPENING + _CLOSING)}<>＜＞｜\p{{Cc}}\p{{Cs}}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
    r"|’(?!\p{L})"
)
_CURLY: Final = pattern("’")
_LOOSE_END: Final = pattern(r"(?rV1)[.,;:!?'*~|[^\P{P}\x00-\x7f]]*+\Z")


def links(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends, in order."""
    if "://" not in text:
        return
    for word in _WORD.finditer(text):
        if "://" in word[0]:
            for start, end in _in_word(word[0]):
                yield word.start() + start, word.start() + end


def host_end(host: str) -> int:
    """Before the words that follow it without a space: `example.orgです`."""
    last = host.rfind(".")
    glued = _GLUED.match(host, last) if last >= 0 else None
    return glued.end() if glued else len(host)


def _in_word(word: str) -> Iterator[tuple[int, int]]:
    partners = _partners(word)
    at = 0
    while begin := _BEGIN.search(word, at):
        at = begin.end()
        host = _HOST.match(word, at)
        if host is None:
            continue
        at = host.start("host") + host_end(host["host"])
        if at == host.end("host"):
            at = _path_end(word, begin.start(), host.end(), partners)
        yield begin.start(), at


def _partners(word: str) -> dict[int, int]:
    """Where each bracket that is opened is closed."""
    found: dict[int, int] = {}
    opened: list[tuple[str, int]] = []
    awaited: Counter[str] = Counter()
    for match in _BRACKET.finditer(word):
        sign = match[0]
        if sign in PAIRS:
            opened.append((PAIRS[sign], match.start()))
            awaited[PAIRS[sign]] += 1
        elif awaited[sign]:
            while True:
                closing, place = opened.pop()
                awaited[closing] -= 1
                if closing == sign:
                    found[place] = match.start()
                    break
    return found


def _path_end(word: str, begin: int, start: int, partners: dict[int, int]) -> int:
    """What lies in balanced brackets stays; else it ends before the first sign that ends a sentence or a quotation."""
    if word[start : start + 1] not in ("/", "?", "#"):
        return start
    is_quoted = word[begin - 1 : begin] in ("‘", "’", "‚")
    at = kept = start
    end = len(word)
    while at < len(word):
        mark = _MARK.search(word, at)
        if is_quoted and (curly := _CURLY.search(word, at, mark.start() if mark else len(word))):
            mark = curly
        if mark is None:
            break
        if mark.start() not in partners:
            end = mark.start()
            break
        at = kept = partners[mark.start()] + 1
    loose = _LOOSE_END.search(word, kept, end)
    return loose.start() if loose else end
