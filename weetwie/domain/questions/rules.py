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
LEVEL: Final = 1.0
"""How much the questions of the last week take from somebody's score; docs/questions.md says what came of others."""
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


class Askable(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants, and how much they have."""

    id: int
    standing: Standing
    is_asked: bool | None = None
    away_until: date | None = None
    most_a_week: int = A_WEEK
    this_week: int = 0
    """How many questions reached them."""
    waiting: int = 0
    """How many wait for them, those of this week left out."""
    time_zone: str = "UTC"
    begins: int | None = None
    ends: int | None = None
    region: str = ""
    refused: tuple[frozenset[int], ...] = ()
    """The words of each topic that they do not want."""
    liked: frozenset[int] = frozenset()

    @property
    def load(self) -> int:
        return self.this_week + self.waiting


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


def levelled(score: float, load: int, level: float = LEVEL) -> float:
    """What somebody knows, less for each question that they have, and less and less for further ones."""
    return float(score / (1 + load) ** level)


def choose(
    candidates: Iterable[Knower],
    people: Mapping[int, Askable],
    terms: Collection[int],
    most: int,
    at: datetime,
) -> list[int]:
    """Whom Weetwie asks: of those who may be asked now the best by knowledge and load."""
    found = [
        (levelled(one.score, person.load), one.person_id)
        for one in candidates
        if (person := people.get(one.person_id)) and wants(person, terms) and is_there(person, at)
    ]
    return [id for _score, id in sorted(found, key=lambda pair: (-pair[0], pair[1]))[:most]]


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
