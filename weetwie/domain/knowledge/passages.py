"""The part of a text that says what was asked, and where in it the words stand. Pure."""

from collections.abc import Mapping
from typing import Final

import msgspec
import regex

from weetwie.domain.knowledge import words

LONGEST: Final = 240
"""Characters of a passage."""
_WORD: Final = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*")
_END_OF_SENTENCE: Final = regex.compile(r"(?<=[.!?…])\s+|\n+")


class Passage(msgspec.Struct, frozen=True):
    text: str
    marks: tuple[tuple[int, int], ...]
    """From where to where the words stand in it."""


def passage_of(text: str, warning: str, wanted: Mapping[int, float]) -> Passage:
    """Of a post; what stands behind a warning stays behind it."""
    return passage(warning or text, wanted)


def passage(text: str, wanted: Mapping[int, float]) -> Passage:
    """`wanted`: how much each term says. Of a long text the stretch that says most, from the beginning of a sentence where
    that lies near."""
    marks = _marks(text, wanted)
    if len(text) <= LONGEST:
        return Passage(text, tuple((start, end) for start, end, _terms in marks))
    start = _begin(text, _best(marks, wanted))
    end = _end(text, start)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shift = len(before) - start
    inside = tuple((at + shift, to + shift) for at, to, _terms in marks if at >= start and to <= end)
    return Passage(f"{before}{text[start:end]}{after}", inside)


_Mark = tuple[int, int, frozenset[int]]


def _marks(text: str, wanted: Mapping[int, float]) -> list[_Mark]:
    return [
        (match.start(), match.end(), terms)
        for match in _WORD.finditer(text)
        if (terms := words.terms_of(match[0]) & wanted.keys())
    ]


def _best(marks: list[_Mark], wanted: Mapping[int, float]) -> int:
    """Where the stretch begins in which the different words weigh most."""
    best, place = 0.0, 0
    for number, (start, _end, _terms) in enumerate(marks):
        said: set[int] = set()
        for _at, to, terms in marks[number:]:
            if to - start > LONGEST - 40:
                break
            said |= terms
        if (weight := sum(wanted[term] for term in said)) > best:
            best, place = weight, start
    return place


def _begin(text: str, place: int) -> int:
    """Of its sentence, or else of a word not far before it."""
    ends = [match.end() for match in _END_OF_SENTENCE.finditer(text, 0, place)]
    sentence = ends[-1] if ends else 0
    if place - sentence <= LONGEST // 2:
        return sentence
    space = text.rfind(" ", 0, max(place - 40, 0))
    return space + 1


def _end(text: str, start: int) -> int:
    if len(text) - start <= LONGEST:
        return len(text)
    space = max(text.rfind(" ", start, start + LONGEST), text.rfind("\n", start, start + LONGEST))
    return space if space > start else start + LONGEST
