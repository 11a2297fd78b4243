"""How usual words are in the language at large, so that one can tell which of them a community speaks of more than others do.

A line of a file: hundredths of the power of ten by which a word is rare, then the stems that are as rare as that (from wordfreq,
CC BY-SA 4.0, see LICENSE beside them).
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from weetwie.domain.knowledge.arrays import Floats, Ints
from weetwie.domain.knowledge.words import LANGUAGES, number_in, number_of
from weetwie.runtime.later import np

RAREST: Final = 1e-6
"""Of words that stand in no list."""


def usual(words: Sequence[str], language: str) -> Floats:
    """The part of all words of the language that each of these is; without one, or in one that Weetwie doesn't know, of that in which
    it is most usual."""
    codes = (language,) if language in LANGUAGES else tuple(LANGUAGES)
    return np.array([max(_part(word, code) for code in codes) for word in words])


@lru_cache(maxsize=16_384)
def _part(word: str, code: str) -> float:
    numbers, parts = _list(code)
    wanted = number_in(word, code)
    at = int(np.searchsorted(numbers, wanted))
    return max(float(parts[at]), RAREST) if at < len(numbers) and numbers[at] == wanted else RAREST


@cache
def _list(code: str) -> tuple[Ints, Floats]:
    lines = (Path(__file__).parent / f"{code}.txt").read_text("utf-8").splitlines()
    stems = [
        (number_of(stem), 10 ** (-int(rarity) / 100))
        for rarity, *some in map(str.split, lines)
        for stem in some
    ]
    stems.sort()
    numbers, parts = zip(*stems, strict=True)
    return np.array(numbers, np.int64), np.array(parts)
