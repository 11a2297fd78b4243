"""Which posts one sees, and what they come to in all. Pure.

What the viewer does not see is left out before anything is counted.
"""

import msgspec

from weetwie.access.audience import Sight
from weetwie.access.enums import Ring
from weetwie.domain.knowledge.arrays import Bools, Floats, Ints, summed
from weetwie.domain.knowledge.columns import Occurrences
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.packing import PASSAGE
from weetwie.domain.knowledge.tallies import ANSWERS_HALF_LIFE, HALF_LIVES, decay
from weetwie.runtime.later import np


class Scope(msgspec.Struct):
    """What of an index counts for this viewer at this time."""

    sight: Sight
    unranked: frozenset[int]
    """People who are neither ranked nor evidence."""
    at_ms: float
    before: int | None = None
    """Posts below this id; None: all there are."""
    agreed: frozenset[int] | None = None
    """In works-council mode: for whom what they wrote elsewhere speaks. None: for whomever it is by."""


class Visible:
    """Which places of an index one sees, and what they come to in all."""

    def __init__(self, index: Index, scope: Scope) -> None:
        self._index, self._scope = index, scope
        people = max(index.number_of_people, 1)
        self.is_hidden = np.zeros(people, bool)
        self.is_hidden[index.people([*scope.sight.hidden, *scope.unranked])] = True
        circle = scope.sight.circle
        self._near: Bools | None = None
        if circle is not None:
            self._near = np.zeros(people, bool)
            self._near[index.people(circle.authors)] = True
            posts = [place for id in circle.posts if (place := index.place(id)) >= 0]
            self._posts = np.array(posts, np.int32)
        self._agreed: Bools | None = None
        if scope.agreed is not None:
            self._agreed = np.zeros(people, bool)
            self._agreed[index.people(scope.agreed)] = True
        self._is_direct = not (circle is None and scope.before is None and scope.agreed is None)
        """Whether it is counted post by post, and not from what is kept by ring."""
        self._mask = self._whole()
        self._measure()

    def __call__(self, places: Ints) -> Bools:
        """A mask."""
        found: Bools = self._mask.take(places, mode="clip")
        return found

    def _whole(self) -> Bools:
        """Of all places; remembered with the index, and made anew for what has changed since."""
        index, size = self._index, self._index.posts.size
        key = (self._scope.sight, self._scope.unranked, self._scope.before, self._scope.agreed)
        kept = index.masks.get(key)
        if kept is None:
            mask, known = self._look(np.arange(size, dtype=np.int32)), len(index.changed)
        else:
            known, mask = kept
            if len(mask) < size:
                mask = np.append(mask, np.zeros(size - len(mask) + size // 16, bool))
            if known < len(index.changed):
                changed = np.array(index.changed[known:], np.int32)
                mask[changed] = self._look(changed)
        index.masks.put(key, (len(index.changed), mask))
        return mask

    def _look(self, places: Ints) -> Bools:
        posts, sight = self._index.posts, self._scope.sight
        author = posts.author[places]
        mask: Bools = posts.alive[places] & ~self.is_hidden[author]
        if sight.ring > Ring.colleagues:
            mask &= np.minimum(posts.ring[places], sight.widest) >= sight.ring
        if self._scope.before is not None:
            mask &= posts.ids[places] < self._scope.before
        if self._agreed is not None:
            mask &= ((posts.flags[places] & PASSAGE) == 0) | self._agreed[author]
        if self._near is not None:
            is_for_all = np.minimum(posts.ring[places], sight.widest) == Ring.world
            is_near = self._near[author] | np.isin(places, self._posts)
            mask &= is_for_all | is_near
        return mask

    def _measure(self) -> None:
        """How many posts, how long on the average, and how much each person writes."""
        if not self._is_direct:
            self._sum_up()
            return
        posts, size = self._index.posts, self._index.posts.size
        places = np.flatnonzero(self._mask[:size])
        authors, people = posts.author[places], len(self.is_hidden)
        self.number = len(places)
        self.mean = float(posts.length[places].mean()) if self.number else 1.0
        self.volume = [summed(authors, decay(posts.ids[places], one), people) for one in HALF_LIVES]

    def _sum_up(self) -> None:
        """The same from what is kept by ring."""
        index, sight = self._index, self._scope.sight
        rings = [ring for ring in range(3) if min(ring, sight.widest) >= sight.ring]
        seen = ~self.is_hidden[: index.number_of_people]
        self.number = int(sum(index.tallies.number[ring][: len(seen)][seen].sum() for ring in rings))
        words = sum(index.tallies.words[ring][: len(seen)][seen].sum() for ring in rings)
        self.mean = float(words) / self.number if self.number else 1.0
        self.volume = [
            np.sum(
                [np.zeros(len(self.is_hidden)), *(index.tallies.volume[ring][at] for ring in rings)], axis=0
            )
            for at in range(len(HALF_LIVES))
        ]

    def written(self) -> Floats:
        """How many words each person wrote."""
        index, sight, posts = self._index, self._scope.sight, self._index.posts
        number = np.zeros(len(self.is_hidden))
        if self._is_direct:
            places = np.flatnonzero(self._mask[: posts.size])
            number += summed(posts.author[places], posts.length[places], len(number))
        else:
            for ring in range(3):
                if min(ring, sight.widest) >= sight.ring:
                    number += index.tallies.words[ring]
            number[self.is_hidden] = 0
        return number

    def answers(self) -> Floats:
        """How often each person answered in threads of others whose beginnings one sees, as of the beginning of 2020."""
        index, sight, posts = self._index, self._scope.sight, self._index.posts
        replies, roots = index.replies(), index.roots_of_replies()
        if self._is_direct:
            counts = self(replies) & self(roots) & (posts.author[replies] != posts.author[roots])
            number = np.zeros(len(self.is_hidden))
        else:
            rings = [ring for ring in range(3) if min(ring, sight.widest) >= sight.ring]
            number = np.sum(
                [np.zeros(len(self.is_hidden)), *(index.tallies.answers[ring] for ring in rings)], axis=0
            )
            if not self.is_hidden.any():
                return np.asarray(number)
            counts = (
                self.is_hidden[posts.author[roots]]
                & self(replies)
                & (posts.author[replies] != posts.author[roots])
            )
        of = replies[counts]
        some = summed(posts.author[of], decay(posts.ids[of], ANSWERS_HALF_LIFE), len(number))
        return some if self._is_direct else np.maximum(number - some, 0.0)


def of_sight(visible: Visible, found: dict[int, Occurrences]) -> dict[int, Occurrences]:
    """The same without what one does not see."""
    seen = {}
    for term, at in found.items():
        rows = np.flatnonzero(visible(at.places))
        if len(rows):
            seen[term] = at if len(rows) == len(at.places) else Occurrences(at.places[rows], at.times[rows])
    return seen
