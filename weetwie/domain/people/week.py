"""When the week by mail is due: on Thursday morning, or on the next day on which people work. Pure."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_THURSDAY: Final = 3
_SATURDAY: Final = 5
_FROM, _UNTIL = 8, 18
"""Hours of the day."""


def is_due(
    now: datetime,
    told_at: datetime | None,
    zone: ZoneInfo,
    free: Collection[date] = (),
    away_until: date | None = None,
) -> bool:
    """Once for each Thursday that has come since the last one; never on a day off."""
    local = now.astimezone(zone)
    today = local.date()
    if not _FROM <= local.hour < _UNTIL or _is_off(today, free, away_until):
        return False
    thursday = today - timedelta(days=(today.weekday() - _THURSDAY) % 7)
    return told_at is None or told_at.astimezone(zone).date() < thursday


def _is_off(day: date, free: Collection[date], away_until: date | None) -> bool:
    return day.weekday() >= _SATURDAY or day in free or (away_until is not None and day <= away_until)
