"""Moments, days and numbers as the reader's language writes them."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal

from weetwie.errors import _
from weetwie.runtime import clock
from weetwie.text import language

_TODAY, _YESTERDAY = _("Today"), _("Yesterday")
_WITHIN_A_SENTENCE: Final = (_("today"), _("yesterday"))


def when(locale: str, at: datetime) -> str:
    """How long ago, as one reads it at a glance: 31 min, 2 h, Thursday, 24 March; older with the year."""
    now = clock.now()
    if now - at < timedelta(days=1):
        return _ago(max(0, int((now - at).total_seconds())) // 60, locale)
    if now.date() - at.date() < timedelta(days=7):
        return _weekday(at.date(), locale)
    return _date(at.date(), at.year == now.year, locale)


@lru_cache(2048)
def _ago(minutes: int, locale: str) -> str:
    if minutes < 1:
        return language.translate(_("now"), locale)
    if minutes < 60:
        return language.translate(_("{count} min"), locale, count=minutes)
    return language.translate(_("{count} h"), locale, count=minutes // 60)


@lru_cache(4096)
def _weekday(of: date, locale: str) -> str:
    return format_date(of, "EEEE", locale=of_dates(locale))


@lru_cache(4096)
def _date(of: date, is_this_year: bool, locale: str) -> str:
    if is_this_year:
        return format_skeleton("MMMMd", of, locale=of_dates(locale))
    return format_date(of, "long", locale=of_dates(locale))


def month(locale: str, at: datetime) -> str:
    """Beside a proof: within a week as `when`, else the month, of other years with the year."""
    now = clock.now()
    if now.date() - at.date() < timedelta(days=7):
        return when(locale, at)
    return format_date(at, "LLLL" if at.year == now.year else "LLLL y", locale=of_dates(locale))


def short_month(locale: str, at: datetime) -> str:
    """Where there is room for three letters."""
    return format_date(at, "LLL", locale=of_dates(locale))


def of_dates(locale: str) -> str:
    """English dates are written as in Britain: the day first, 24 hours."""
    return "en_GB" if locale == "en" else locale


@lru_cache(4096)
def moment(locale: str, at: datetime) -> str:
    of = of_dates(locale)
    return f"{format_skeleton('yMMMd', at, locale=of)}, {format_time(at, 'short', locale=of)}"


def day(locale: str, at: datetime) -> str:
    return format_date(at, "long", locale=of_dates(locale))


def which_day(locale: str, at: datetime) -> str:
    """As one says it: today, yesterday, a weekday, then the date."""
    now, of = clock.now(), at.date()
    days = (now.date() - of).days
    if days < 2:
        return language.translate(_TODAY if days < 1 else _YESTERDAY, locale)
    if days < 7:
        return format_date(of, "EEEE", locale=of_dates(locale))
    return format_skeleton("MMMMd" if of.year == now.year else "yMMMMd", of, locale=of_dates(locale))


def which_day_within(locale: str, at: datetime) -> str:
    """As `which_day`, where other words stand before it: most recently today."""
    days = (clock.now().date() - at.date()).days
    return language.translate(_WITHIN_A_SENTENCE[days], locale) if 0 <= days < 2 else which_day(locale, at)


def until(locale: str, at: datetime) -> str:
    return format_timedelta(at - clock.now(), add_direction=True, locale=of_dates(locale))


def number(locale: str, value: int) -> str:
    """In full up to 9,999, then 12K; German writes 12 Tsd. and has it from no library."""
    if abs(value) < 10_000:
        return format_decimal(value, locale=of_dates(locale))
    if locale == "de" and abs(value) < 1_000_000:
        return f"{format_decimal(round(value / 1000, 1), locale=locale)} Tsd."
    return format_compact_decimal(value, locale=locale, fraction_digits=1)
