"""Which months and quarters are looked at. Pure."""

from datetime import datetime
from typing import Final

_MONTHS: Final = 12


def months(now: datetime) -> list[datetime]:
    """The beginnings of the last twelve, this one as well."""
    this = now.year * 12 + now.month - 1
    midnight = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return [
        midnight.replace(year=one // 12, month=one % 12 + 1) for one in range(this - _MONTHS + 1, this + 1)
    ]
