"""What a few words that somebody puts on their profile have to do with a question, in whatever language both are. Pure."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from weetwie.domain.knowledge.topic_rules import Signature, signature
from weetwie.domain.knowledge.twins import OF_PARTS, Twin


class Asks(Protocol):
    """A word of a question."""

    terms: tuple[int, ...]
    twins: list[Twin]


def says(word: Asks, terms: Collection[int]) -> float:
    """How much of a word of a question stands there, by itself or by what stands for it."""
    if any(term in terms for term in word.terms):
        return 1.0
    whole, parts = 0.0, dict[int, float]()
    for twin in word.twins:
        if stands(twin, terms):
            if twin.part < 0:
                whole = 1.0
            parts[twin.part] = twin.share
    pieces = sum(share for part, share in parts.items() if part >= 0)
    return max(whole, pieces if pieces > 0.99 else min(pieces, OF_PARTS))


def is_asked(name: str, terms: Iterable[int], twins: Sequence[Twin]) -> bool:
    """Whether every word of a topic is one of the question, or of something whole that stands for some of it."""
    said: Signature = signature(name)
    here = frozenset(term for word in said for term in word)
    found = {term for term in terms if term in here}
    for twin in twins:
        if stands(twin, here):
            found.update(form for word in twin.words for form in word)
    return all(not found.isdisjoint(word) for word in said)


def stands(twin: Twin, terms: Collection[int]) -> bool:
    """Whether all its words do."""
    return all(any(form in terms for form in word) for word in twin.words)
