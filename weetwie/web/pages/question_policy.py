"""What the page of policies says of questions: after how many hours more people are asked, and when people work."""

from collections.abc import Mapping
from typing import Any, Final

from weetwie.domain.questions.free_days import is_region
from weetwie.domain.questions.rules import is_zone
from weetwie.errors import Invalid, _

_MOST_HOURS: Final = 400
_MOST_PLACES: Final = 200


def choices(given: Mapping[str, str]) -> dict[str, Any]:
    """Of these fields those that were sent. Raises Invalid."""
    read = {
        "question_hours": _hours,
        "time_zone": _zone,
        "holidays": _region,
        "holidays_by_place": _by_place,
    }
    return {name: one(given[name].strip()) for name, one in read.items() if name in given}


def _hours(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _MOST_HOURS):
        raise Invalid(
            _("Choose between 1 and {most} working hours."), field="question_hours", most=_MOST_HOURS
        )
    return int(text)


def _zone(text: str) -> str:
    if not is_zone(text):
        raise Invalid(_("Choose a time zone from the list, such as Europe/Amsterdam."), field="time_zone")
    return text


def _region(text: str) -> str:
    region = text.upper()
    if region and not is_region(region):
        raise Invalid(
            _(
                "There are no public holidays for {region}. Write a country or a part of one, such as NL or DE-NI."
            ),
            field="holidays",
            region=text[:40],
        )
    return region


def _by_place(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > _MOST_PLACES:
        raise Invalid(_("List up to {most} locations."), field="holidays_by_place", most=_MOST_PLACES)
    return [_place(line) for line in lines]


def _place(line: str) -> str:
    name, _equals, region = (part.strip() for part in line.partition("="))
    if not name or not is_region(region.upper()):
        raise Invalid(_("Write each location like this: Lingen=DE-NI"), field="holidays_by_place")
    return f"{name}={region.upper()}"
