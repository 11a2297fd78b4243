"""What the page of policies says of questions: after how many hours more people are asked, and when people work."""

from collections.abc import Callable, Mapping
from typing import Final

from weetwie.errors import Invalid, _
from weetwie.runtime.json import Json

_MOST_HOURS: Final = 400


def choices(given: Mapping[str, str]) -> dict[str, Json]:
    """Of these fields those that were sent. Raises Invalid."""
    read: dict[str, Callable[[str], Json]] = {
        "question_hours": _hours,
        "time_zone": str,
        "holidays": str,
        "holidays_by_place": _lines,
    }
    return {name: one(given[name].strip()) for name, one in read.items() if name in given}


def _hours(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _MOST_HOURS):
        raise Invalid(
            _("Choose between 1 and {most} working hours."), field="question_hours", most=_MOST_HOURS
        )
    return int(text)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
