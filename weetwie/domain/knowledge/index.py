"""What a process keeps in memory of all evidence: a few numbers for each post, and the newest posts by their terms.

Each question first reads what was written since the last one. Segments never change; a post that is written anew takes
another place, and its old one is dead.
"""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Final

from weetwie.access.audience import Sight
from weetwie.database.pool import Record
from weetwie.domain.knowledge import packing, seal
from weetwie.domain.knowledge.arrays import Bools, Ints
from weetwie.domain.knowledge.columns import SEGMENT, Columns, Occurrences
from weetwie.domain.knowledge.packing import ACCEPTED, GONE, OF_A_POST, PASSAGE, QUESTION, RING, RINGS
from weetwie.domain.knowledge.segments import Postings, packed as segment_of, postings
from weetwie.domain.knowledge.tallies import Tallies
from weetwie.runtime.cache import Cache
from weetwie.runtime.later import np

_MASKS: Final = 8
_OF_MASKS: Final = 16_000_000
"""Bytes that they may come to, at a byte for each post; but two are kept in any case."""
_MOST_NEW: Final = 2 * seal.SEGMENT
"""Places since it was filled. What is not sealed needs half of them, the others are dead: posts that were written anew."""
_MANY: Final = 2000
_REMEMBERED: Final = 10_000_000
"""Bytes."""


SeenPlaces = tuple[Sight, frozenset[int], int | None, frozenset[int] | None]
"""What of a scope says which places one sees."""


