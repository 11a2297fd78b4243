"""Who leaves because their organisation says so, by its directory or by a claim: many at once only if somebody confirms it. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol, TypeVar

MOST_AT_ONCE: Final = 0.05
"""So large a part of those here may leave within a day without being asked about."""


class Confirmable(Protocol):
    """Somebody whose time of grace is over."""

    @property
    def confirmed_at(self) -> datetime | None: ...


Somebody = TypeVar("Somebody", bound=Confirmable)


def braked(due: Sequence[Somebody], left_lately: int, here: int) -> tuple[list[Somebody], list[Somebody]]:
    """Who leaves, and who waits for somebody to confirm it. `left_lately` have left within a day without that."""
    sure = [one for one in due if one.confirmed_at]
    unsure = [one for one in due if not one.confirmed_at]
    if is_too_many(len(unsure) + left_lately, here):
        return sure, unsure
    return list(due), []


def is_too_many(leaving: int, here: int) -> bool:
    """One alone never is, however few there are."""
    return leaving > max(1, here * MOST_AT_ONCE)
