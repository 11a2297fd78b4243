"""The kinds of SQL expressions that functions take and give: columns, and what is made of them."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, SQLColumnExpression, func

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
