"""What somebody's posts are about, in their own words: tags, words and short phrases with the posts they stand in. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
import regex

from weetwie.domain.knowledge import words
from weetwie.domain.knowledge.topic_rules import Signature, signature

LEAST_POSTS: Final = 3
LEAST_POSTS_OF_A_TAG: Final = 2
LONGEST: Final = 3
"""Words in a phrase."""
_SAID = regex.compile(
    r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[-/.+][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*|[^\p{L}\p{N}\s]+|\n"
)
_SAME: Final = 0.7
"""A word that stands in so much of its posts within a longer phrase is not a topic by itself."""


class Written(msgspec.Struct, frozen=True):
    """A post of somebody's."""

    post_id: int
    text: str
    tags: Sequence[str] = ()


class Candidate(msgspec.Struct):
    name: str
    """As they mostly write it."""
    is_tag: bool
    forms: Signature
    post_ids: list[int]
    """Newest first; what says the same stands there once."""

    @property
    def is_name(self) -> bool:
        """Written like a name: with capitals or numbers within a sentence, or as a tag."""
        return self.is_tag or not self.name.islower()


def candidates(posts: Iterable[Written]) -> list[Candidate]:
    """What stands in several of these posts; which of it marks their author is not known yet."""
    spelled: dict[Signature, Counter[str]] = defaultdict(Counter)
    stands: dict[Signature, list[int]] = defaultdict(list)
    tags: set[Signature] = set()
    seen: set[str] = set()
    for post in posts:
        said = " ".join(post.text.casefold().split())
        if said in seen:
            continue
        seen.add(said)
        found = dict[Signature, str]()
        for name, is_tag in (
            *((tag, True) for tag in post.tags),
            *((one, False) for one in _phrases(post.text)),
        ):
            if forms := signature(name):
                found.setdefault(forms, name)
                if is_tag:
                    tags.add(forms)
        for forms, name in found.items():
            spelled[forms][name] += 1
            stands[forms].append(post.post_id)
    every = [
        Candidate(spelled[forms].most_common(1)[0][0], forms in tags, forms, ids)
        for forms, ids in stands.items()
        if len(ids) >= (LEAST_POSTS_OF_A_TAG if forms in tags else LEAST_POSTS)
    ]
    return _without_parts(every)


def mark(own: int, of_own: int, others: int, of_others: int) -> float:
    """How surely a topic in `own` of somebody's posts and `others` of everybody else's marks them (Dunning 1993).

    0 where they write of it no more than others do.
    """
    whole = of_own + of_others
    rate = (own + others) / whole if whole else 0.0
    if not of_own or own / of_own <= rate:
        return 0.0
    parts = ((own, of_own), (others, of_others))
    return 2 * sum(_weight(some, of, rate) + _weight(of - some, of, 1 - rate) for some, of in parts if of)


def _weight(some: int, of: int, rate: float) -> float:
    return some * math.log(some / (of * rate)) if some > 0 and rate > 0 else 0.0


def _without_parts(every: list[Candidate]) -> list[Candidate]:
    longer = [one for one in every if len(one.forms) > 1]
    return [
        one
        for one in every
        if one.is_tag
        or not any(
            len(other.forms) > len(one.forms)
            and set(one.forms) <= set(other.forms)
            and len(set(one.post_ids) & set(other.post_ids)) >= _SAME * len(one.post_ids)
            for other in longer
        )
    ]


def _phrases(text: str) -> Iterator[str]:
    """Words, and words that stand side by side, none of them a stop word; what names people and places is left out."""
    run: list[str] = []
    for match in _SAID.finditer(words.plain(text)):
        word = match[0]
        if not word[0].isalnum() or word.casefold() in words.EMPTY:
            run = []
            continue
        run = [*run, word][-LONGEST:]
        for length in range(1, len(run) + 1):
            phrase = run[-length:]
            if _may_be_one(phrase):
                yield " ".join(phrase)


def _may_be_one(phrase: Sequence[str]) -> bool:
    if any(word.isdigit() for word in (phrase[0], phrase[-1])):
        return False
    return len(phrase) > 1 or len(phrase[0]) > 3 or (len(phrase[0]) > 1 and phrase[0].isupper())
