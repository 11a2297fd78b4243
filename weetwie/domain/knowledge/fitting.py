"""How well posts fit a question: BM25 over its words, with what a reply takes from the beginning of its thread. Pure."""

import math
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from weetwie.domain.knowledge import compounds
from weetwie.domain.knowledge.arrays import Floats, Ints, summed
from weetwie.domain.knowledge.columns import Occurrences
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.lent import Lent, lent
from weetwie.domain.knowledge.twins import Twin
from weetwie.domain.knowledge.visible import Visible
from weetwie.domain.knowledge.words import HAVE_COMPOUNDS, AskedWord
from weetwie.runtime.later import np

MOST_TERMS: Final = 24
_K1: Final = 0.5
_B: Final = 0.3
_KAPPA: Final = 1.0
_LEAST: Final = 0.12
"""Of the best post's fit: less than that says next to nothing."""
_MOST_POSTS: Final = 10_000
"""So many of those that fit best are counted."""


_OF_A_TWIN, _OF_SEVERAL = 0.8, 0.9
"""What a word in another language comes to, beside the word itself; and where the post says more of what is asked."""
_HALF: Final = 0.5

_K1_OF_PEOPLE, _B_OF_PEOPLE = 1.2, 0.4
OF_NO_PROFILE: Final = 0.05


class AskedTerm(msgspec.Struct):
    """Of what is asked."""

    said: str
    terms: tuple[int, ...]
    rarity: float
    """How much it says: the rarer among the posts one sees, the more."""
    weight: float
    """More for a word that is said again."""
    found: list[Occurrences]
    """Where it stands; nowhere for a word that nobody used whom one sees."""
    lent: Lent | None = None
    """Where another word stands for it, of this language or another."""
    twins: list[Twin] = []
    """Those words."""
    asked: str = ""
    """The compound of which it is a part, where that was asked."""

    @property
    def phrase(self) -> tuple[int, ...]:
        """The words of the question with which it is one; empty for a word by itself."""
        return max(
            (twin.of for twin in self.twins if len(twin.of) > 1 and not twin.is_made), key=len, default=()
        )

    @property
    def is_used(self) -> bool:
        """Whether somebody whom one sees said it, in whatever language."""
        return bool(self.found) or (self.lent is not None and bool((self.lent.share > _HALF).any()))


def weigh(
    visible: Visible,
    asked: Sequence[AskedWord],
    seen: dict[int, Occurrences],
    twins: Sequence[Twin] = (),
    language: str = "",
) -> list[AskedTerm]:
    """The words of a question, what says most first."""
    parts = compounds.apart(asked, twins, seen) if language in ("", *HAVE_COMPOUNDS) else []
    gone = {part.of for part in parts}
    every = [*asked, *(part.word for part in parts)]
    given = [twin for twin in twins if gone.isdisjoint(twin.of)]
    given += [
        msgspec.structs.replace(twin, of=(place,))
        for place, part in enumerate(parts, len(asked))
        for twin in part.twins
    ]
    own = [[at for term in one.terms if (at := seen.get(term)) is not None] for one in every]
    lents, standing = lent(given, len(every), seen, own, visible.number)
    words = [
        _weighed(visible, one, found, borrowed, its_twins)
        for one, found, borrowed, its_twins in zip(every, own, lents, standing, strict=True)
    ]
    for place, part in enumerate(parts, len(asked)):
        its_twins = [msgspec.structs.replace(twin, of=(part.of,)) for twin in words[place].twins]
        words[place] = msgspec.structs.replace(words[place], asked=asked[part.of].word, twins=its_twins)
    words = [word for place, word in enumerate(words) if place not in gone]
    words.sort(key=lambda word: -word.weight)
    said = {word.said for word in words} if language in HAVE_COMPOUNDS else set[str]()
    return [word for word in words if not _says_it_again(word, said)]


def _weighed(
    visible: Visible,
    one: AskedWord,
    found: list[Occurrences],
    borrowed: Lent | None,
    its_twins: list[Twin],
) -> AskedTerm:
    number = sum(len(at.places) for at in found)
    if borrowed is not None and (borrowed := _without(borrowed, found)) is not None:
        number += int((borrowed.share > _HALF).sum())
    rarity = math.log(1 + max(visible.number - number + 0.5, 0.5) / (number + 0.5))
    return AskedTerm(one.word, one.terms, rarity, math.sqrt(one.count) * rarity, found, borrowed, its_twins)


