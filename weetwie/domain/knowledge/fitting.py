"""How well posts fit a question: BM25 over its words, with what a reply takes from the beginning of its thread. Pure."""

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from weetwie.domain.knowledge.arrays import Ints
from weetwie.domain.knowledge.columns import Found
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.visible import Visible
from weetwie.domain.knowledge.words import Asked

MOST_TERMS: Final = 24
_K1: Final = 0.5
_B: Final = 0.3
_KAPPA: Final = 1.0
_LEAST: Final = 0.12
"""Of the best post's fit: less than that says next to nothing."""
_MOST_POSTS: Final = 10_000
"""So many of those that fit best are counted."""


_K1_OF_PEOPLE, _B_OF_PEOPLE = 1.2, 0.4
OF_NO_PROFILE: Final = 0.05


class Word(msgspec.Struct):
    """Of what is asked."""

    said: str
    terms: tuple[int, ...]
    rarity: float
    """How much it says: the rarer among the posts one sees, the more."""
    weight: float
    """More for a word that is said again."""
    found: list[Found]
    """Where it stands; nowhere for a word that nobody used whom one sees."""


def weigh(visible: Visible, asked: Sequence[Asked], seen: dict[int, Found]) -> list[Word]:
    """The words of a question, what says most first."""
    words = []
    for one in asked:
        found = [at for term in one.terms if (at := seen.get(term)) is not None]
        number = sum(len(at.places) for at in found)
        rarity = math.log(1 + max(visible.number - number + 0.5, 0.5) / (number + 0.5))
        words.append(Word(one.word, one.terms, rarity, math.sqrt(one.count) * rarity, found))
    words.sort(key=lambda word: -word.weight)
    return words


def fit(index: Index, visible: Visible, asked: Sequence[Word]) -> tuple[Ints, Ints, float]:
    """The places of posts that fit best, how well (1 is the best of them), and how many words of equal weight were asked."""
    words = [(one.weight, one.found) for one in asked if one.found][:MOST_TERMS]
    length = index.posts.length
    fits = np.zeros(index.posts.size, np.float32)
    per_word = np.float32(_K1 * _B / max(visible.mean, 1.0))
    for weight, parts in words:
        for at in parts:
            tf = at.times.astype(np.float32)
            below = length[at.places] * per_word
            below += tf
            below += np.float32(_K1 * (1 - _B))
            tf *= np.float32(weight * (_K1 + 1))
            tf /= below
            fits[at.places] += tf
    _with_threads(index, visible, fits)
    best = float(fits.max(initial=0.0))
    if best <= 0:
        return np.zeros(0, np.int32), np.zeros(0, np.float32), 1.0
    places = np.flatnonzero(fits > _LEAST * best).astype(np.int32)
    if len(places) > _MOST_POSTS:
        places = np.sort(places[np.argpartition(-fits[places], _MOST_POSTS)[:_MOST_POSTS]])
    weights = np.array([word[0] for word in words])
    return places, fits[places] / np.float32(best), float(weights.sum() ** 2 / (weights**2).sum())


def _with_threads(index: Index, visible: Visible, fits: Ints) -> None:
    """What a reply says it says about what its thread is about."""
    replies = index.replies()
    if not len(replies):
        return
    roots = index.roots_of_replies()
    fitting = np.flatnonzero((fits > 0).take(roots, mode="clip"))
    places, of_root = replies[fitting], fits[roots[fitting]]
    mask = visible(places)
    fits[places[mask]] += np.float32(_KAPPA) * of_root[mask]


def fit_of_people(index: Index, visible: Visible, asked: Sequence[Word]) -> Ints:
    """How well all that each person wrote fits a question, as if it were one text: 1 for the best."""
    length, author = visible.written(), index.posts.author
    who = length > 0
    number, mean = int(who.sum()), float(length[who].mean()) if who.any() else 1.0
    below = _K1_OF_PEOPLE * (1 - _B_OF_PEOPLE + _B_OF_PEOPLE * length / mean)
    fits = np.zeros(len(length))
    for word in asked[:MOST_TERMS]:
        times = np.zeros(len(length))
        for at in word.found:
            times += np.bincount(author[at.places], at.times, minlength=len(length))
        has = int((times > 0).sum())
        rarity = math.log(1 + max(number - has + 0.5, 0.5) / (has + 0.5))
        fits += rarity * times * (_K1_OF_PEOPLE + 1) / (times + below)
    best: Ints = fits / (fits.max(initial=0.0) or 1.0)
    return best
