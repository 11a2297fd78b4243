"""Of those who know about something, a few of as many units as there are: who is new is to know more than one. Pure."""

from collections.abc import Mapping, Sequence


def spread(people: Sequence[int], units: Mapping[int, str], limit: int) -> list[int]:
    """The best one first, whatever their unit; then the best of each unit that is not there yet, then the best of the rest.

    Who shows no unit counts as none.
    """
    if not people:
        return []
    chosen, met = [people[0]], {units.get(people[0], "")}
    for id in people[1:]:
        unit = units.get(id, "")
        if unit and unit not in met and len(chosen) < limit:
            chosen.append(id)
            met.add(unit)
    rest = [id for id in people if id not in chosen]
    return chosen + rest[: max(limit - len(chosen), 0)]