def _says_it_again(word: AskedTerm, said: Collection[str]) -> bool:
    """Whether it is what a hyphen joins to what both say, which nobody wrote so, and its parts are asked by themselves."""
    return "/" in word.said and not word.is_used and all(part in said for part in word.said.split("/"))


def _without(borrowed: Lent, found: Sequence[Occurrences]) -> Lent | None:
    """What says the word itself needs no other."""
    if not found:
        return borrowed
    keep = ~np.isin(borrowed.places, np.concatenate([at.places for at in found]))
    if not keep.any():
        return None
    return Lent(borrowed.places[keep], borrowed.times[keep], borrowed.share[keep])


def fit(index: Index, visible: Visible, asked: Sequence[AskedTerm]) -> tuple[Ints, Floats, float]:
    """The places of posts that fit best, how well (1 is the best of them), and how many words of equal weight were asked."""
    words = [one for one in asked if one.found or one.lent is not None][:MOST_TERMS]
    length = index.posts.length
    fits = np.zeros(index.posts.size, np.float32)
    per_word = np.float32(_K1 * _B / max(visible.mean, 1.0))
    for word in words:
        for at in word.found:
            fits[at.places] += _of_times(
                at.times.astype(np.float32), length[at.places], word.weight, per_word
            )
    if any(word.lent is not None for word in words):
        _with_lent(fits, words, length, per_word)
    _with_threads(index, visible, fits)
    best = float(fits.max(initial=0.0))
    if best <= 0:
        return np.zeros(0, np.int32), np.zeros(0, np.float32), 1.0
    places = np.flatnonzero(fits > _LEAST * best).astype(np.int32)
    if len(places) > _MOST_POSTS:
        places = np.sort(places[np.argpartition(-fits[places], _MOST_POSTS)[:_MOST_POSTS]])
    weights = np.array([word.weight for word in words])
    return places, fits[places] / np.float32(best), float(weights.sum() ** 2 / (weights**2).sum())


def _of_times(tf: Floats, length: Ints, weight: float, per_word: "np.float32") -> Floats:
    below = length * per_word
    below += tf
    below += np.float32(_K1 * (1 - _B))
    tf *= np.float32(weight * (_K1 + 1))
    tf /= below
    return tf


def _with_lent(fits: Floats, words: Sequence[AskedTerm], length: Ints, per_word: "np.float32") -> None:
    """What other words say for those that were asked: less than these themselves, more where several say the same."""
    sums, many = np.zeros(len(fits), np.float32), np.zeros(len(fits), np.uint8)
    for word in words:
        for at in word.found:
            many[at.places] += 1
        if (borrowed := word.lent) is not None:
            some = _of_times(borrowed.times.copy(), length[borrowed.places], word.weight, per_word)
            sums[borrowed.places] += some * borrowed.share
            many[borrowed.places] += 1
    places = np.flatnonzero(sums)
    fits[places] += sums[places] * np.where(many[places] > 1, _OF_SEVERAL, _OF_A_TWIN).astype(np.float32)


def _with_threads(index: Index, visible: Visible, fits: Floats) -> None:
    """What a reply says it says about what its thread is about."""
    replies = index.replies()
    if not len(replies):
        return
    roots = index.roots_of_replies()
    fitting = np.flatnonzero((fits > 0).take(roots, mode="clip"))
    places, of_root = replies[fitting], fits[roots[fitting]]
    mask = visible(places)
    fits[places[mask]] += np.float32(_KAPPA) * of_root[mask]


def fit_of_people(index: Index, visible: Visible, asked: Sequence[AskedTerm]) -> Floats:
    """How well all that each person wrote fits a question, as if it were one text: 1 for the best."""
    length, author = visible.written(), index.posts.author
    who = length > 0
    number, mean = int(who.sum()), float(length[who].mean()) if who.any() else 1.0
    below = _K1_OF_PEOPLE * (1 - _B_OF_PEOPLE + _B_OF_PEOPLE * length / mean)
    fits = np.zeros(len(length))
    for word in asked[:MOST_TERMS]:
        times = np.zeros(len(length))
        for at in word.found:
            times += summed(author[at.places], at.times, len(length))
        if (borrowed := word.lent) is not None:
            worth = borrowed.times * borrowed.share * _OF_A_TWIN
            times += summed(author[borrowed.places], worth, len(length))
        has = int((times > 0).sum())
        rarity = math.log(1 + max(number - has + 0.5, 0.5) / (has + 0.5))
        fits += rarity * times * (_K1_OF_PEOPLE + 1) / (times + below)
    best: Floats = fits / (fits.max(initial=0.0) or 1.0)
    return best
