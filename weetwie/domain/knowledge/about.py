"""Whether a post is about what is asked: how much of it the post says, by the weight of the words. Pure."""

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from weetwie.domain.knowledge.ranking import MOST_TERMS, Word
from weetwie.domain.knowledge.shelf import Ints, Shelf
from weetwie.domain.knowledge.words import ask

_SHORT, _LONG = (2.0, 0.6), (15.0, 0.3)
"""How much of a question of so many words a post must say to be about it."""
SAYS_WHAT: Final = 0.5
"""So much of a question must be in words that people used, else the rest of it asks something else."""


class About(msgspec.Struct):
    """By place, from 0 to 1: how much of the question a post says."""

    own: Ints
    """By itself."""
    thread: Ints
    """Together with the beginning of its thread."""
    least: float
    """So much makes it a post about the question."""


def about(shelf: Shelf, asked: Sequence[Word], places: Ints) -> About:
    own, thread = np.zeros(shelf.posts.size, np.float32), np.zeros(shelf.posts.size, np.float32)
    words = asked[:MOST_TERMS]
    whole = sum(word.rarity for word in words) or 1.0
    roots = shelf.posts.root[places]
    stands = np.zeros(shelf.posts.size + 1, bool)
    """One more, so that -1 for no root finds nothing."""
    for word in words:
        for found in word.found:
            stands[found.places] = True
        here = stands[places]
        own[places] += np.float32(word.rarity / whole) * here
        thread[places] += np.float32(word.rarity / whole) * (here | stands[roots])
        for found in word.found:
            stands[found.places] = False
    return About(own, thread, least(breadth(words)))


def breadth(words: Sequence[Word]) -> float:
    """How many words of equal weight a question comes to."""
    squares = sum(word.rarity**2 for word in words)
    return sum(word.rarity for word in words) ** 2 / squares if squares else 1.0


def least(breadth: float) -> float:
    (short, most), (long, fewest) = _SHORT, _LONG
    part = (math.log(max(breadth, 1)) - math.log(short)) / (math.log(long) - math.log(short))
    return most + (fewest - most) * min(max(part, 0.0), 1.0)


def part(asked: Sequence[Word], said: str) -> float:
    """How much of a question these words come to."""
    words, terms = asked[:MOST_TERMS], {term for one in ask(said) for term in one.terms}
    whole = sum(word.rarity for word in words) or 1.0
    return sum(word.rarity for word in words if terms.intersection(word.terms)) / whole


def unknown(asked: Sequence[Word]) -> list[str]:
    """The words that nobody used whom one sees."""
    return [word.said for word in asked if not word.found]


def says_what(asked: Sequence[Word]) -> bool:
    """Whether the words that somebody used still say what is asked."""
    words = asked[:MOST_TERMS]
    return sum(word.rarity for word in words if word.found) >= SAYS_WHAT * sum(word.rarity for word in words)
