"""In what order people come: evidence is voting by posts (Macdonald and Ounis 2006) with the strengths that docs/who-knows.md tells of.

Pure: arrays in, arrays out. What the viewer does not see is left out before anything is counted.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec
import numpy as np

from weetwie.access.audience import Sight
from weetwie.access.words import Ring
from weetwie.domain.knowledge.packing import ACCEPTED, QUESTION
from weetwie.domain.knowledge.shelf import (
    HALF_LIVES,
    Found,
    Ints,
    Shelf,
    decay,
    worth,
)
from weetwie.domain.knowledge.words import Asked

Order = Literal["knows", "acts"]
MOST_TERMS: Final = 24
_K1: Final = 0.5
_B: Final = 0.3
_KAPPA: Final = 1.0
_LEAST: Final = 0.12
"""Of the best post's fit: less than that says next to nothing."""
_MOST_POSTS: Final = 10_000
"""So many of those that fit best are counted."""
_HALF_LIFE: Final = HALF_LIVES[1]
_DAMPING: Final = 0.8
_RHO: Final = 0.3
_MU: Final = 10.0
_OF_A_QUESTION: Final = 0.5
_OF_AN_ACCEPTED_ANSWER: Final = 1.5
_SAYS_SO: Final = 0.5
"""Of the best person's evidence: what it comes to that somebody lists on their profile all that is asked."""
_LATELY_DAYS: Final = 90.0
_LATELY: Final = 3.0
_MONTH: Final = 30.0
_DAY: Final = 86_400_000.0


class Scope(msgspec.Struct):
    """What of a shelf counts for this viewer at this time."""

    sight: Sight
    unranked: frozenset[int]
    """People who are neither ranked nor evidence."""
    at_ms: float
    before: int | None = None
    """Posts below this id; None: all there are."""


class Votes(msgspec.Struct):
    """Each row: a post speaks for a person with a weight."""

    person: Ints
    place: Ints
    weight: Ints


class Ranked(msgspec.Struct):
    people: Ints
    """Best first, as places in `shelf.person_ids`."""
    scores: Ints
    shares: Ints
    votes: Votes
    of_a_claim: float
    """The score of who has written nothing and lists all that is asked."""


