"""When people work here: what is chosen of it is checked whichever way it is chosen."""

from collections.abc import Mapping, Sequence
from typing import Final

from weetwie.errors import Invalid, _
from weetwie.runtime.calendar import is_region, is_zone
from weetwie.runtime.json import Json

_MOST_PLACES: Final = 200


def checked(changes: Mapping[str, Json]) -> dict[str, Json]:
    """These choices with their regions as they are stored. What is of another type is left to the type. Raises Invalid."""
    found = dict(changes)
    if isinstance(name := found.get("time_zone"), str) and not is_zone(name):
        raise Invalid(_("Choose a time zone from the list, such as Europe/Amsterdam."), field="time_zone")
    if isinstance(region := found.get("holidays"), str):
        found["holidays"] = _region(region)
    places = found.get("holidays_by_place")
    if isinstance(places, list | tuple) and all(isinstance(one, str) for one in places):
        found["holidays_by_place"] = _by_place(places)
    return found


def _region(text: str) -> str:
    region = text.strip().upper()
    if region and not is_region(region):
        raise Invalid(
            _(
                "There are no public holidays for {region}. Write a country or a part of one, such as NL or DE-NI."
            ),
            field="holidays",
            region=text.strip()[:40],
        )
    return region


def _by_place(lines: Sequence[str]) -> list[str]:
    if len(lines) > _MOST_PLACES:
        raise Invalid(_("List up to {most} locations."), field="holidays_by_place", most=_MOST_PLACES)
    return [_place(line) for line in lines]


def _place(line: str) -> str:
    name, _equals, region = (part.strip() for part in line.partition("="))
    if not name or not is_region(region.upper()):
        raise Invalid(_("Write each location like this: Lingen=DE-NI"), field="holidays_by_place")
    return f"{name}={region.upper()}"
