"""In what order people come: evidence is voting by posts (Macdonald and Ounis 2006) with the strengths that docs/who-knows.md tells of.

Pure: arrays in, arrays out. What the viewer does not see is left out before anything is counted.
"""

import math
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from weetwie.domain.knowledge.arrays import Bools, Floats, Ints, best_first, stretches, summed
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.packing import ACCEPTED, QUESTION
from weetwie.domain.knowledge.tallies import HALF_LIVES, worth
from weetwie.domain.knowledge.visible import Scope, Visible
from weetwie.runtime.later import np

Order = Literal["knows", "acts"]
_HALF_LIFE: Final = HALF_LIVES[1]
_DAMPING: Final = 0.8
_RHO: Final = 0.3
_RHO_OF_ACTS: Final = 0.6
"""Who will act is who was at it in the last months."""
_RHO_LESS_IN_POOL: Final = 0.15
_MU: Final = 10.0
_OF_AN_ACCEPTED_ANSWER: Final = 1.5
_SAYS_SO: Final = 0.6
"""Of the best person's evidence: what it comes to that somebody lists on their profile all that is asked."""
MUCH: Final = 0.6
"""So much of a question counts for all of it."""
_LATELY_DAYS: Final = 90.0
_LATELY: Final = 3.0
_MONTH: Final = 30.0
_DAY: Final = 86_400_000.0


class Votes(msgspec.Struct):
    """Each row: a post speaks for a person with a weight."""

    person: Ints
    place: Ints
    weight: Floats


class Ranked(msgspec.Struct):
    people: Ints
    """Best first, as places in `index.person_ids`."""
    scores: Floats
    shares: Floats
    votes: Votes
    of_a_claim: float
    """The score of who has written nothing and lists all that is asked."""


def votes(
    index: Index, visible: Visible, scope: Scope, places: Ints, fits: Floats, breadth: float, order: Order
) -> Votes:
    """`breadth` is how many words were asked; the longer the question, the more it asks for somebody who is at it now."""
    posts = index.posts
    places, fits = once(index, places, fits)
    steepness = 4.0 if order == "acts" else 5.0 - 0.5 * math.log(max(breadth, 1.0))
    days = (scope.at_ms - (posts.ids[places] >> 16)) / _DAY
    lately = _LATELY if order == "acts" else _LATELY * length(breadth)
    weight = fits.astype(np.float64) ** steepness
    weight *= np.exp2(-days / _HALF_LIFE) * (1 + lately * np.exp2(-days / _LATELY_DAYS))
    weight[asks(index, places)] = 0
    weight[is_seen_as_accepted(index, visible, places)] *= _OF_AN_ACCEPTED_ANSWER
    return _with_endorsers(
        index, visible, Votes(posts.author[places], places, weight), order, length(breadth)
    )


def asks(index: Index, places: Ints) -> Bools:
    """Whether a post begins a thread with a question: its author wants to know, and shows no knowledge by it."""
    found: Bools = (index.posts.flags[places] & QUESTION) != 0
    return found


def is_seen_as_accepted(index: Index, visible: Visible, places: Ints) -> Bools:
    """Only who sees the question knows which answer was accepted."""
    posts = index.posts
    root = posts.root[places]
    found: Bools = ((posts.flags[places] & ACCEPTED) != 0) & (root >= 0)
    found[found] &= visible(root[found])
    return found


def once(index: Index, places: Ints, fits: Floats) -> tuple[Ints, Floats]:
    """The same text counts but once: where it was first said."""
    likeness = index.posts.likeness[places]
    ordered = np.sort(likeness)
    if not ((ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)).any():
        return places, fits
    order = np.lexsort((index.posts.ids[places], likeness))
    alike = likeness[order]
    again = np.zeros(len(places), bool)
    if len(places) > 1:
        again[order[1:]] = (alike[1:] == alike[:-1]) & (alike[1:] != 0)
    return places[~again], fits[~again]


def _with_endorsers(index: Index, visible: Visible, own: Votes, order: Order, length: float) -> Votes:
    """Who found a post good knows what it is about, if less surely than its author."""
    omega = 0.2 + 0.3 * length if order == "acts" else 0.6
    begin, end = index.endorsers(own.place)
    many = end - begin
    rows = stretches(begin, end)
    people, places, weights = (
        [index.endorser[rows]],
        [np.repeat(own.place, many)],
        [np.repeat(own.weight, many)],
    )
    if index.new_endorsers:
        for place, weight in zip(own.place.tolist(), own.weight.tolist(), strict=True):
            if (new := index.new_endorsers.get(place)) is not None:
                people.append(new)
                places.append(np.full(len(new), place, np.int32))
                weights.append(np.full(len(new), weight))
    person, place = np.concatenate(people), np.concatenate(places)
    weight = omega * np.concatenate(weights)
    shown = ~visible.is_hidden[person]
    return Votes(
        np.concatenate([own.person, person[shown]]),
        np.concatenate([own.place, place[shown]]),
        np.concatenate([own.weight, weight[shown]]),
    )


