"""Rows as typed structs: each field from the column of its name, in whatever order the statement has them."""

from collections.abc import Callable, Iterable
from functools import cache
from operator import itemgetter
from typing import TypeVar

import msgspec

from weetwie.database.pool import Record

Kind = TypeVar("Kind", bound=msgspec.Struct)


def structs(kind: type[Kind], rows: Iterable[Record]) -> list[Kind]:
    """Raises KeyError for a field that no column has the name of."""
    pick = _picker(kind)
    return [kind(*pick(row)) for row in rows]


def struct(kind: type[Kind], row: Record) -> Kind:
    return kind(*_picker(kind)(row))


@cache
def _picker(kind: type[msgspec.Struct]) -> Callable[[Record], tuple[str, ...]]:
    names = kind.__struct_fields__
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
