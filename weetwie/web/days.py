"""Days as people give them in forms."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from weetwie.errors import Invalid, _

_NO_DAY: Final = _("Write the date like this: 2026-12-31")


def end_of(day: str) -> datetime:
    """The moment at which the last day is over. Raises Invalid."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise Invalid(_NO_DAY, field="until") from error
