"""What a question is about: the words that say most of it. Pure."""

from typing import Final

import msgspec

from weetwie.domain.knowledge import asked, words
from weetwie.domain.knowledge.answer import ExpertAnswer

_MOST: Final = 3
_CARRIES: Final = 0.5
"""Of the word that says most."""


class Subject(msgspec.Struct, frozen=True):
    name: str
    terms: tuple[int, ...]
    """The numbers of these words, in every form."""
    all_terms: tuple[int, ...]
    """Of everything that is asked."""


def subject(question: str, answer: ExpertAnswer) -> Subject:
    """`answer` says how much each word says in what its asker sees; where nobody used one of them, all say the same."""
    found = asked.read(question)
    weight = {
        one.word: max((answer.wanted.get(term, 0.0) for term in one.terms), default=0.0) for one in found
    }
    best = max(weight.values(), default=0.0)
    telling = [one for one in found if weight[one.word] >= _CARRIES * best]
    telling = sorted(telling, key=lambda one: -weight[one.word])[:_MOST]
    in_order = [one for one in found if one in telling]
    return Subject(
        " ".join(one.word for one in in_order),
        tuple(dict.fromkeys(one.terms[0] for one in in_order if one.terms)),
        tuple(dict.fromkeys(term for one in found for term in one.terms)),
    )


def telling_words(question: str, answer: ExpertAnswer) -> list[str]:
    """What says most first; plain words alone."""
    weights = {
        one.word: max((answer.wanted.get(term, 0.0) for term in one.terms), default=0.0)
        for one in asked.read(question)
        if one.word.isalnum()
    }
    return sorted(weights, key=lambda word: -weights[word])


def terms(topic: str) -> list[int]:
    """The numbers of the words of a topic."""
    return list(dict.fromkeys(one.terms[0] for one in words.ask(topic) if one.terms))