def length(breadth: float) -> float:
    """Whether a question is of a few words (0) or a whole one (1)."""
    return min(max((breadth - 3) / 12, 0.0), 1.0)


def rank(
    index: Index,
    visible: Visible,
    scope: Scope,
    cast: Votes,
    evidence: Floats,
    near: Floats,
    breadth: float,
    order: Order,
    pool: Ints | None = None,
    claims: Mapping[int, float] | None = None,
) -> Ranked:
    """`near` is how much more somebody counts for the asker; `pool` the only people who may be ranked, as places; `claims` by id
    how much of the question people list on their profile."""
    best = float(evidence.max(initial=0.0))
    for id, part in (claims or {}).items():
        if (person := index.person(id)) >= 0:
            evidence[person] += _SAYS_SO * min(part / MUCH, 1.0) * (best or 1.0)
    allowed = evidence > 0
    if pool is not None:
        is_in = np.zeros(len(allowed), bool)
        is_in[pool] = True
        allowed &= is_in
    ranked = np.flatnonzero(allowed)
    lately, volume, soon = (
        one[ranked] * worth(scope.at_ms, half_life)
        for one, half_life in zip(visible.volume, HALF_LIVES, strict=True)
    )
    alpha, short = _alpha(order, pool), 1 - length(breadth) if order == "acts" else 0.0
    score = near[ranked] * evidence[ranked] / (volume + _MU) ** alpha
    score *= (1 + lately) ** ((_RHO - _RHO_LESS_IN_POOL * closed(pool, breadth, order)) * (1 - short))
    if short > 0:
        score *= (1 + soon) ** (_RHO_OF_ACTS * short)
    first = best_first(score, index.person_ids[ranked])
    ranked, score = ranked[first], score[first]
    total = float(evidence[ranked].sum()) or 1.0
    of_a_claim = _SAYS_SO * (best or 1.0) / _MU**alpha
    return Ranked(ranked, score, evidence[ranked] / total, cast, of_a_claim)


def _alpha(order: Order, pool: Ints | None) -> float:
    """How much more is asked of those who write much: more where all who may be named are about the matter anyway."""
    if order == "acts":
        return 0.0
    if pool is None:
        return 0.5
    return 0.5 + 0.2 * _smallness(pool)


def _smallness(pool: Ints) -> float:
    """1 for up to 50 people, 0 from 500 on."""
    smallness = (math.log(500) - math.log(max(len(pool), 1))) / math.log(10)
    return min(max(smallness, 0.0), 1.0)


def closed(pool: Ints | None, breadth: float, order: Order) -> float:
    """How much a question of a few words asks who of a small group knows most: 1 for all, 0 for nothing of the kind."""
    if pool is None or order == "acts":
        return 0.0
    return _smallness(pool) * (1 - length(breadth))


def evidence(index: Index, visible: Visible, scope: Scope, cast: Votes) -> Floats:
    """What speaks for each person, damped by month: a hundred posts of one week say less than a hundred over years."""
    people = len(visible.is_hidden)
    if not len(cast.person):
        return np.zeros(people)
    days = (scope.at_ms - (index.posts.ids[cast.place] >> 16)) / _DAY
    month = (days / _MONTH).astype(np.int64)
    month -= month.min()
    cells, where = np.unique(cast.person.astype(np.int64) * (month.max() + 1) + month, return_inverse=True)
    sums = np.bincount(where, cast.weight) ** _DAMPING
    return summed(cells // (month.max() + 1), sums, people)


def votes_for(people: Ints, cast: Votes) -> Votes:
    wanted = np.flatnonzero(np.isin(cast.person, people))
    return Votes(cast.person[wanted], cast.place[wanted], cast.weight[wanted])


def proofs(votes: Votes, people: Ints, proves: Ints, most: int) -> dict[int, list[tuple[int, float]]]:
    """For each person the places that speak for them most, with their part of all that speak for them. `votes` are those for these
    people; `proves` says of each how well it shows what is asked to whoever reads it: for each person those alone that do it best,
    and none of 0."""
    found: dict[int, list[tuple[int, float]]] = {}
    person, place, weight = votes.person, votes.place, votes.weight
    order = np.lexsort((-weight, -proves, person))
    starts = np.searchsorted(person[order], people, "left")
    ends = np.searchsorted(person[order], people, "right")
    for one, start, end in zip(people.tolist(), starts.tolist(), ends.tolist(), strict=True):
        rows = order[start:end]
        total = float(weight[rows].sum()) or 1.0
        best = max(int(proves[rows].max(initial=0)), 1)
        shown = rows[proves[rows] == best]
        shown = shown[np.sort(np.unique(place[shown], return_index=True)[1])][:most]
        found[one] = [(int(place[at]), float(weight[at]) / total) for at in shown.tolist()]
    return found
