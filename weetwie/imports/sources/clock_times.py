"""Times with the hour as programs write them into tables for people: `25/Feb/26 10:17 PM`, `05.02.2013 20:11`. Pure."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from weetwie.imports.days import First, day
from weetwie.imports.records import BadRecord
from weetwie.imports.sources.checked import time_of

_CLOCK: Final = re.compile(
    r"[\sT,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*([AaPp]\.?\s?[Mm]\.?|vorm\.|nachm\.)?\s*(?:UTC|GMT|Z)?$"
)


def clock_time(text: str, first: First = None) -> datetime | None:
    """In UTC where it has no zone; None for what is no time."""
    bare = text.strip()[:80]
    if found := time_of(bare) if bare[:4].isdecimal() else None:
        return found
    clock = _CLOCK.search(bare)
    try:
        at = day((bare[: clock.start()] if clock else bare).strip(" ,"), first)
    except (BadRecord, ValueError):
        return None
    if clock is None:
        return at
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    half = (clock[4] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half in "pn" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return time_of((at.astimezone(UTC) + timedelta(hours=hour, minutes=minute, seconds=second)).isoformat())
