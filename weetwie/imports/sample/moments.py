"""When each post of the sample company was written: counted back from now, on its weekday, in the company's zone."""

import zoneinfo
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zlib import crc32

from weetwie.imports.sample.script import ScriptEntry

_DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_SATURDAY: Final = 5


def zone() -> tzinfo:
    """That of Amsterdam and Berlin; a machine that knows no zones has it without summer time."""
    try:
        return zoneinfo.ZoneInfo("Europe/Amsterdam")
    except zoneinfo.ZoneInfoNotFoundError:
        return timezone(timedelta(hours=1))


def moments(entries: Sequence[ScriptEntry], now: datetime) -> list[datetime]:
    """By number. None lies ahead, and none before what it replies to."""
    here, found = zone(), list[datetime]()
    for entry in entries:
        before = found[entry.before] if entry.before is not None else None
        at = _at(entry.when, now.astimezone(here), before.astimezone(here) if before else None)
        at = at.astimezone(UTC) + _odd_seconds(entry)
        earliest = before
        if entry.parent is not None:
            earliest = max(found[entry.parent], before or found[entry.parent])
        if at >= now:
            # A thread of the last days, looked at early in the day: what is left of it comes in the time that there is.
            at = earliest + (now - earliest) / 2 if earliest else now - timedelta(minutes=90)
        if earliest and at <= earliest:
            at = earliest + timedelta(seconds=1)
        found.append(at)
    return found


def weeks_ago(weeks: int, now: datetime) -> datetime:
    """Early in the morning on the Monday of that week."""
    return _at(f"{weeks}w mo 07:00", now.astimezone(zone()), None).astimezone(UTC)


def _at(when: str, now: datetime, before: datetime | None) -> datetime:
    amount, _space, rest = when.partition(" ")
    number, unit = int(amount[:-1]), amount[-1]
    if unit in "mh":
        apart = timedelta(minutes=number) if unit == "m" else timedelta(hours=number)
        return before + apart if before else now - apart
    if unit == "d":
        day = _working_day(before.date(), number) if before else _working_day(now.date(), -number)
        return _on(day, rest, now)
    weekday, _space, clock = rest.partition(" ")
    monday = now.date() - timedelta(days=now.weekday(), weeks=number)
    return _on(monday + timedelta(days=_DAYS.index(weekday)), clock, now)


def _on(day: date, clock: str, now: datetime) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), now.tzinfo)


def _working_day(day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    for _number in range(abs(count)):
        day += step
        while day.weekday() >= _SATURDAY:
            day += step
    return day


def _odd_seconds(entry: ScriptEntry) -> timedelta:
    """Nobody writes on the full minute."""
    return timedelta(milliseconds=crc32(entry.place.encode()) % 59_000)
