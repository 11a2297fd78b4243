"""The kinds of SQL expressions that functions take and give: columns, and what is made of them."""

from sqlalchemy import ColumnElement, SQLColumnExpression

from weetwie.database.pool import Value

IntSql = SQLColumnExpression[int]
IdSql = SQLColumnExpression[int | None]
BoolSql = ColumnElement[bool]
TextSql = SQLColumnExpression[str | None]
ColumnSql = SQLColumnExpression[Value]
CountsSql = SQLColumnExpression[list[int]]
"""A number for each ring."""
