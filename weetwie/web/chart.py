"""Small pictures of numbers over time, drawn by the server: bars beside each other, and where the months stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

WIDTH, HEIGHT = 624, 150
_GROUND: Final = 122
"""Where bars stand; below are the months."""
_TOP: Final = 8
_BAR: Final = 13
_LEAST: Final = 3
"""So high at least, so that one is not taken for none."""


class Bar(msgspec.Struct, frozen=True):
    x: float
    y: float
    height: float
    kind: str


class Chart(msgspec.Struct, frozen=True):
    bars: list[Bar]
    marks: list[tuple[float, datetime]]
    """Where a month stands."""
    width: int = WIDTH
    height: int = HEIGHT
    ground: int = _GROUND
    bar: int = _BAR


def bars(columns: Sequence[tuple[datetime, tuple[int, int]]], kinds: tuple[str, str]) -> Chart:
    """Two beside each other for each moment."""
    most = max((max(pair) for _at, pair in columns), default=0) or 1
    step = WIDTH / max(1, len(columns))
    drawn, marks = [], []
    for place, (at, pair) in enumerate(columns):
        middle = step * (place + 0.5)
        marks.append((round(middle, 1), at))
        for kind, number, left in zip(kinds, pair, (middle - _BAR - 1, middle + 1), strict=True):
            if number:
                height = round(max(_LEAST, (_GROUND - _TOP) * number / most), 1)
                drawn.append(Bar(round(left, 1), round(_GROUND - height, 1), height, kind))
    return Chart(drawn, marks)
