"""Days as people and spreadsheets write them. Whether the day or the month stands first, the whole column decides. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from weetwie.imports.records import BadRecord, moment
from weetwie.runtime import clock
from weetwie.text.signs import visible

First = Literal["day", "month"] | None
"""What stands first in `1/2/2020`; None where the column does not tell."""

_MONTHS: Final = [
    "january januari januar janner jaenner",
    "february februari februar feber",
    "march maart mrt marz maerz mrz",
    "april",
    "may mei mai",
    "june juni",
    "july juli",
    "august augustus",
    "september",
    "october oktober",
    "november",
    "december dezember",
]
_SLASHED: Final = re.compile(
    r"(?:[^\W\d_]{2,12}[.,]*\s+)?(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})(?!\d)\.?(?:[T ,].*)?"
)
_YEAR_FIRST: Final = re.compile(
    r"(\d{4})\s*[/.\-]\s*(\d{1,2})(?:\s*[/.\-]\s*(\d{1,2}))?(?!\d)\.?(?:[T ,].*|Z)?"
)
_MONTH_OF: Final = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{4})")
_SERIAL: Final = re.compile(r"(\d{5})(?:[.,]\d+)?")
_OF_A_DIRECTORY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})\d{4,6}(?:[.,]\d+)?(?:Z|[+-]\d{4})")
"""As LDAP writes times."""
_EIGHT: Final = re.compile(r"(\d{2})(\d{2})(\d{4})")
_SPELLED: Final = re.compile(r"[^\W\d_]+|\d+")
_BEGIN_OF_SERIALS: Final = date(1899, 12, 30)


def first_of(column: Iterable[str]) -> First:
    """By the days beyond the twelfth."""
    found: set[First] = set()
    for cell in column:
        if "." not in cell and (match := _SLASHED.fullmatch(visible(cell))):
            one, other = int(match[1]), int(match[2])
            found |= {"day"} if one > 12 >= other else {"month"} if other > 12 >= one else set()
    return found.pop() if len(found) == 1 else None


def day(cell: str, first: First = None) -> datetime:
    """The beginning of a day. Raises Wrong for what is none, and for what can be read in two ways."""
    text = visible(cell)
    try:
        found = _numbered(text, first) or _spelled(text)
    except BadRecord:
        raise
    except ValueError as error:
        raise BadRecord(f"{text[:40]!r} is no day") from error
    if found is None:
        return moment(text)
    return moment(datetime(found.year, found.month, found.day, tzinfo=UTC).isoformat())


def _numbered(text: str, first: First) -> date | None:
    if match := _SLASHED.fullmatch(text):
        return _of_three(int(match[1]), int(match[2]), _year(match[3]), _order(text, first), text)
    if match := _YEAR_FIRST.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3] or 1)) if not _is_moment(text) else None
    if match := _OF_A_DIRECTORY.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH_OF.fullmatch(text):
        return date(int(match[2]), int(match[1]), 1)
    if match := _SERIAL.fullmatch(text):
        return _BEGIN_OF_SERIALS + timedelta(days=int(match[1]))
    if text.isdecimal() and len(text) == 4:
        return date(int(text), 1, 1)
    if (match := _EIGHT.fullmatch(text)) and not text.startswith(("19", "20")):
        return date(int(match[3]), int(match[2]), int(match[1]))
    return None


def _is_moment(text: str) -> bool:
    """With a time of the day, and perhaps a zone by which it is another day in UTC."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return ":" in text


def _order(text: str, first: First) -> First:
    """Points are written by those who put the day first, whatever else the column holds; so mostly are dashes."""
    if "/" in text:
        return first
    return "day" if "." in text[:6] else first or "day"


def _of_three(one: int, other: int, year: int, first: First, text: str) -> date:
    if one > 12 or one == other:
        return date(year, other, one)
    if other > 12:
        return date(year, one, other)
    if first is None:
        raise BadRecord(
            f"{text[:40]!r} can be read in two ways, and the column does not tell which; write 2020-12-31"
        )
    return date(year, other, one) if first == "day" else date(year, one, other)


def _year(text: str) -> int:
    """Two digits are of the last hundred years."""
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if 2000 + year <= clock.now().year + 1 else 1900 + year


def _spelled(text: str) -> date | None:
    """`1 March 2020`, `Mar 1, 2020`, `1. März 2020`, `maart 2020`."""
    words = _SPELLED.findall(
        "".join(s for s in unicodedata.normalize("NFKD", text) if not unicodedata.combining(s))
    )
    months = [month for word in words if (month := _month(word.casefold()))]
    numbers = [word for word in words if word.isdecimal()]
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) < 3]
    if len(months) != 1 or not numbers:
        return None
    if not years and len(days) >= 2:
        years, days = [str(_year(days[-1]))], days[:-1]
    return date(int(years[0]), months[0], int(days[0]) if days else 1) if years else None


def _month(word: str) -> int:
    if len(word) < 3:
        return 0
    fitting = (
        at for at, names in enumerate(_MONTHS, 1) if any(name.startswith(word) for name in names.split())
    )
    return next(fitting, 0)
