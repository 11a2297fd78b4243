"""The kinds of SQL expressions that functions take and give: columns, and what is made of them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    SQLColumnExpression,
    cast,
    func,
    literal,
    select,
)

from weetwie.database.pool import Value, param

IntSql = SQLColumnExpression[int]
IdSql = SQLColumnExpression[int | None]
BoolSql = ColumnElement[bool]
TextSql = SQLColumnExpression[str | None]
ColumnSql = SQLColumnExpression[Value]
CountsSql = SQLColumnExpression[list[int]]
"""A number for each ring."""


def before_now(span: timedelta) -> ColumnElement[datetime]:
    """That long before the parameter `now`."""
    now = param("now", DateTime(timezone=True))
    earlier: ColumnElement[datetime] = now - func.make_interval(0, 0, 0, 0, 0, 0, span.total_seconds())
    return earlier


def there_is(row: type[Any], *conditions: BoolSql) -> BoolSql:
    """Whether there is such a row. All other tables in the conditions are those of the queries around it, however deep
    this stands; by itself SQLAlchemy looks one query up only, and would then join the table anew: any person, not this one.

    `OFFSET 0` says nothing, but keeps the planner from reading all such rows into memory to ask for one.
    """
    return (
        select(literal(1))
        .select_from(row)
        .where(*conditions)
        .offset(literal(0))
        .correlate_except(row)
        .exists()
    )


def id_before_now(span: timedelta) -> ColumnElement[int]:
    """The least number that a row made that long before the parameter `now` can have (`runtime/ids.py`)."""
    return cast(func.extract("epoch", before_now(span)) * 1000, BigInteger).op("<<")(16)
