"""Rows become typed structs by the names of their columns."""

import msgspec
import pytest
from sqlalchemy import literal, select

from tests.world import World
from weetwie.database.pool import Query
from weetwie.database.rows import struct, structs


class Pair(msgspec.Struct, frozen=True):
    first: int
    second: str


class Single(msgspec.Struct, frozen=True):
    first: int


async def test_fields_come_by_name_whatever_the_order(world: World) -> None:
    query = Query(select(literal("b").label("second"), literal(0).label("other"), literal(1).label("first")))
    assert structs(Pair, await world.db.rows(query)) == [Pair(1, "b")]
    row = await world.db.row(query)
    assert row is not None
    assert struct(Single, row) == Single(1)


async def test_a_field_without_a_column_is_an_error(world: World) -> None:
    rows = await world.db.rows(Query(select(literal(1).label("first"))))
    with pytest.raises(KeyError):
        structs(Pair, rows)
