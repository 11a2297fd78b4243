"""The part of a text that says what was asked, and where in it the words stand. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import regex

from weetwie.domain.knowledge import words
from weetwie.domain.knowledge.answer import StandIn

LONGEST: Final = 240
"""Characters of a passage."""
_WORD: Final = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*")
_END_OF_SENTENCE: Final = regex.compile(r"(?<=[.!?…])\s+|\n+")


class Passage(msgspec.Struct, frozen=True):
    text: str
    marks: tuple[tuple[int, int], ...]
    """From where to where the words stand in it."""
    stands_for: tuple[str, ...] = ()
    """For each mark the words of the question that it stands for; empty where it is what was asked."""

    @property
    def translated(self) -> dict[str, str]:
        """What is marked for something else: word by word, as it stands there, with what was asked."""
        pairs = zip(self.marks, self.stands_for, strict=True)
        found: dict[str, list[str]] = {}
        for (start, end), asked in pairs:
            if asked:
                found.setdefault(asked, []).append(self.text[start:end])
        return {" ".join(dict.fromkeys(said)): asked for asked, said in found.items()}


def passage_of(
    text: str, warning: str, wanted: Mapping[int, float], stand_ins: Sequence[StandIn] = ()
) -> Passage:
    """Of a post; what stands behind a warning stays behind it."""
    return passage(warning or text, wanted, stand_ins)


def passage(text: str, wanted: Mapping[int, float], stand_ins: Sequence[StandIn] = ()) -> Passage:
    """`wanted`: how much each term says. Of a long text the stretch that says most, from the beginning of a sentence where
    that lies near."""
    wanted, asked = _with_stand_ins(text, wanted, stand_ins)
    marks = _marks(text, wanted)
    if len(text) <= LONGEST:
        return Passage(
            text,
            tuple((start, end) for start, end, _terms in marks),
            tuple(_asked(terms, asked) for _start, _end, terms in marks),
        )
    start = _begin(text, _best(marks, wanted))
    end = _end(text, start)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shift = len(before) - start
    kept = [one for one in marks if one[0] >= start and one[1] <= end]
    return Passage(
        f"{before}{text[start:end]}{after}",
        tuple((at + shift, to + shift) for at, to, _terms in kept),
        tuple(_asked(terms, asked) for _at, _to, terms in kept),
    )


def _with_stand_ins(
    text: str, wanted: Mapping[int, float], stand_ins: Sequence[StandIn]
) -> tuple[Mapping[int, float], Mapping[int, str]]:
    """Also the terms of what stands for something, where all of it stands in the text; and for what."""
    if not stand_ins:
        return wanted, {}
    here = frozenset(term for match in _WORD.finditer(text) for term in words.terms_of(match[0]))
    also, asked = dict(wanted), dict[int, str]()
    for one in stand_ins:
        if all(any(form in here for form in word) for word in one.words):
            for form in (form for word in one.words for form in word if form not in wanted):
                also[form] = max(also.get(form, 0.0), one.weight / len(one.words))
                asked.setdefault(form, one.asked)
    return also, asked


def _asked(terms: frozenset[int], asked: Mapping[int, str]) -> str:
    """Empty where one of them was asked itself."""
    found = [asked.get(term, "") for term in terms]
    return "" if "" in found else min(found, default="")


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
    end = space if space > start else start + LONGEST
    return start + len(text[start:end].rstrip(" ,;:"))
