"""Time zones, and the regions whose public holidays are known."""

import re
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_ZONES: Final = frozenset(available_timezones())
_REGION: Final = re.compile("[A-Z]{2}(-[A-Z0-9]{1,4})?")


def is_zone(name: str) -> bool:
    return name in _ZONES


def zone(name: str) -> ZoneInfo:
    """UTC for what is none."""
    return ZoneInfo(name if is_zone(name) else "UTC")


def is_region(region: str) -> bool:
    """Whether holidays of it are known: a country, or a part of one after a dash."""
    import holidays

    if not _REGION.fullmatch(region):
        return False
    country, _dash, part = region.partition("-")
    try:
        holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        return False
    return True