class Index:
    """The evidence of one database up to what one snapshot saw."""

    def __init__(self) -> None:
        self.posts = Columns(0)
        self.revision = 0
        """Raised by every change."""
        self.last_segment = 0
        self.seen_to = "0"
        """Transactions before this one have been read."""
        self.begins: dict[int, int] = {}
        """The place of the first post of each segment."""
        self.loose: Postings | None = None
        """Of what was not sealed when the index was filled."""
        self.tail: dict[int, array[int]] = {}
        """For a term of what came since: place << 8 | how often."""
        self._people: dict[int, int] = {}
        self.person_ids: Ints = np.zeros(0, np.int64)
        self._places: dict[int, int] = {}
        """Of posts that are not sealed."""
        self._sealed_ids: Ints = np.zeros(0, np.int64)
        self._sealed_order: Ints | None = None
        self._waiting: dict[int, list[int]] = {}
        """Replies whose root has not come yet."""
        self._revisions: dict[int, int] = {}
        self.endorser: Ints = np.zeros(0, np.int32)
        """Who endorsed posts in the segments, post by post."""
        self._endorsers_from: Ints = np.zeros(1, np.int32)
        self.new_endorsers: dict[int, Ints] = {}
        self._replies: Ints = np.zeros(0, np.int32)
        self._new_replies: array[int] = array("i")
        self._roots: Ints = np.zeros(0, np.int32)
        self._roots_known = (0, 0)
        self._asked_by: Ints = np.zeros(0, np.int32)
        self.moved = 0
        """How often the beginning of a thread took another place."""
        self.changed: list[int] = []
        """The places that came or died, in the order of that."""
        self.masks: Cache[SeenPlaces, tuple[int, Bools]] = Cache(_MASKS)
        """By what somebody sees: which places, and how many changes that knows of."""
        self.often: dict[int, Occurrences] = {}
        """Sealed places of terms that were asked for and stand in many posts."""
        self.often_size = 0
        self.tallies = Tallies(self.posts, 1)
        self._filled = 0
        """Places at first."""
        self.has_passages = False
        """Whether anything in it was written elsewhere."""

    @property
    def is_worn(self) -> bool:
        """Whether so much of it is dead that it is better filled anew."""
        return self.posts.size - self._filled > _MOST_NEW

    # Places and people

    def place(self, post_id: int) -> int:
        """-1 for a post that is not there."""
        if (place := self._places.get(post_id)) is not None:
            return place
        at = int(np.searchsorted(self._sealed_ids, post_id))
        if at < len(self._sealed_ids) and self._sealed_ids[at] == post_id:
            return at if self._sealed_order is None else int(self._sealed_order[at])
        return -1

    def places(self, post_ids: Iterable[int]) -> Ints:
        return np.array([place for id in post_ids if (place := self.place(id)) >= 0], np.int32)

    def person(self, person_id: int) -> int:
        """-1 for one who has neither written nor endorsed."""
        return self._people.get(person_id, -1)

    def people(self, ids: Iterable[int]) -> Ints:
        places = [place for id in ids if (place := self.person(id)) >= 0]
        return np.array(places, np.int32)

    @property
    def number_of_people(self) -> int:
        return len(self._people)

    def remember(self, term: int, found: Occurrences) -> None:
        """What stands in many posts is asked for often and read slowly."""
        if len(found.places) < _MANY:
            return
        size = 5 * len(found.places)
        while self.often and self.often_size + size > _REMEMBERED:
            self.often_size -= 5 * len(self.often.pop(next(iter(self.often))).places)
        self.often[term] = found
        self.often_size += size

    def replies(self) -> Ints:
        """The places of all posts that stand in somebody's thread."""
        if self._new_replies:
            self._replies = np.concatenate([self._replies, np.array(self._new_replies, np.int32)])
            self._new_replies = array("i")
        return self._replies

    def roots_of_replies(self) -> Ints:
        """The places of their threads' beginnings, in the same order."""
        replies = self.replies()
        if self._roots_known != (len(replies), self.moved):
            self._roots, self._roots_known = self.posts.root[replies], (len(replies), self.moved)
            self._asked_by = self.posts.author[self._roots]
        return self._roots

    def replies_to(self, person: int) -> Ints:
        """The places of what stands in threads that this person began."""
        self.roots_of_replies()
        replies: Ints = self.replies()[self._asked_by == person]
        return replies

    def endorsers(self, places: Ints) -> tuple[Ints, Ints]:
        """From where to where those stand in `endorser` who endorsed each of these posts."""
        begins, last = self._endorsers_from, len(self._endorsers_from) - 1
        return begins[np.minimum(places, last)], begins[np.minimum(places + 1, last)]

    # Reading what is sealed

    def load(self, sealed: Sequence[Record], rows: Sequence[Record], seen_to: str) -> None:
        """The segments, oldest first, and what is not sealed, into an empty index."""
        self.last_segment = max((row["segment"] for row in sealed), default=0)
        self.seen_to = seen_to
        self._revisions = {row["post_id"]: row["revision"] for row in rows}
        segments: list[Any] = list(sealed)
        if rows:
            segments.append({"segment": -1, **segment_of(rows)})
            self.loose = postings(rows)
        parts = {
            name: np.concatenate([np.frombuffer(row[name], kind) for row in segments] or [np.zeros(0, kind)])
            for name, kind in SEGMENT.items()
            if name != "endorsed"
        }
        sizes = [len(row["posts"]) // 8 for row in segments]
        starts = np.cumsum([0, *sizes])
        self.begins = {row["segment"]: int(at) for row, at in zip(segments, starts, strict=False)}
        self._endorsers_from = np.zeros(int(starts[-1]) + 1, np.int32)
        for row, at, size in zip(segments, starts.tolist(), sizes, strict=False):
            many = np.bincount(np.frombuffer(row["endorsed"], "<i4"), minlength=size)
            self._endorsers_from[at + 1 : at + 1 + size] = many
        np.cumsum(self._endorsers_from, out=self._endorsers_from)
        people = np.unique(np.concatenate([parts["authors"], parts["endorsers"]]))
        self.person_ids = people
        self._people = {int(id): at for at, id in enumerate(people)}
        self._fill(parts, people)
        self.masks = Cache(min(_MASKS, max(2, _OF_MASKS // max(self.posts.size, 1))))
        self.tallies = Tallies(self.posts, max(len(self._people), 1))

    def _fill(self, parts: dict[str, Ints], people: Ints) -> None:
        ids, flags = parts["posts"], parts["flags"]
        size = self._filled = len(ids)
        posts = self.posts = Columns(size + size // 16)
        posts.size = size
        posts.ids[:size] = ids
        posts.author[:size] = np.searchsorted(people, parts["authors"])
        posts.flags[:size] = flags & OF_A_POST
        posts.ring[:size] = (flags >> RING) & RINGS
        posts.length[:size] = parts["lengths"]
        posts.likeness[:size] = parts["likenesses"]
        self.has_passages = bool((posts.flags[:size] & PASSAGE).any())
        self.endorser = np.searchsorted(people, parts["endorsers"]).astype(np.int32)
        order = np.argsort(ids, kind="stable")
        ordered = ids[order]
        is_last = np.append(ordered[1:] != ordered[:-1], True) if size else np.zeros(0, bool)
        alive = np.zeros(size, bool)
        alive[order[is_last]] = True
        alive &= (flags & GONE) == 0
        posts.alive[:size] = alive
        is_in_order = bool(is_last.all() and (ordered == ids).all())
        self._sealed_ids = posts.ids[:size] if is_in_order else ordered[is_last]
        self._sealed_order = None if is_in_order else order[is_last].astype(np.int32)
        self._find_roots(parts["roots"], ids)

    def _find_roots(self, roots: Ints, ids: Ints) -> None:
        size = len(ids)
        self.posts.root[:size] = -1
        replies = np.flatnonzero(roots != ids)
        at = np.minimum(np.searchsorted(self._sealed_ids, roots[replies]), max(len(self._sealed_ids) - 1, 0))
        found = self._sealed_ids[at] == roots[replies] if size else np.zeros(0, bool)
        places = at if self._sealed_order is None else self._sealed_order[at]
        self.posts.root[replies[found]] = places[found]
        self._replies = replies[found].astype(np.int32)
        for place in replies[~found]:
            self._waiting.setdefault(int(roots[place]), []).append(int(place))

    # Reading what is new

    def apply(self, rows: list[Record], seen_to: str) -> None:
        """What was written since; some of it may have been read before."""
        revisions = {row["post_id"]: row["revision"] for row in rows}
        fresh = [row for row in rows if self._revisions.get(row["post_id"]) != row["revision"]]
        self._revisions, self.seen_to = revisions, seen_to
        if not fresh:
            return
        self.revision += 1
        self.posts.reserve(len(fresh))
        self._meet(
            {id for row in fresh if not row["is_gone"] for id in (row["author_id"], *row["endorsers"])}
        )
        for row in fresh:
            self._kill(row["post_id"])
            if not row["is_gone"]:
                self._put(row)

    def knows(self, rows: list[Record]) -> bool:
        """Whether all of this was read before."""
        return all(self._revisions.get(row["post_id"]) == row["revision"] for row in rows)

    def _meet(self, person_ids: set[int]) -> None:
        new = [id for id in person_ids if id not in self._people]
        if not new:
            return
        for id in new:
            self._people[id] = len(self._people)
        self.person_ids = np.concatenate([self.person_ids, np.array(new, np.int64)])
        self.tallies.make_room(len(self._people))

    def _kill(self, post_id: int) -> None:
        place = self.place(post_id)
        if place < 0 or not self.posts.alive[place]:
            return
        self.posts.alive[place] = False
        self.changed.append(place)
        self.tallies.count(place, -1)
        self.tallies.count_answer(place, -1)

    def _put(self, row: Record) -> None:
        posts, place = self.posts, self.posts.size
        self.changed.append(place)
        post_id, root_id = row["post_id"], row["root_id"]
        old = self.place(post_id)
        posts.size += 1
        posts.ids[place] = post_id
        posts.author[place] = self._people[row["author_id"]]
        posts.ring[place] = row["ring"]
        posts.flags[place] = (
            QUESTION * row["is_question"] | ACCEPTED * row["is_accepted"] | PASSAGE * row["is_passage"]
        )
        self.has_passages |= row["is_passage"]
        posts.length[place] = min(row["length"], 65_535)
        posts.likeness[place] = row["likeness"]
        posts.alive[place] = True
        posts.root[place] = -1
        self._places[post_id] = place
        self.tallies.count(place, 1)
        self._hang(place, post_id, root_id, old)
        if row["endorsers"]:
            self.new_endorsers[place] = self.people(row["endorsers"])
        for term, times in zip(*packing.unpacked_terms(row["terms"]), strict=True):
            self.tail.setdefault(term, array("I")).append(place << 8 | times)

    def _hang(self, place: int, post_id: int, root_id: int, old: int) -> None:
        """Into its thread, and what stands in its own onto it."""
        root = self.posts.root
        if root_id != post_id:
            at = self.place(root_id)
            if at < 0:
                self._waiting.setdefault(root_id, []).append(place)
            else:
                self._reply(place, at)
            return
        if old >= 0:
            below = self.replies()
            root[below[root[below] == old]] = place
            self.moved += 1
        for reply in self._waiting.pop(post_id, ()):
            self._reply(reply, place)

    def _reply(self, place: int, root: int) -> None:
        self.posts.root[place] = root
        self._new_replies.append(place)
        if self.posts.alive[place]:
            self.tallies.count_answer(place, 1)
