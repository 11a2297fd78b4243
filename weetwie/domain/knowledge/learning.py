"""Pairs of words that may mean the same, from what people wrote: in brackets, and across the languages of a thread. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import msgspec
import regex

from weetwie.domain.knowledge import background, phrases, words
from weetwie.domain.knowledge.dictionary import LANGUAGES

LEAST_THREADS: Final = 3
_SURELY: Final = 10.8
"""The weight above which chance alone is less likely than one in a thousand (Dunning 1993)."""
_USUAL: Final = 3e-5
_SHORTEST: Final = 5
_MOST_WORDS: Final = 40
"""Of one language of a thread."""
_LONGEST_SHORT: Final = 6
_IN_BRACKETS: Final = regex.compile(
    r"(?P<one>[\p{L}][\p{L}\p{M}\p{N}]*(?:-[\p{L}\p{M}\p{N}]+)*) ?[(/] ?(?P<other>[\p{L}][\p{L}\p{M}\p{N}]*(?:[- ][\p{L}\p{M}\p{N}]+){0,3}) ?\)?"
)
_BRACKETED: Final = regex.compile(
    r"(?P<one>[\p{L}][\p{L}\p{M}\p{N}]*(?:-[\p{L}\p{M}\p{N}]+)*) \((?P<other>[\p{L}][\p{L}\p{M}\p{N}]*(?:[- ][\p{L}\p{M}\p{N}]+){0,3})\)"
)


Spelled = tuple[str, str]
"""A language and a word of it."""
Two = tuple[Spelled, Spelled]


class LearnedText(msgspec.Struct, frozen=True):
    """A post, or a topic of a profile (which has no id)."""

    post_id: int
    root_id: int
    ring: int
    language: str
    text: str


class Pair(msgspec.Struct, frozen=True):
    words: Two
    """Each with its language."""
    ring: int
    """The narrowest of where it stands."""
    post_ids: tuple[int, ...]
    """The narrowest first, of these the newest: so `ring` is told by the first of them, if it has posts at all."""


def pairs(said: Iterable[LearnedText]) -> list[Pair]:
    """What stands most often first."""
    every = list(said)
    stands: dict[frozenset[Spelled], list[LearnedText]] = defaultdict(list)
    written: dict[frozenset[Spelled], Two] = {}
    for one in every:
        for pair in _in_brackets(one):
            key = frozenset((code, text.casefold()) for code, text in pair)
            written.setdefault(key, pair)
            stands[key].append(one)
    for pair, posts in _across_languages(every):
        key = frozenset(pair)
        if key not in written:
            written[key] = pair
            stands[key] = posts
    order = sorted(stands, key=lambda key: (-len(stands[key]), sorted(key)))
    return [_pair(written[key], stands[key]) for key in order]


def _pair(both: Two, posts: Sequence[LearnedText]) -> Pair:
    order = sorted({(one.ring, -one.post_id) for one in posts if one.post_id})
    return Pair(both, min(one.ring for one in posts), tuple(-id for _ring, id in order))


def _in_brackets(one: LearnedText) -> Iterator[Two]:
    form = _BRACKETED if one.post_id else _IN_BRACKETS
    for match in form.finditer(words.plain(one.text)):
        first, other = match["one"], match["other"]
        if _is_short(other) and "-" in first and first.partition("-")[0].isupper():
            first = first.partition("-")[0]
        if first.casefold() == other.casefold() or len(first) < 2 or len(other) < 2:
            continue
        own = one.language if one.language in LANGUAGES else "en"
        language = own if _is_short(other) else _language_of(other, own)
        if _is_short(first) or _is_short(other):
            others = [code for code in LANGUAGES if code != own]
            language = others[0] if _is_short(first) and _is_short(other) else language
            yield (own, first), (language, other)
        elif language != own and first.casefold() not in words.EMPTY:
            yield (own, first), (language, other)


def _is_short(text: str) -> bool:
    return text.isupper() and len(text) <= _LONGEST_SHORT


def _language_of(text: str, own: str) -> str:
    """In which these words are most usual."""
    said = [word.casefold() for word in text.split()]
    usual = {code: float(background.usual(said, code).min()) for code in LANGUAGES}
    best = max(usual, key=lambda code: (usual[code], code == own))
    return best if usual[best] > background.RAREST else own


def _across_languages(
    every: Sequence[LearnedText],
) -> Iterator[tuple[Two, list[LearnedText]]]:
    """Words of two languages that stand in the same threads and hardly in others."""
    threads: dict[int, dict[str, dict[str, LearnedText]]] = defaultdict(lambda: defaultdict(dict))
    for one in every:
        if one.post_id and one.language in LANGUAGES:
            of_language = threads[one.root_id][one.language]
            for word in _telling(one):
                of_language.setdefault(word, one)
    spoken = [said for said in threads.values() if len(said) > 1]
    single, both = Counter[Spelled](), Counter[Two]()
    posts: dict[Two, list[LearnedText]] = defaultdict(list)
    for said in spoken:
        known = {code: dict(list(own.items())[:_MOST_WORDS]) for code, own in said.items()}
        single.update((code, word) for code, own in known.items() for word in own)
        for first, second in _of_two(known):
            both[first, second] += 1
            posts[first, second] += [known[first[0]][first[1]], known[second[0]][second[1]]]
    for (first, second), number in both.items():
        alone = single[second] - number
        rest = len(spoken) - single[first]
        if number >= LEAST_THREADS and phrases.mark(number, single[first], alone, rest) > _SURELY:
            yield (first, second), posts[first, second]


def _of_two(known: Mapping[str, Iterable[str]]) -> Iterator[Two]:
    codes = sorted(known)
    for at, code in enumerate(codes):
        for further in codes[at + 1 :]:
            for one, other in product(known[code], known[further]):
                if one != other:
                    yield (code, one), (further, other)


def _telling(one: LearnedText) -> list[str]:
    """Its words that are no usual ones."""
    found = [
        word for word in dict.fromkeys(words.tokens(one.text)) if len(word) >= _SHORTEST and word.isalpha()
    ]
    if not found:
        return []
    usual = background.usual(found, one.language)
    return [word for word, part in zip(found, usual, strict=True) if part < _USUAL]
