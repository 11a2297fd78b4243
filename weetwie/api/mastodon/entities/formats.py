"""The forms of single values in answers, and what all entities have in common."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta


class Entity(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A wire shape. What it does not name is an error where answers are checked against it."""


Id = Annotated[
    str,
    Meta(
        pattern="^[1-9][0-9]{0,18}$",
        description="Decimal, ordered by time, up to 64 bit",
    ),
]

Url = Annotated[str, Meta(pattern=r"^(https?|wss?)://[^\s/<>\"]+(/[^\s<>\"]*)?([?#][^\s<>\"]*)?$")]

UrlOrNothing = Annotated[str, Meta(pattern=r"^(https?://[^\s<>\"]+)?$")]

DateTime = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3}Z$",
        extra_json_schema={"format": "date-time"},
    ),
]

Date = Annotated[
    str,
    Meta(pattern="^[0-9]{4}-[01][0-9]-[0-3][0-9]$", extra_json_schema={"format": "date"}),
]

Count = Annotated[int, Meta(ge=0)]

Number = Annotated[int, Meta(gt=0, description="An id that is a number in this one place")]

SmallNumber = Annotated[int, Meta(gt=0, lt=2**31, description="A number that fits into 32 bit")]

NumberText = Annotated[str, Meta(pattern="^[0-9]+$", description="A number as text")]


def date_time(moment: datetime) -> str:
    """A moment with a time zone in the one form that every app reads."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def day(moment: date) -> str:
    return moment.strftime("%Y-%m-%d")