class Visible:
    """Which places of a shelf one sees, and what they come to in all."""

    def __init__(self, shelf: Shelf, scope: Scope) -> None:
        self._shelf, self._scope = shelf, scope
        people = max(shelf.number_of_people, 1)
        self.is_hidden = np.zeros(people, bool)
        self.is_hidden[shelf.people([*scope.sight.hidden, *scope.unranked])] = True
        circle = scope.sight.circle
        self._near: Ints | None = None
        if circle is not None:
            self._near = np.zeros(people, bool)
            self._near[shelf.people(circle.authors)] = True
            posts = [place for id in circle.posts if (place := shelf.place(id)) >= 0]
            self._posts = np.array(posts, np.int32)
        self._mask = self._whole()
        self._measure()

    def __call__(self, places: Ints) -> Ints:
        """A mask."""
        found: Ints = self._mask[places]
        return found

    def _whole(self) -> Ints:
        """Of all places; remembered with the shelf, and made anew for what has changed since."""
        shelf, size = self._shelf, self._shelf.posts.size
        key = (self._scope.sight, self._scope.unranked, self._scope.before)
        kept = shelf.masks.get(key)
        if kept is None:
            mask, known = self._look(np.arange(size, dtype=np.int32)), len(shelf.changed)
        else:
            known, mask = kept
            if len(mask) < size:
                mask = np.append(mask, np.zeros(size - len(mask) + size // 16, bool))
            if known < len(shelf.changed):
                changed = np.array(shelf.changed[known:], np.int32)
                mask[changed] = self._look(changed)
        shelf.masks.put(key, (len(shelf.changed), mask))
        return mask

    def _look(self, places: Ints) -> Ints:
        posts, sight = self._shelf.posts, self._scope.sight
        author = posts.author[places]
        mask: Ints = posts.alive[places] & ~self.is_hidden[author]
        if sight.ring > Ring.colleagues:
            mask &= np.minimum(posts.ring[places], sight.widest) >= sight.ring
        if self._scope.before is not None:
            mask &= posts.ids[places] < self._scope.before
        if self._near is not None:
            is_for_all = np.minimum(posts.ring[places], sight.widest) == Ring.world
            is_near = self._near[author] | np.isin(places, self._posts)
            mask &= is_for_all | is_near
        return mask

    def _measure(self) -> None:
        """How many posts, how long on the average, and how much each person writes."""
        if self._near is None and self._scope.before is None:
            self._sum_up()
            return
        posts, size = self._shelf.posts, self._shelf.posts.size
        places = np.flatnonzero(self._mask[:size])
        authors, people = posts.author[places], len(self.is_hidden)
        self.number = len(places)
        self.mean = float(posts.length[places].mean()) if self.number else 1.0
        self.volume = [
            np.bincount(authors, decay(posts.ids[places], one), minlength=people) for one in HALF_LIVES
        ]

    def _sum_up(self) -> None:
        """The same from what is kept by ring."""
        shelf, sight = self._shelf, self._scope.sight
        rings = [ring for ring in range(3) if min(ring, sight.widest) >= sight.ring]
        seen = ~self.is_hidden[: shelf.number_of_people]
        self.number = int(sum(shelf.number[ring][: len(seen)][seen].sum() for ring in rings))
        words = sum(shelf.words[ring][: len(seen)][seen].sum() for ring in rings)
        self.mean = float(words) / self.number if self.number else 1.0
        self.volume = [
            np.sum([np.zeros(len(self.is_hidden)), *(shelf.volume[ring][at] for ring in rings)], axis=0)
            for at in range(len(HALF_LIVES))
        ]


def of_sight(visible: Visible, found: dict[int, Found]) -> dict[int, Found]:
    """The same without what one does not see."""
    seen = {}
    for term, at in found.items():
        mask = visible(at.places)
        if mask.any():
            seen[term] = at if mask.all() else Found(at.places[mask], at.times[mask])
    return seen


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


def fit(shelf: Shelf, visible: Visible, asked: Sequence[Word]) -> tuple[Ints, Ints, float]:
    """The places of posts that fit best, how well (1 is the best of them), and how many words of equal weight were asked."""
    words = [(one.weight, one.found) for one in asked if one.found][:MOST_TERMS]
    length = shelf.posts.length
    fits = np.zeros(shelf.posts.size, np.float32)
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
    _with_threads(shelf, visible, fits)
    best = float(fits.max(initial=0.0))
    if best <= 0:
        return np.zeros(0, np.int32), np.zeros(0, np.float32), 1.0
    places = np.flatnonzero(fits > _LEAST * best).astype(np.int32)
    if len(places) > _MOST_POSTS:
        places = np.sort(places[np.argpartition(-fits[places], _MOST_POSTS)[:_MOST_POSTS]])
    weights = np.array([word[0] for word in words])
    return places, fits[places] / np.float32(best), float(weights.sum() ** 2 / (weights**2).sum())


def _with_threads(shelf: Shelf, visible: Visible, fits: Ints) -> None:
    """What a reply says it says about what its thread is about."""
    replies = shelf.replies()
    if not len(replies):
        return
    of_root = fits[shelf.roots_of_replies()]
    fitting = np.flatnonzero(of_root > 0)
    places, of_root = replies[fitting], of_root[fitting]
    mask = visible(places)
    fits[places[mask]] += np.float32(_KAPPA) * of_root[mask]


def votes(
    shelf: Shelf, visible: Visible, scope: Scope, places: Ints, fits: Ints, breadth: float, order: Order
) -> Votes:
    """`breadth` is how many words were asked; the longer the question, the more it asks for somebody who is at it now."""
    posts = shelf.posts
    places, fits = _once(shelf, places, fits)
    steepness = 4.0 if order == "acts" else 5.0 - 0.5 * math.log(max(breadth, 1.0))
    days = (scope.at_ms - (posts.ids[places] >> 16)) / _DAY
    lately = _LATELY if order == "acts" else _LATELY * min(max((breadth - 3) / 12, 0.0), 1.0)
    weight = fits.astype(np.float64) ** steepness
    weight *= np.exp2(-days / _HALF_LIFE) * (1 + lately * np.exp2(-days / _LATELY_DAYS))
    flags = posts.flags[places]
    weight[(flags & QUESTION) != 0] *= _OF_A_QUESTION
    weight[_is_seen_as_accepted(shelf, visible, places)] *= _OF_AN_ACCEPTED_ANSWER
    return _with_endorsers(shelf, visible, Votes(posts.author[places], places, weight), order)


def _is_seen_as_accepted(shelf: Shelf, visible: Visible, places: Ints) -> Ints:
    """Only who sees the question knows which answer was accepted."""
    posts = shelf.posts
    root = posts.root[places]
    found: Ints = ((posts.flags[places] & ACCEPTED) != 0) & (root >= 0)
    found[found] &= visible(root[found])
    return found


def _once(shelf: Shelf, places: Ints, fits: Ints) -> tuple[Ints, Ints]:
    """The same text counts but once: where it was first said."""
    likeness = shelf.posts.likeness[places]
    ordered = np.sort(likeness)
    if not ((ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)).any():
        return places, fits
    order = np.lexsort((shelf.posts.ids[places], likeness))
    alike = likeness[order]
    again = np.zeros(len(places), bool)
    if len(places) > 1:
        again[order[1:]] = (alike[1:] == alike[:-1]) & (alike[1:] != 0)
    return places[~again], fits[~again]


def _with_endorsers(shelf: Shelf, visible: Visible, own: Votes, order: Order) -> Votes:
    """Who found a post good knows what it is about, if less surely than its author."""
    omega = 0.5 if order == "acts" else 0.6
    begin = np.searchsorted(shelf.endorsed, own.place, "left")
    end = np.searchsorted(shelf.endorsed, own.place, "right")
    many = end - begin
    rows = np.repeat(begin - np.concatenate([[0], np.cumsum(many)[:-1]]), many) + np.arange(many.sum())
    people, places, weights = (
        [shelf.endorser[rows]],
        [np.repeat(own.place, many)],
        [np.repeat(own.weight, many)],
    )
    if shelf.new_endorsers:
        for place, weight in zip(own.place.tolist(), own.weight.tolist(), strict=True):
            if (new := shelf.new_endorsers.get(place)) is not None:
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


def rank(
    shelf: Shelf,
    visible: Visible,
    scope: Scope,
    cast: Votes,
    order: Order,
    pool: Ints | None = None,
    claims: Mapping[int, float] | None = None,
    contested: Ints | None = None,
) -> Ranked:
    """`pool` and `contested` as places: `pool` the only people who may be ranked, `claims` by id how much of the question
    people list on their profile, `contested` those about whom this is not to be inferred."""
    people = len(visible.is_hidden)
    evidence = _summed(shelf, scope, cast, people)
    if contested is not None:
        evidence[contested] = 0
    best = float(evidence.max(initial=0.0))
    for id, part in (claims or {}).items():
        if (person := shelf.person(id)) >= 0:
            evidence[person] += _SAYS_SO * part * (best or 1.0)
    lately, volume = (
        one[:people] * worth(scope.at_ms, half_life)
        for one, half_life in zip(visible.volume, HALF_LIVES, strict=True)
    )
    score = evidence * (1 + lately) ** _RHO / (volume + _MU) ** _alpha(order, pool)
    allowed = evidence > 0
    if pool is not None:
        is_in = np.zeros(people, bool)
        is_in[pool] = True
        allowed &= is_in
    ranked = np.flatnonzero(allowed)
    ranked = ranked[np.lexsort((shelf.person_ids[ranked], -score[ranked]))]
    total = float(evidence[ranked].sum()) or 1.0
    of_a_claim = _SAYS_SO * (best or 1.0) / _MU ** _alpha(order, pool)
    return Ranked(ranked, score[ranked], evidence[ranked] / total, cast, of_a_claim)


def _alpha(order: Order, pool: Ints | None) -> float:
    """How much more is asked of those who write much: more where all who may be named are about the matter anyway."""
    if order == "acts":
        return 0.0
    if pool is None:
        return 0.5
    smallness = (math.log(500) - math.log(max(len(pool), 1))) / math.log(10)
    return 0.5 + 0.2 * min(max(smallness, 0.0), 1.0)


def _summed(shelf: Shelf, scope: Scope, cast: Votes, people: int) -> Ints:
    """Damped by month: a hundred posts of one week say less than a hundred over years."""
    if not len(cast.person):
        return np.zeros(people)
    days = (scope.at_ms - (shelf.posts.ids[cast.place] >> 16)) / _DAY
    month = (days / _MONTH).astype(np.int64)
    month -= month.min()
    cells, where = np.unique(cast.person.astype(np.int64) * (month.max() + 1) + month, return_inverse=True)
    sums = np.bincount(where, cast.weight) ** _DAMPING
    result: Ints = np.bincount(cells // (month.max() + 1), sums, minlength=people)
    return result


def proofs(ranked: Ranked, people: Ints, own: Ints, most: int) -> dict[int, list[tuple[int, float]]]:
    """For each person the places that speak for them most, with their part of all that speak for them: first those that name
    what is asked (`own` above 0), because these prove it to whoever reads them; the strongest first."""
    found: dict[int, list[tuple[int, float]]] = {}
    person, place, weight = ranked.votes.person, ranked.votes.place, ranked.votes.weight
    is_wanted = np.isin(person, people)
    person, place, weight = person[is_wanted], place[is_wanted], weight[is_wanted]
    order = np.lexsort((-weight, own[place] <= 0, person))
    starts = np.searchsorted(person[order], people, "left")
    ends = np.searchsorted(person[order], people, "right")
    for one, start, end in zip(people.tolist(), starts.tolist(), ends.tolist(), strict=True):
        rows = order[start:end]
        total = float(weight[rows].sum()) or 1.0
        found[one] = [(int(place[at]), float(weight[at]) / total) for at in rows[:most].tolist()]
    return found
