"""Whose turn it is: departments in turn, the people of each in turn, of each the post that says most to the reader. Pure."""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from enum import IntEnum
from typing import Final

import msgspec


class HowOften(IntEnum):
    off = 0
    rare = 1
    often = 2


EVERY: Final = {HowOften.rare: 20, HowOften.often: 5}
"""One of so many readings of home has a post from beyond."""
NEW_A_DAY: Final = {HowOften.rare: 1, HowOften.often: 4}
"""So many new ones a day come into the timeline that apps read."""
KEPT: Final = timedelta(days=90)
YOUNG: Final = timedelta(days=14)
"""Older posts are not shown."""
LEAST_SAID: Final = 40
"""In characters: a post says something, or shows something."""


class BeyondCandidate(msgspec.Struct, frozen=True):
    post_id: int
    author_id: int
    unit: str
    """As the reader sees it; empty where they do not."""
    topic: str = ""
    bond: str = ""
    likes: int = 0


class Given(msgspec.Struct, frozen=True):
    """Whom the reader was shown before."""

    author_id: int
    unit: str


def is_good(said: int, *, has_media: bool, is_question: bool, candidate: BeyondCandidate) -> bool:
    """It says or shows something, and there is a reason to read it: a topic of the reader's, somebody who liked it, a question."""
    return (said >= LEAST_SAID or has_media) and bool(candidate.topic or candidate.likes or is_question)


def pick(
    reader_id: int, candidates: Collection[BeyondCandidate], given: Sequence[Given]
) -> BeyondCandidate | None:
    """Who was shown least comes first: of departments, then of the people in one. What decides between equals differs from reader
    to reader, so that nobody is the first for all of them; and it depends on nothing that this reader does not see."""
    if not candidates:
        return None
    units, people = Counter(one.unit for one in given), Counter(one.author_id for one in given)
    unit = min({one.unit for one in candidates}, key=lambda name: (units[name], _lot(reader_id, name)))
    within = [one for one in candidates if one.unit == unit]
    author = min(
        {one.author_id for one in within},
        key=lambda who: (
            people[who],
            not any(one.topic for one in within if one.author_id == who),
            _lot(reader_id, str(who)),
        ),
    )
    theirs = [one for one in within if one.author_id == author]
    return max(theirs, key=lambda one: (bool(one.topic), min(one.likes, 3), one.post_id))


def _lot(reader_id: int, about: str) -> bytes:
    return hashlib.blake2b(f"{reader_id} {about}".encode(), digest_size=8).digest()
