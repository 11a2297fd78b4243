"""A few small things looked up in one statement: above all whether there is any of something, so that what there is none of is not
asked for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import SQLColumnExpression, select

from weetwie.database.pool import Db, Query, Value


class Glance:
    """Each look is an expression that stands by itself, under its name; open parameters are given by name."""

    def __init__(self, looks: Mapping[str, SQLColumnExpression[Any]]) -> None:
        self._query = Query(lambda: select(*(look.label(name) for name, look in looks.items())))

    async def at(self, db: Db, **given: Value) -> dict[str, Any]:
        row = await db.row(self._query, **given)
        assert row is not None, "a select without a table has one row"
        return dict(row)
