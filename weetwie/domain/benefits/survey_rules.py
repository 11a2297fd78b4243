"""The survey "Who would you ask about ...?": what each is asked, what of the answers is told, and how sure a gain is. Pure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256
from math import sqrt
from typing import Final

import msgspec

from weetwie.access.policy import FEWEST
from weetwie.domain.benefits.rules import cell, rounded, told
from weetwie.errors import Invalid, _

EACH: Final = 5
"""So many topics each is asked about."""
MOST_TOPICS: Final = 10
SHORTEST, LONGEST, USUAL = 7, 28, 14
"""How many days a round is open."""
APART: Final = timedelta(days=92)
"""From the end of a round that was counted to the next: more than a quarter, so that no two are told of one."""
NEARLY_ALL: Final = 90
"""Percent: what is above is told as "more than that" where the exact number would be about few."""
_SURE: Final = 1.96
"""In nineteen of twenty cases."""


class SurveyAnswered(msgspec.Struct, frozen=True):
    person_id: int
    is_correct: bool | None


class SurveyNumbers(msgspec.Struct, frozen=True):
    """None is told to nobody."""

    people: int | None = None
    """Who named somebody."""
    asked: int | None = None
    """Answers, "I don't know" included."""
    named: int | None = None
    correct: int | None = None
    nearly_all: bool = False
    """Instead of `named` and `correct`, where hardly anybody named somebody who does not know."""

    @property
    def is_told(self) -> bool:
        return self.correct is not None or self.nearly_all

    @property
    def share(self) -> float | None:
        return self.correct / self.named if self.correct is not None and self.named else None


class Gain(msgspec.Struct, frozen=True):
    """In percentage points, with the range in which it is in nineteen of twenty cases."""

    points: int
    least: int
    most: int


def check(topics: Sequence[str], days: int) -> None:
    if not SHORTEST <= days <= LONGEST:
        raise Invalid(
            _("Choose between {least} and {most} days."), field="days", least=SHORTEST, most=LONGEST
        )
    if not EACH <= len(topics) <= MOST_TOPICS:
        raise Invalid(
            _("Choose between {least} and {most} topics."), field="topic", least=EACH, most=MOST_TOPICS
        )


def asked_of(person_id: int, topics: Iterable[str]) -> list[str]:
    """The same topics in every round, others for others."""
    return sorted(topics, key=lambda topic: sha256(f"{person_id} {topic}".encode()).digest())[:EACH]


def numbers(answers: Sequence[SurveyAnswered]) -> SurveyNumbers:
    """By the rule of `told`: enough people named somebody who knows, and enough somebody who does not. How many did not know anybody
    is told only where they are enough as well."""
    cells = [cell((one.person_id,) for one in answers if one.is_correct is so) for so in (None, False, True)]
    asked, named, correct = told(cells)
    if correct is None:
        asked, (named, correct) = None, told(cells[1:])
    people = {one.person_id for one in answers if one.is_correct is not None}
    if correct is None:
        return (
            SurveyNumbers(rounded(len(people)), nearly_all=True) if _nearly_all(answers) else SurveyNumbers()
        )
    return SurveyNumbers(rounded(len(people)), asked, named, correct)


def _nearly_all(answers: Sequence[SurveyAnswered]) -> bool:
    """Enough people named somebody who knows, and more than nine of ten answers did. It says neither that somebody was wrong nor
    that nobody was."""
    right, wrong = ([one for one in answers if one.is_correct is so] for so in (True, False))
    is_most = 100 * len(right) > NEARLY_ALL * (len(right) + len(wrong))
    return is_most and cell((one.person_id,) for one in right).is_told


def replied(people: int) -> int | None:
    """How many took part so far, as those who run the survey may know it."""
    return rounded(people) if people >= FEWEST else None


def gain(before: SurveyNumbers, after: SurveyNumbers) -> Gain | None:
    """By Newcombe's interval for the difference of two shares. Each person counts once, however many questions they answered:
    what one person says hangs together."""
    if before.share is None or after.share is None:
        return None
    (first, first_least, first_most), (last, last_least, last_most) = (_range(one) for one in (before, after))
    points = last - first
    least = points - sqrt((last - last_least) ** 2 + (first_most - first) ** 2)
    most = points + sqrt((last_most - last) ** 2 + (first - first_least) ** 2)
    return Gain(round(100 * points), round(100 * least), round(100 * most))


def _range(one: SurveyNumbers) -> tuple[float, float, float]:
    """The share and its range by Wilson."""
    share, people = one.share or 0.0, one.people or 1
    spread = _SURE**2 / people
    middle = (share + spread / 2) / (1 + spread)
    width = _SURE / (1 + spread) * sqrt(share * (1 - share) / people + spread / (4 * people))
    return share, middle - width, middle + width
