"""When the week by mail is due."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from weetwie.domain.people.week import is_due

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
THURSDAY = date(2026, 6, 4)
"""Corpus Christi in some parts of Germany."""


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 5, tzinfo=BERLIN).astimezone(UTC)


BEFORE = at(THURSDAY - timedelta(days=7), 8)


def test_it_is_due_on_thursday_morning_where_one_is_and_once() -> None:
    assert not is_due(at(THURSDAY, 7), BEFORE, BERLIN)
    assert is_due(at(THURSDAY, 8), BEFORE, BERLIN)
    assert not is_due(at(THURSDAY, 9), at(THURSDAY, 8), BERLIN)
    assert is_due(at(THURSDAY, 2), BEFORE, TOKYO) and not is_due(at(THURSDAY, 13), BEFORE, TOKYO)


def test_over_a_year_of_hours_there_is_one_each_week() -> None:
    told, sent = BEFORE, 0
    for hour in range(24 * 7 * 52):
        now = BEFORE + timedelta(hours=hour + 1)
        if is_due(now, told, BERLIN):
            told, sent = now, sent + 1
    assert sent == 52


def test_on_a_holiday_and_while_one_is_away_it_waits_for_the_next_day_of_work() -> None:
    free = {THURSDAY, THURSDAY + timedelta(days=1)}
    monday = THURSDAY + timedelta(days=4)
    days = [THURSDAY + timedelta(days=number) for number in range(7)]
    assert [day for day in days if is_due(at(day, 9), BEFORE, BERLIN, free)][:1] == [monday]
    away = THURSDAY + timedelta(days=4)
    assert [day for day in days if is_due(at(day, 9), BEFORE, BERLIN, (), away)][:1] == [days[5]]


def test_who_chose_it_on_a_friday_waits_for_thursday() -> None:
    chosen = at(THURSDAY + timedelta(days=1), 10)
    assert not is_due(at(THURSDAY + timedelta(days=4), 9), chosen, BERLIN)
    assert is_due(at(THURSDAY + timedelta(days=7), 9), chosen, BERLIN)
