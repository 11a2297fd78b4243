"""Where the twins of the words of a question stand, in what one sees. Pure.

A word that means two things counts where another word of the question is of the same field, where people here use a word of that
meaning that means nothing else, or in posts that say another word of the question, be it by one of two meanings as well. Other
words of the same language count where nobody says the word itself: within one language people mean what they say.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from weetwie.domain.knowledge.arrays import Floats, Ints
from weetwie.domain.knowledge.columns import Occurrences
from weetwie.domain.knowledge.twins import OF_PARTS, Twin
from weetwie.domain.knowledge.word_list import GLOSSARY
from weetwie.runtime.later import np


class Lent(msgspec.Struct):
    """Of one word of a question: the posts that say it by a twin."""

    places: Ints
    times: Floats
    share: Floats
    """How much of the word they say, from 0 to 1."""


def lent(
    twins: Sequence[Twin],
    number: int,
    seen: Mapping[int, Occurrences],
    own: Sequence[Sequence[Occurrences]],
    of_all: int,
) -> tuple[list[Lent | None], list[list[Twin]]]:
    """For each of `number` words where it stands by a twin, and by which twins it may be said. `own` is where each stands itself, `of_all` how many posts there are."""
    if not twins:
        return [None] * number, [[] for _ in range(number)]
    stands = [_stands(twin, seen) for twin in twins]
    twins = _by_what_parts_say(twins, stands, of_all)
    standing = [(twin, at) for twin, at in zip(twins, stands, strict=True) if at is not None]
    is_sure = _surely(standing, twins, own)
    by_word: list[list[tuple[Twin, Occurrences]]] = [[] for _ in range(number)]
    usable: list[list[Twin]] = [[] for _ in range(number)]
    for twin, at, sure in zip(twins, stands, is_sure, strict=True):
        for word in twin.of:
            kept = at if sure or at is None else _beside_others(at, word, twin, own, standing)
            if kept is not None and not (twin.is_of_same and own[word] and twin.field != GLOSSARY):
                by_word[word].append((twin, kept))
            if sure or kept is not None:
                usable[word].append(twin)
    return [_together(given) for given in by_word], usable


def _by_what_parts_say(
    twins: Sequence[Twin], stands: Sequence[Occurrences | None], of_all: int
) -> Sequence[Twin]:
    """The parts of a compound say the more of it, the rarer they are: of a *Pumpendichtung* at a maker of pumps the second."""
    if of_all == 0 or all(twin.part < 0 for twin in twins):
        return twins
    places = defaultdict[tuple[int, int], int](int)
    for twin, at in zip(twins, stands, strict=True):
        if twin.part >= 0:
            places[twin.of[0], twin.part] += len(at.places) if at is not None else 0
    rarity = {key: math.log(1 + of_all / (some + 0.5)) for key, some in places.items()}
    whole = defaultdict[int, float](float)
    for (word, _part), rare in rarity.items():
        whole[word] += rare
    return [
        twin
        if twin.part < 0
        else msgspec.structs.replace(twin, share=rarity[twin.of[0], twin.part] / whole[twin.of[0]])
        for twin in twins
    ]


def _stands(twin: Twin, seen: Mapping[int, Occurrences]) -> Occurrences | None:
    """Where all of its words do."""
    whole: Occurrences | None = None
    for forms in twin.words:
        some = [at for form in forms if (at := seen.get(form)) is not None]
        if not some:
            return None
        own = some[0] if len(some) == 1 else _union(some)
        whole = own if whole is None else _both(whole, own)
        if not len(whole.places):
            return None
    return whole


def _union(some: Sequence[Occurrences]) -> Occurrences:
    places = np.concatenate([one.places for one in some])
    times = np.concatenate([one.times for one in some])
    each, at = np.unique(places, return_inverse=True)
    return Occurrences(each, np.minimum(np.bincount(at, times), 255).astype(np.uint8))


def _both(one: Occurrences, other: Occurrences) -> Occurrences:
    places, at, to = np.intersect1d(one.places, other.places, return_indices=True)
    return Occurrences(places, np.minimum(one.times[at], other.times[to]))


def _surely(
    standing: Sequence[tuple[Twin, Occurrences]], twins: Sequence[Twin], own: Sequence[Sequence[Occurrences]]
) -> list[bool]:
    alive = {twin.sense for twin, _at in standing if twin.is_sure}
    parts = {(twin.of, twin.part) for twin, _at in standing if twin.part >= 0 and not twin.field}
    alive |= {
        twin.sense
        for twin in twins
        if twin.is_meant
        and (all(own[place] for place in twin.of) if twin.part < 0 else (twin.of, twin.part) in parts)
    }
    fields = defaultdict[str, set[tuple[int, int]]](set)
    """Of which words of the question, and parts of compounds, each field is spoken of."""
    for twin in twins:
        fields[twin.field].update((place, twin.part) for place in twin.of)
    return [
        twin.is_sure
        or (
            not twin.is_foreign
            and (
                twin.sense in alive
                or bool(twin.field and fields[twin.field] - {(place, twin.part) for place in twin.of})
            )
        )
        for twin in twins
    ]


def _beside_others(
    at: Occurrences,
    word: int,
    twin: Twin,
    own: Sequence[Sequence[Occurrences]],
    standing: Sequence[tuple[Twin, Occurrences]],
) -> Occurrences | None:
    """In posts that say another word of the question."""
    others = [found.places for place, some in enumerate(own) if place not in twin.of for found in some]
    others += [
        found.places
        for other, found in standing
        if word not in other.of and (other.is_sure or not twin.is_foreign)
    ]
    if not others:
        return None
    mask = np.isin(at.places, np.concatenate(others))
    return Occurrences(at.places[mask], at.times[mask]) if mask.any() else None


def _together(given: Sequence[tuple[Twin, Occurrences]]) -> Lent | None:
    if not given:
        return None
    parts = defaultdict[int, list[tuple[Twin, Occurrences]]](list)
    for twin, at in given:
        parts[twin.part].append((twin, at))
    columns = list(_columns(parts))
    places = np.concatenate([one[0] for one in columns])
    each, rows = np.unique(places, return_inverse=True)
    times, whole, pieces = (np.zeros(len(each), np.float32) for _ in range(3))
    np.maximum.at(times, rows, np.concatenate([one[1] for one in columns]))
    shares = np.concatenate([np.full(len(one[0]), one[2], np.float32) for one in columns])
    is_part = np.concatenate([np.full(len(one[0]), one[3]) for one in columns])
    np.maximum.at(whole, rows[~is_part], shares[~is_part])
    np.add.at(pieces, rows[is_part], shares[is_part])
    pieces = np.where(pieces > 0.99, 1.0, np.minimum(pieces, OF_PARTS))
    return Lent(each, times, np.maximum(whole, pieces))


def _columns(
    parts: Mapping[int, list[tuple[Twin, Occurrences]]],
) -> Iterator[tuple[Ints, Floats, float, bool]]:
    """Of each part once, however many words stand for it."""
    for number, given in parts.items():
        found = _union([at for _twin, at in given]) if len(given) > 1 else given[0][1]
        yield found.places, found.times.astype(np.float32), given[0][0].share, number >= 0
