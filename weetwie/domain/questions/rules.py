"""Who is asked next, and when. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from weetwie.access.enums import Standing
from weetwie.runtime.calendar import zone

FIRST: Final = 3
"""So many are asked to begin with."""
MORE: Final = 2
"""So many are asked at the second step."""
FOLLOWERS: Final = 12
"""Of those who follow the topic so many at most."""
MOST_CHOSEN: Final = 3
A_WEEK: Final = 3
"""So many questions reach somebody who has chosen nothing."""
MOST_A_WEEK: Final = 50
WEEK: Final = timedelta(days=7)
LEVEL: Final = 0.74
"""How much the part of the newest questions that somebody was asked takes from their worth; docs/questions.md says what came of others."""
NEWEST: Final = 250
"""So many questions, of everybody, say how much each was asked lately."""
_FEWEST: Final = 20
"""Of fewer questions no part says much."""
_STEEPNESS: Final = 0.8
_SILENCE: Final = 0.125
LONG_SILENT: Final = 365.0
"""Days, of somebody who has written nothing that the asker sees."""
_FASTEST, _SLOWEST = timedelta(days=180), timedelta(days=3 * 365)
_BEGINS, _ENDS = 9 * 60, 17 * 60
_A_DAY: Final = 24 * 60
_FREE: Final = 5
"""Saturday and Sunday."""
_LONGEST_WAIT: Final = 60
"""Days; where somebody never works it goes on after these."""


class AskStep(IntEnum):
    """What has been done for a question."""

    unasked = -1
    """Something is known of a question for which nobody is asked."""
    begun = 0
    first = 1
    """Up to three people have been asked."""
    more = 2
    followers = 3
    """Those who follow the topic."""
    open = 4
    """It stands among the open questions."""


class ChosenBy(IntEnum):
    asker = 0
    weetwie = 1
    named = 2
    """By somebody who was asked."""
    dropped = 3
    """By the asker, who does not want them to be asked."""


class State(IntEnum):
    """Of somebody who is asked."""

    waits = 0
    """In their list, without a word."""
    asked = 1
    not_now = 2
    passed = 3
    named = 4
    """Has named somebody else."""
    out = 5
    """Is not to be asked: dropped by the asker, or does not want to be."""


class Knower(msgspec.Struct, frozen=True):
    person_id: int
    score: float
    silent_days: float = 0.0
    """Since they wrote something that the asker sees: who is not here answers nobody."""


class Lately(msgspec.Struct, frozen=True):
    """How the newest questions were shared out."""

    questions: int = 0
    most: int = 0
    """How many of them the one was asked who was asked most."""


class Askable(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants, and how much they have."""

    id: int
    standing: Standing
    is_asked: bool | None = None
    away_until: date | None = None
    most_a_week: int = A_WEEK
    this_week: int = 0
    """How many questions reached them."""
    asked: int = 0
    """How many of the newest questions they were asked."""
    waiting: int = 0
    """How many older ones wait for them."""
    lately: Lately = Lately()
    time_zone: str = "UTC"
    begins: int | None = None
    ends: int | None = None
    region: str = ""
    refused: tuple[frozenset[int], ...] = ()
    """The words of each topic that they do not want."""
    liked: frozenset[int] = frozenset()

    @property
    def burden(self) -> float:
        """The part of the newest questions that they have, almost nothing for who has much less than whoever has most: so these alone
        are spared, and nobody is preferred only for being asked seldom."""
        had = self.asked + self.waiting
        part = had / max(self.lately.questions, _FEWEST)
        return float(part * (had / max(self.lately.most, had, 1)) ** 2)


def wants(person: Askable, terms: Collection[int]) -> bool:
    """Whether they may be asked about this at all."""
    return person.is_asked is not False and not refuses(person, terms)


def refuses(person: Askable, terms: Collection[int]) -> bool:
    """A question is on a topic where it says all of its words."""
    return any(words and words <= frozenset(terms) for words in person.refused)


def is_there(person: Askable, at: datetime) -> bool:
    """Whether they may be asked now: agreed, not away, and with room this week."""
    agreed = person.is_asked if person.is_asked is not None else person.standing is Standing.member
    today = at.astimezone(zone(person.time_zone)).date()
    is_away = person.away_until is not None and today <= person.away_until
    return agreed and not is_away and person.this_week < person.most_a_week


