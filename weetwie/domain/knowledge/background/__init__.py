"""How usual words are in the language at large, so that one can tell which of them a community speaks of more than others do.

A line of a file: hundredths of the power of ten by which a word is rare, then the stems that are as rare as that (from wordfreq,
CC BY-SA 4.0, see LICENSE beside them).
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from weetwie.domain.knowledge.words import LANGUAGES, number_in, number_of

_RAREST: Final = 1e-6
"""Of words that stand in no list."""


def usual(words: Sequence[str], language: str) -> NDArray[Any]:
    """The part of all words of the language that each of these is; without a language, of that in which it is most usual."""
    found: NDArray[Any] = np.max(
        [_of(words, code) for code in ([language] if language else LANGUAGES)], axis=0
    )
    return found


def _of(words: Sequence[str], code: str) -> NDArray[Any]:
    numbers, parts = _list(code)
    wanted = np.array([number_in(word, code) for word in words], np.int64)
    at = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    found: NDArray[Any] = np.where(numbers[at] == wanted, np.maximum(parts[at], _RAREST), _RAREST)
    return found


@cache
def _list(code: str) -> tuple[NDArray[Any], NDArray[Any]]:
    lines = (Path(__file__).parent / f"{code}.txt").read_text("utf-8").splitlines()
    stems = [
        (number_of(stem), 10 ** (-int(rarity) / 100))
        for rarity, *some in map(str.split, lines)
        for stem in some
    ]
    stems.sort()
    numbers, parts = zip(*stems, strict=True)
    return np.array(numbers, np.int64), np.array(parts)
