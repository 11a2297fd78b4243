"""Whether something grows: the line that lies nearest to what was measured, and how far it may be off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

DAY = 86_400.0
Points = Sequence[tuple[float, float]]
_SURE = 2.0
"""Standard errors: of twenty slopes of what does not grow, one seems to rise or fall by more."""


@dataclass(frozen=True)
class Trend:
    """The slope for each unit of x, its standard error, and the middle of what was measured."""

    slope: float
    error: float
    middle: float

    def surely(self, over: float = DAY) -> float:
        """How much it grows at least over so many units of x; 0 where it may well not grow."""
        return max(0.0, self.slope - _SURE * self.error) * over

    def share(self, over: float = DAY) -> float:
        """The same as a part of what is there now."""
        return self.surely(over) / self.middle if self.middle else 0.0


def trend(points: Points) -> Trend:
    """Least squares. What is measured soon after one another is alike (memory is taken in steps), so that there are fewer
    independent points than points: the error counts them by how alike neighbours are."""
    number = len(points)
    middle_x, middle_y = (sum(point[at] for point in points) / max(1, number) for at in (0, 1))
    below = sum((x - middle_x) ** 2 for x, _y in points)
    if number < 4 or not below:
        return Trend(0.0, float("inf"), middle_y)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in points) / below
    rest = [y - middle_y - slope * (x - middle_x) for x, y in points]
    squares = sum(one * one for one in rest)
    alike = sum(one * other for one, other in pairwise(rest)) / squares if squares else 0.0
    independent = number * (1 - max(0.0, alike)) / (1 + max(0.0, alike))
    return Trend(slope, sqrt(squares / max(1.0, independent - 2) / below), middle_y)


def second_half(points: Points) -> Points:
    """What is filled once is full by then."""
    return points[len(points) // 2 :]