def pace(ages: Sequence[timedelta]) -> timedelta:
    """How long what is written about a topic holds: the middle age of its newest posts, within half a year and three years."""
    middle = sorted(ages)[len(ages) // 2] if ages else _SLOWEST
    return min(max(middle, _FASTEST), _SLOWEST)


def levelled(
    candidates: Sequence[Knower], burdens: Mapping[int, float], level: float = LEVEL
) -> list[tuple[float, int]]:
    """The best first: what somebody knows as a part of what all of these know, less where they are silent, less what they have.

    So whoever knows much more than the others is asked all the same, and rests where others are nearly as good.
    """
    here = [(one.score * (1 + one.silent_days) ** -_SILENCE, one.person_id) for one in candidates]
    total = sum(known for known, _id in here) or 1.0
    found = [(float((known / total) ** _STEEPNESS - level * burdens.get(id, 0.0)), id) for known, id in here]
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def choose(
    candidates: Sequence[Knower],
    people: Mapping[int, Askable],
    terms: Collection[int],
    most: int,
    at: datetime,
) -> list[int]:
    """Whom Weetwie asks: of those who may be asked now the best by knowledge and load."""
    burdens = {id: person.burden for id, person in people.items()}
    found = [
        id
        for _worth, id in levelled(candidates, burdens)
        if (person := people.get(id)) and wants(person, terms) and is_there(person, at)
    ]
    return found[:most]


def nominal(chosen: Sequence[int], candidates: Sequence[Knower], step: AskStep) -> list[int]:
    """Of whose hours the next step takes account: those whom the asker chose and, for the rest, those who know most."""
    known = [one.person_id for one in candidates if one.person_id not in chosen]
    room = FIRST if step is AskStep.begun else FIRST + MORE
    return [*chosen, *known][: max(room, len(chosen))]


def added(chosen: int, known: int, step: AskStep) -> int:
    """How many people Weetwie says that it asks in all by this step."""
    first = max(FIRST - chosen, 0)
    room = first if step is AskStep.begun else first + MORE
    return min(room, known)


def next_due(
    at: datetime, hours: int, people: Iterable[Askable], free: Mapping[str, Collection[date]]
) -> datetime:
    """When the slowest of these has had so many working hours."""
    return max((after(at, hours, one, free.get(one.region, ())) for one in people), default=_plain(at, hours))


def _plain(at: datetime, hours: int) -> datetime:
    return after(at, hours, Askable(id=0, standing=Standing.member), ())


def after(at: datetime, hours: int, person: Askable, free: Collection[date]) -> datetime:
    """The moment at which somebody has had so many working hours since `at`."""
    left = timedelta(hours=hours)
    place = zone(person.time_zone)
    day = at.astimezone(place).date()
    for _day in range(_LONGEST_WAIT):
        if day.weekday() < _FREE and day not in free:
            begin, end = _hours(person, day, place)
            begin = max(begin, at.astimezone(UTC))
            if begin < end:
                if end - begin >= left:
                    return begin + left
                left -= end - begin
        day += timedelta(days=1)
    return at + timedelta(days=_LONGEST_WAIT)


def tell_at(at: datetime, person: Askable) -> datetime:
    """When somebody may be notified: at once, or when their hours begin, where they have chosen some."""
    if person.begins is None or person.ends is None:
        return at
    place = zone(person.time_zone)
    day = at.astimezone(place).date()
    for _day in range(3):
        begin, end = _hours(person, day, place)
        if at < end:
            return max(begin, at)
        day += timedelta(days=1)
    return at


def _hours(person: Askable, day: date, place: ZoneInfo) -> tuple[datetime, datetime]:
    """In UTC, so that differences are true where the clocks change."""
    begins = _BEGINS if person.begins is None else person.begins
    ends = _ENDS if person.ends is None else person.ends
    end_day = day if ends > begins else day + timedelta(days=1)
    return _moment(day, begins, place), _moment(end_day, ends, place)


def _moment(day: date, minutes: int, place: ZoneInfo) -> datetime:
    days, minutes = divmod(minutes, _A_DAY)
    at = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), place)
    return at.astimezone(UTC)
