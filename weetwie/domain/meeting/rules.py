"""Which of what two people share says most, and what they are told about it. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import msgspec

from weetwie.errors import _

KNOWS, LEARNING = 0, 1
"""As in knowledge/topic_rules.py."""
_OF_TEACHING: Final = 1.5
"""One wants to learn what the other knows."""
_OF_A_QUESTION: Final = 1.3
_OF_ANOTHER_UNIT: Final = 1.4

BOTH: Final = {
    ("topic", KNOWS, KNOWS): _("You both know about {topic}."),
    ("topic", LEARNING, LEARNING): _("You both want to learn about {topic}."),
    ("topic", KNOWS, LEARNING): _("You know about {topic}, and {name} wants to learn it."),
    ("topic", LEARNING, KNOWS): _("You want to learn about {topic}, and {name} knows about it."),
    ("question", None, None): _("You both asked about {topic}."),
    ("task", None, None): _("You're both working on {topic}."),
}


class SharedThing(msgspec.Struct, frozen=True):
    """What two people have in common."""

    other_id: int
    kind: str
    topic: str
    bond: int | None
    others_bond: int | None
    post_id: int | None
    others_post_id: int | None
    is_of_unit: bool


def best(found: Sequence[SharedThing]) -> SharedThing | None:
    """What few share counts more; what several share with somebody adds up; who is of another department comes first of equals."""
    if not found:
        return None
    common = Counter(one.topic for one in found)
    worth = [(_worth(one, common[one.topic]), one) for one in found]
    people: defaultdict[int, float] = defaultdict(float)
    for much, one in worth:
        people[one.other_id] += much
    other = max(people, key=lambda who: (people[who], -who))
    theirs = [(much, one) for much, one in worth if one.other_id == other]
    return max(theirs, key=lambda pair: (pair[0], pair[1].topic))[1]


def _worth(one: SharedThing, shared_by: int) -> float:
    kind = _OF_A_QUESTION if one.kind == "question" else 1.0
    if one.kind == "topic" and one.bond != one.others_bond:
        kind = _OF_TEACHING
    return kind * (1.0 if one.is_of_unit else _OF_ANOTHER_UNIT) / math.log2(1 + shared_by)
