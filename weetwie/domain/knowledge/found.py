"""All who were found for a question, as rows: the best first, each with what it comes to."""

from collections.abc import Mapping, Sequence
from typing import Final

from weetwie.domain.knowledge import about as abouts, levels, ranking
from weetwie.domain.knowledge.about import About
from weetwie.domain.knowledge.answer import Expert, Level, Proof
from weetwie.domain.knowledge.arrays import Bools, Floats, best_first
from weetwie.domain.knowledge.index import Index
from weetwie.domain.knowledge.levels import Levels
from weetwie.domain.knowledge.packing import PASSAGE
from weetwie.domain.knowledge.ranking import Ranked
from weetwie.domain.knowledge.said import SaidOfThemselves
from weetwie.runtime.ids import moment_of
from weetwie.runtime.later import np

_FIRST: Final = 3
"""So many of those who list what is asked, or whose answer was accepted, are not outweighed by one post."""
_ABOVE: Final = 0.01


class FoundPosts:
    def __init__(
        self,
        index: Index,
        ranked: Ranked,
        shown: Levels,
        about: About,
        claims: Mapping[int, float],
        said: SaidOfThemselves,
    ) -> None:
        self._index, self._ranked, self._shown, self._about, self._said = index, ranked, shown, about, said
        self._vouched = index.places(one.post_id for one in said.vouches)
        silent = [id for id in claims if index.person(id) < 0]
        self._person = np.concatenate([ranked.people, np.full(len(silent), -1, ranked.people.dtype)])
        ids = np.concatenate([index.person_ids[ranked.people], np.array(silent, np.int64)])
        score = np.concatenate(
            [ranked.scores, [ranked.of_a_claim * min(claims[id] / ranking.MUCH, 1.0) for id in silent]]
        )
        enough = {id for id, part in claims.items() if part >= about.least_listed}
        little = shown.is_little[ranked.people]
        is_listed = np.isin(ids, list(enough)) if enough else np.zeros(len(ids), bool)
        is_sure = is_listed.copy()
        is_sure[: len(little)] |= shown.is_accepted[ranked.people]
        score = _above_passing_posts(score, is_sure, little)
        order = best_first(score, ids)
        self._person, self._score = self._person[order], score[order]
        self._at = np.append(np.arange(len(ranked.people)), np.full(len(silent), -1))[order]
        self.ids = ids[order]
        self._rank = np.where(self._person >= 0, shown.rank[self._person], levels.MENTIONED)
        self._rank[is_listed[order]] = np.minimum(self._rank[is_listed[order]], levels.LISTS)
        self.every = np.arange(len(self.ids))
        self.named = np.flatnonzero(self._rank < levels.MENTIONED)
        wrote = (self._person >= 0) & (shown.newest[self._person] > 0)
        mentioned = (self._rank == levels.MENTIONED) & wrote & about.says_what
        self.mentions = np.flatnonzero(mentioned)

    def experts(self, rows: Sequence[int], most_proofs: int, *, tells_activity: bool) -> tuple[Expert, ...]:
        people = self._person[rows][self._person[rows] >= 0] if rows else np.zeros(0, np.int32)
        votes = ranking.votes_for(people, self._ranked.votes)
        proves = abouts.proves(self._index, self._about, votes.place)
        is_own = self._index.posts.author[votes.place] == votes.person
        proves[is_own & ranking.asks(self._index, votes.place) & ~np.isin(votes.place, self._vouched)] = 0
        proofs = ranking.proofs(votes, people, proves, most_proofs)
        return tuple(self._expert(row, proofs, tells_activity=tells_activity) for row in rows)

    def _expert(
        self, row: int, proofs: Mapping[int, list[tuple[int, float]]], *, tells_activity: bool
    ) -> Expert:
        person, id = int(self._person[row]), int(self.ids[row])
        level = levels.EVERY[int(self._rank[row])]
        statement = self._said.says_so.get(id)
        newest = int(self._shown.newest[person]) if person >= 0 else 0
        last_at = moment_of(newest) if newest else None
        level_at = statement.at if statement and level is Level.lists else last_at
        if not tells_activity:
            last_at, level_at = None, None
            level = Level.writes if level is Level.often else level
        return Expert(
            person_id=id,
            score=float(self._score[row]),
            share=float(self._ranked.shares[self._at[row]]) if person >= 0 else 0.0,
            last_at=last_at,
            proofs=self._proofs(proofs.get(person, ()), of_passages=False),
            passages=self._proofs(proofs.get(person, ()), of_passages=True),
            says=statement.name if statement else "",
            level=level,
            level_at=level_at,
        )

    def _proofs(self, found: Sequence[tuple[int, float]], *, of_passages: bool) -> tuple[Proof, ...]:
        flags = self._index.posts.flags
        return tuple(
            self._proof(place, weight)
            for place, weight in found
            if bool(flags[place] & PASSAGE) == of_passages
        )

    def _proof(self, place: int, weight: float) -> Proof:
        posts = self._index.posts
        root = int(posts.root[place])
        says_it = bool(self._about.own[self._about.rows(np.array([place]))][0] > 0)
        needs_root = root >= 0 and not says_it
        return Proof(int(posts.ids[place]), weight, int(posts.ids[root]) if needs_root else None)


def _above_passing_posts(scores: Floats, is_sure: Bools, is_little: Bools) -> Floats:
    """The scores, where the first of those who list what is asked, or whose answer was accepted, come before whoever wrote of it
    in one thread alone."""
    written = scores[: len(is_little)]
    best = float(written[is_little & ~is_sure[: len(is_little)]].max(initial=0.0))
    first = np.flatnonzero(is_sure)
    first = first[np.argsort(-scores[first], kind="stable")][:_FIRST]
    first = first[scores[first] <= best]
    raised = scores.copy()
    raised[first] = best + _ABOVE * scores[first]
    return raised
