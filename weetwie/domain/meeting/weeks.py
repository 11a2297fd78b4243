"""When each card of the first 90 days stands, and whom of many it takes. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

_CARDS: Final = ((1, 0, 7), (2, 7, 21), (4, 21, 49), (12, 77, 91))
"""The week that a card is for, and the days on which it begins and is over: long enough to come back to from a holiday."""
LASTS: Final = timedelta(days=91)


class WorthMeeting(msgspec.Struct, frozen=True):
    """Somebody, why, and about what."""

    person_id: int
    why: str
    """`helps`, `asks`, `learns` or `writes`, or what else brings two people near."""
    topic: str
    unit: str = ""


def week_at(since: timedelta) -> int | None:
    """So long after the first login."""
    return next((week for week, begin, end in _CARDS if begin <= since.days < end), None)


def few(found: Sequence[WorthMeeting], limit: int, *, spreads: bool = True) -> list[WorthMeeting]:
    """Nobody twice, and of as many topics or other reasons, and where it `spreads` of as many departments, as there are; else in their order."""
    first: dict[int, WorthMeeting] = {}
    for one in found:
        first.setdefault(one.person_id, one)
    each = list(first.values())
    chosen: list[WorthMeeting] = []
    while each and len(chosen) < limit:
        reasons, units = {one.topic or one.why for one in chosen}, {one.unit for one in chosen}
        best = max(
            each,
            key=lambda one: ((one.topic or one.why) not in reasons) + (spreads and one.unit not in units),
        )
        chosen.append(best)
        each.remove(best)
    return chosen
