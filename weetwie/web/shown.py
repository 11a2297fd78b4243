"""What templates are handed: values and what is seen, never a row, a connection or a function."""

from collections.abc import Collection
from dataclasses import Field
from datetime import date, timedelta
from enum import Enum
from typing import ClassVar, Protocol, TypeAlias

from msgspec import Struct

from weetwie.errors import Refusal


class Declared(Protocol):
    """A dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[str]]]


Shown: TypeAlias = "None | bool | int | float | str | date | timedelta | Enum | Struct | Declared | Refusal | Collection[Shown]"
