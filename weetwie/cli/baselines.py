"""Plain ways of finding experts, to hold ours against: over the same words of the same posts. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from weetwie.domain.knowledge import words
from weetwie.domain.knowledge.arrays import Floats, Ints, summed
from weetwie.runtime.later import np

NAMES: Final = (
    "most active",
    "BM25 profile",
    "document model",
    "CombMNZ",
    "expCombMNZ",
    "reciprocal rank",
    "thread BM25",
)
_K1, _B = 1.2, 0.75
_LAMBDA = 0.5
_DEEP = 1000


Terms = Sequence[tuple[int, Ints, Floats]]
"""How often each is asked, where it stands, how often."""


class ChatPost(msgspec.Struct, frozen=True):
    author: int
    time: float
    text: str
    thread: int


class Library:
    """Posts in the order of time, by their words."""

    def __init__(self, posts: Sequence[ChatPost], people: int) -> None:
        self.people = people
        self.time = np.array([post.time for post in posts])
        self.author = np.array([post.author for post in posts], np.int32)
        self.thread = np.array([post.thread for post in posts], np.int32)
        self.length = np.zeros(len(posts))
        lists: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for at, post in enumerate(posts):
            reading = words.read(post.text, "en")
            self.length[at] = sum(reading.terms.values())
            for term, times in reading.terms.items():
                places, many = lists[term]
                places.append(at)
                many.append(times)
        self.lists = {
            term: (np.array(places, np.int32), np.array(many, np.float64))
            for term, (places, many) in lists.items()
        }

    def rank(self, question: str, cutoff: float) -> Mapping[str, Floats]:
        """For each baseline a score for everybody."""
        end = int(np.searchsorted(self.time, cutoff))
        if not end:
            return {name: np.zeros(self.people) for name in NAMES}
        author, length = self.author[:end], self.length[:end]
        active = np.bincount(author, minlength=self.people).astype(float)
        terms = self._terms(question, end)
        fits = _bm25(terms, length)
        return {
            "most active": active,
            "BM25 profile": self._profiles(terms, author, length),
            "document model": self._document_model(terms, author, length, active),
            **self._votes(fits, author),
            "thread BM25": self._threads(terms, author, length, self.thread[:end]),
        }

    def _terms(self, question: str, end: int) -> Terms:
        found = []
        for one in words.ask(question):
            places, times = self.lists.get(one.terms[0], (np.zeros(0, np.int32), np.zeros(0)))
            number = int(np.searchsorted(places, end))
            if number:
                found.append((one.count, places[:number], times[:number]))
        return found

    def _profiles(self, terms: Terms, author: Ints, length: Floats) -> Floats:
        """All that somebody wrote as one document."""
        lengths = summed(author, length, self.people)
        known = max(int((lengths > 0).sum()), 1)
        mean, score = lengths.sum() / known, np.zeros(self.people)
        for count, places, times in terms:
            tf = summed(author[places], times, self.people)
            number = int((tf > 0).sum())
            idf = math.log(1 + (known - number + 0.5) / (number + 0.5))
            score += count * idf * tf * (_K1 + 1) / (tf + _K1 * (1 - _B + _B * lengths / mean))
        return score

    def _document_model(self, terms: Terms, author: Ints, length: Floats, active: Floats) -> Floats:
        """Balog's second model: each post's likelihood of the question, smoothed, summed over a person's posts."""
        if not terms:
            return np.zeros(self.people)
        total, score = length.sum(), np.zeros(len(length))
        touched = np.zeros(len(length), bool)
        for count, places, times in terms:
            everywhere = times.sum() / total
            score += count * math.log((1 - _LAMBDA) * everywhere)
            inside = _LAMBDA * times / np.maximum(length[places], 1)
            score[places] += count * (
                np.log(inside + (1 - _LAMBDA) * everywhere) - math.log((1 - _LAMBDA) * everywhere)
            )
            touched[places] = True
        likelihood = np.where(touched, np.exp(score - score.max()), 0.0)
        return summed(author, likelihood, self.people) / np.maximum(active, 1)

    def _threads(self, terms: Terms, author: Ints, length: Floats, thread: Ints) -> Floats:
        """Whole threads as documents; who wrote in one has its score, once."""
        lengths = summed(thread, length, 0)
        found = [
            (count, np.flatnonzero(times), times[times > 0])
            for count, places, some in terms
            for times in [summed(thread[places], some, len(lengths))]
        ]
        fits = _bm25(found, lengths)
        best = np.argsort(-fits, kind="stable")[:_DEEP]
        is_best = np.zeros(len(fits), bool)
        is_best[best[fits[best] > 0]] = True
        within = np.flatnonzero(is_best[thread])
        pairs = np.unique(np.stack([author[within], thread[within]]), axis=1)
        return summed(pairs[0], fits[pairs[1]], self.people)

    def _votes(self, fits: Floats, author: Ints) -> dict[str, Floats]:
        best = np.argsort(-fits, kind="stable")[:_DEEP]
        best = best[fits[best] > 0]
        who, fit = author[best], fits[best]
        top = float(fit.max(initial=0.0)) or 1.0
        number = np.bincount(who, minlength=self.people)
        ranks = 1 / np.arange(1, len(best) + 1)
        return {
            "CombMNZ": number * summed(who, fit, self.people),
            "expCombMNZ": number * summed(who, np.exp(10 * fit / top), self.people),
            "reciprocal rank": summed(who, ranks, self.people),
        }


def _bm25(terms: Terms, length: Floats) -> Floats:
    total, mean, fits = len(length), max(length.mean(), 1.0), np.zeros(len(length))
    for count, places, times in terms:
        idf = math.log(1 + (total - len(places) + 0.5) / (len(places) + 0.5))
        fits[places] += (
            count * idf * times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length[places] / mean))
        )
    return fits
