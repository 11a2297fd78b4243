"""Whether a post is about what is asked, and whether people here speak of such things at all. Pure.

A short question is met by a post that says most of it. A long one is met nowhere whole, so it is first asked whether its words
are those of the people here: words that they use more than the language at large does.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from weetwie.domain.knowledge import background
from weetwie.domain.knowledge.arrays import Bools, Floats, Ints
from weetwie.domain.knowledge.claimed import says
from weetwie.domain.knowledge.fitting import MOST_TERMS, AskedTerm
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.visible import Visible
from weetwie.domain.knowledge.words import ask
from weetwie.runtime.later import np

_SHORT: Final = 3.0
"""Up to so many words of equal weight a question is short."""
_LONG: Final = 12.0
OF_A_SHORT_ONE: Final = 0.58
"""So much of it a post must say."""
_USUAL: Final = 1.0
"""Words that are one of ten (to this power) of all words say nothing."""
_AT_LARGE: Final = 0.8
"""How much it counts that a word is rare in the language at large."""
_OF_AN_UNKNOWN: Final = 3.6
"""A word that nobody here used may be a new name; it carries no more of the question than a word of a trade does."""
_LEAST: Final = 0.3
_FROM, _TO = 0.22, 0.08
"""How much of a longer one, from the shortest of them to the long ones."""
_MOST: Final = 0.8
"""Who says so much of any question speaks of it, whatever else they speak of."""
_AT_HOME: Final = 0.082
"""So much of a longer question, on the average of its words, must be what people here speak of."""
_OF_UNUSED: Final = 0.3
"""How much it counts against a question that nobody here uses some of its words."""
_MIDDLE: Final = -0.5
_SAYS_WHAT: Final = 0.5
"""So much of a question must be in words that people used, else the rest of it asks something else."""
_LISTED: Final = 0.3
"""So much of a question on a profile answers it, where people here use all of its words."""
_LISTED_WITH_OTHERS: Final = 0.45
"""And so much where there are words that nobody here uses."""
_SUBSTANCE: Final = 5
"""Words of a reply that says something."""
_ONE_WORD: Final = 1.5
_AT_ONCE: Final = 12
_IN_PASSING: Final = 15
"""A post of more words, in which none that was asked stands twice."""
ALL_OF_IT: Final = 0.9


class About(msgspec.Struct):
    """How much of the question the posts that fit best say, from 0 to 1; of others nothing is known.

    The columns have a row for each of `places`, and a last one of nothing.
    """

    places: Ints
    own: Floats
    """How much each says by itself."""
    thread: Floats
    """Together with the beginning of its thread."""
    in_passing: Bools
    """Whether it says it no more than by the way."""
    words: Ints
    """Which words it says, one bit each."""
    shares: tuple[float, ...]
    """How much of the question each word is."""
    least: float
    """So much makes it a post about the question."""
    least_listed: float
    """So much of the question makes what is on a profile an answer to it."""
    is_short: bool
    says_what: bool
    """Whether the words that people here used say what is asked, so that it tells something that somebody used some."""

    def rows(self, places: Ints) -> Ints:
        """Where any places stand in the columns; those that are not there in the last row, which is 0."""
        if not len(self.places):
            return np.full(len(places), -1)
        at = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        found: Ints = np.where(self.places[at] == places, at, -1)
        return found


def about(index: Index, visible: Visible, asked: Sequence[AskedTerm], places: Ints, language: str) -> About:
    words = asked[:MOST_TERMS]
    shares, said = carry(words, language), np.zeros(index.posts.size + 1, np.int32)
    """Which words each post says, one bit each; one post more, so that -1 for no root finds nothing."""
    for number, word in enumerate(words):
        for places_of_it in _says(word):
            said[places_of_it] |= np.int32(1 << number)
    own = np.append(said[places], np.int32(0))
    thread = own | np.append(said[index.posts.root[places]], np.int32(0))
    by_itself, in_thread = _parts(shares, own), _parts(shares, thread)
    for number, word in enumerate(words):
        if (lent := word.lent) is not None and (lent.share < 1).any():
            pieces = np.zeros(index.posts.size + 1, np.float32)
            pieces[lent.places] = lent.share * np.float32(shares[number])
            some = pieces[places]
            by_itself[:-1] += some * ((own[:-1] >> number) & 1 == 0)
            some = np.maximum(some, pieces[index.posts.root[places]])
            in_thread[:-1] += some * ((thread[:-1] >> number) & 1 == 0)
    is_spoken_of = breadth(words) <= _SHORT or at_home(visible, asked, language) >= _AT_HOME
    enough = least(breadth(words)) if is_spoken_of else _MOST
    return About(
        places=places,
        own=by_itself,
        thread=in_thread,
        in_passing=np.append(_in_passing(index, words, shares, places, by_itself[:-1]), False),
        words=own,
        shares=shares,
        least=enough,
        least_listed=min(enough, _LISTED if is_spoken_of and not unknown(asked) else _LISTED_WITH_OTHERS),
        is_short=breadth(words) <= _SHORT,
        says_what=is_spoken_of and says_what(words, shares),
    )


def _says(word: AskedTerm) -> Iterator[Ints]:
    """Where all of it stands; a word that stands for it says it as well."""
    for found in word.found:
        yield found.places
    if word.lent is not None:
        yield word.lent.places[word.lent.share >= 1]


def _parts(shares: Sequence[float], said: Ints) -> Floats:
    """How much of the question the words that are said come to, looked up in a table of what each choice of a few comes to."""
    whole = np.zeros(len(said), np.float32)
    for start in range(0, len(shares), _AT_ONCE):
        sums = np.zeros(1, np.float32)
        for share in shares[start : start + _AT_ONCE]:
            sums = np.append(sums, sums + np.float32(share))
        whole += sums[(said >> start) & (len(sums) - 1)]
    return whole


def _in_passing(
    index: Index, words: Sequence[AskedTerm], shares: Sequence[float], places: Ints, own: Floats
) -> Bools:
    """Where a question of one word is said but once among many others, or a part of a few words that people here use."""
    broad = breadth(words)
    if broad > _SHORT:
        return np.zeros(len(places), bool)
    times = np.zeros(index.posts.size, np.uint8)
    for word in words:
        for found in word.found:
            times[found.places] = np.maximum(times[found.places], found.times)
        if (lent := word.lent) is not None:
            times[lent.places] = np.maximum(times[lent.places], np.minimum(lent.times, 255))
    passing: Bools = (times[places] <= 1) & (index.posts.length[places] > _IN_PASSING)
    return passing if broad < _ONE_WORD else passing & (own < ALL_OF_IT * _used(words, shares))


def proves(index: Index, about: About, places: Ints) -> Ints:
    """How well each post shows by itself what is asked: 2 where it says it, 1 where it is more than a word below what says it,
    0 where not."""
    rows = about.rows(places)
    answers = (about.thread[rows] >= about.least) & (index.posts.length[places] >= _SUBSTANCE)
    shown: Ints = np.where(about.own[rows] > 0, 2, answers.astype(np.int8))
    return shown


def carry(words: Sequence[AskedTerm], language: str) -> tuple[float, ...]:
    """How much of the question each word is: the more, the rarer it is here and in the language at large."""
    if not words:
        return ()
    rare = -np.log10(background.usual([word.said for word in words], language)) - _USUAL
    is_unknown = np.array([not word.is_used for word in words])
    rare[is_unknown] = np.minimum(rare[is_unknown], _OF_AN_UNKNOWN)
    weights = np.array([word.rarity for word in words]) * np.maximum(rare, _LEAST) ** _AT_LARGE
    return tuple((weights / (weights.sum() or 1.0)).tolist())


def breadth(words: Sequence[AskedTerm]) -> float:
    """How many words of equal weight a question comes to; what is one word in another language is one."""
    rarities = dict[tuple[int, ...], float]()
    for number, word in enumerate(words):
        key = word.phrase or (-1 - number,)
        rarities[key] = max(rarities.get(key, 0.0), word.rarity)
    squares = sum(rarity**2 for rarity in rarities.values())
    return sum(rarities.values()) ** 2 / squares if squares else 1.0


def least(breadth: float) -> float:
    """How much of a question of so many words a post must say to be about it."""
    if breadth <= _SHORT:
        return OF_A_SHORT_ONE
    part = (math.log(breadth) - math.log(_SHORT)) / (math.log(_LONG) - math.log(_SHORT))
    return _FROM + (_TO - _FROM) * min(part, 1.0)


def at_home(visible: Visible, asked: Sequence[AskedTerm], language: str) -> float:
    """How much the words of a question are those of people here, on the average, from 0 to 1.

    A word is the more theirs the more of what they write it is, and the less of what everybody writes (the root of it: a word
    that is usual everywhere may be a matter here too). The whole is the less, the more of its words nobody uses.
    """
    if not asked:
        return 0.0
    number = np.array([_number(word) for word in asked])
    here = np.log((number + 0.5) / max(visible.number * visible.mean, 1.0))
    everywhere = np.log(background.usual([word.said for word in asked], language))
    return float(
        (1 / (1 + np.exp(_MIDDLE - here + 0.5 * everywhere))).mean() * (number > 0).mean() ** _OF_UNUSED
    )


def _number(word: AskedTerm) -> int:
    """In how many posts it stands; where in none, a quarter of what stands for it."""
    own = sum(len(found.places) for found in word.found)
    return own or (len(word.lent.places) // 4 if word.lent is not None else 0)


def part(asked: Sequence[AskedTerm], said: str) -> float:
    """How much of a question these words come to: by what they say, or by how many of its words they are, whichever is more."""
    words, terms = asked[:MOST_TERMS], frozenset(term for one in ask(said) for term in one.terms)
    is_said = [says(word, terms) for word in words]
    whole = sum(word.rarity for word in words) or 1.0
    by_weight = sum(word.rarity * part for word, part in zip(words, is_said, strict=True)) / whole
    return max(by_weight, sum(is_said) / max(len(words), 1))


def unknown(asked: Sequence[AskedTerm]) -> list[str]:
    """The words that nobody used whom one sees."""
    return list(dict.fromkeys(word.asked or word.said for word in asked if not word.is_used))


def says_what(words: Sequence[AskedTerm], shares: Sequence[float]) -> bool:
    """Whether the words that somebody used still say what is asked."""
    return _used(words, shares) >= _SAYS_WHAT


def _used(words: Sequence[AskedTerm], shares: Sequence[float]) -> float:
    """How much of the question the words come to that somebody used."""
    return sum(share for word, share in zip(words, shares, strict=True) if word.is_used)
