"""Somebody opens their home on the web: it counts, and may bring what no timeline has."""

import math
from typing import Final

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.beyond.rules import EVERY
from weetwie.domain.meeting import first_weeks as choice
from weetwie.flows import beyond, first_weeks
from weetwie.flows.beyond import BeyondPost
from weetwie.flows.first_weeks import WeekCard
from weetwie.runtime.cache import Cache

_COUNTED_AT_ONCE: Final = math.gcd(*EVERY.values())
"""One of so many openings writes, for all of them: none before it can be one that brings something."""
_MOST_READERS: Final = 20_000


class Opened(msgspec.Struct, frozen=True):
    beyond: BeyondPost | None = None
    card: WeekCard | None = None


class Openings:
    """Those that are not counted in the database yet, by person. What a process has not written when it ends was not counted."""

    def __init__(self) -> None:
        self._of: Cache[int, int] = Cache(_MOST_READERS)

    def count(self, person_id: int) -> int:
        """One more; returns how many are to be written now."""
        number = (self._of.get(person_id) or 0) + 1
        self._of.put(person_id, number % _COUNTED_AT_ONCE)
        return number if number == _COUNTED_AT_ONCE else 0


async def brings_card(db: Db, viewer: Viewer) -> bool:
    """Whether there may be a card of the first weeks."""
    return await choice.is_wanted(db, viewer) is True


async def opened(db: Db, viewer: Viewer, openings: int, *, has_card: bool) -> Opened:
    """`openings`: how many are counted by this one."""
    return Opened(
        await beyond.for_home(db, viewer, openings) if openings else None,
        await first_weeks.for_home(db, viewer) if has_card else None,
    )
