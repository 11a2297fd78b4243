"""Which months and quarters are looked at, and what of a number is told: nothing that few people stand behind. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from weetwie.access.policy import FEWEST

_MONTHS: Final = 12
_STEP: Final = 5
"""Numbers are told in fives, so that one more or less tomorrow is not seen."""


def months(now: datetime) -> list[datetime]:
    """The beginnings of the last twelve, this one as well."""
    this = now.year * 12 + now.month - 1
    return [_month(now, one) for one in range(this - _MONTHS + 1, this + 1)]


def _month(like: datetime, number: int) -> datetime:
    midnight = like.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return midnight.replace(year=number // 12, month=number % 12 + 1)


class Quarter(msgspec.Struct, frozen=True):
    begins: datetime
    ends: datetime
    """The beginning of the next."""

    @property
    def number(self) -> int:
        return (self.begins.month + 2) // 3

    @property
    def name(self) -> str:
        return f"{self.begins.year}-Q{self.number}"


def last_quarter(now: datetime) -> Quarter:
    """The last one that is over: what is counted of it hardly changes any more."""
    this = now.year * 12 + (now.month - 1) // 3 * 3
    return Quarter(_month(now, this - 3), _month(now, this))


def quarter_of(moment: datetime) -> Quarter:
    first = moment.year * 12 + (moment.month - 1) // 3 * 3
    return Quarter(_month(moment, first), _month(moment, first + 3))


def first_quarter(first_post: datetime) -> Quarter:
    """The first whole one after somebody wrote something."""
    next_one = first_post.year * 12 + (first_post.month - 1) // 3 * 3 + 3
    return Quarter(_month(first_post, next_one), _month(first_post, next_one + 3))


class Cell(msgspec.Struct, frozen=True):
    """So many things, and the people behind them, by the part that they had in it: who asked, who answered."""

    number: int
    roles: tuple[frozenset[int], ...]

    @property
    def is_told(self) -> bool:
        return all(len(people) >= FEWEST for people in self.roles)


def cell(things: Iterable[tuple[int, ...]]) -> Cell:
    """Of things that each name one person for each part."""
    found = list(things)
    return Cell(len(found), tuple(frozenset(people) for people in zip(*found, strict=True)) or (frozenset(),))


def _together(cells: Sequence[Cell]) -> Cell:
    """The parts that all have; a question without an answer has nobody who answered."""
    roles = zip(*(one.roles for one in cells if one.number), strict=False)
    return Cell(
        sum(one.number for one in cells),
        tuple(frozenset().union(*people) for people in roles) or (frozenset(),),
    )


def told(cells: Sequence[Cell]) -> list[int | None]:
    """Numbers that lie within one another, from `cells` that do not: all of them, all but the first, and so on.

    A number is told where enough people stand behind it, and behind what is left when it is taken from the one before;
    what lies within one that is not told is not told either. So no difference of two numbers is about few.
    """
    numbers: list[int | None] = []
    is_told = True
    for place in range(len(cells)):
        inner = _together(cells[place:])
        is_told = is_told and inner.is_told and (place == 0 or cells[place - 1].is_told)
        numbers.append(rounded(inner.number) if is_told else None)
    return numbers


def enough(people: int) -> int | None:
    """So many people, where they are enough to be told of."""
    return rounded(people) if people >= FEWEST else None


def rounded(number: int) -> int:
    return (2 * number + _STEP) // (2 * _STEP) * _STEP


def usual(waits: Sequence[timedelta]) -> timedelta:
    """The median, as coarse as one would say it: five minutes, an hour, a day."""
    ordered = sorted(waits)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    step = next(step for below, step in _COARSE if median < below)
    return max(step, round(median / step) * step)


_HOUR: Final = timedelta(hours=1)
_COARSE: Final = ((2 * _HOUR, timedelta(minutes=5)), (48 * _HOUR, _HOUR), (timedelta.max, timedelta(days=1)))
