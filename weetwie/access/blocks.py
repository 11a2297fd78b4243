"""Blocks between two people, in SQL: whoever blocked whom, it keeps both apart."""

from sqlalchemy import and_, or_

from weetwie.database.sql import BoolSql, IntSql, there_is
from weetwie.tables.declared import aliased
from weetwie.tables.relations import Block


def is_apart(one: IntSql, other: IntSql) -> BoolSql:
    """Whether one of the two has blocked the other."""
    block = aliased(Block)
    return there_is(
        block,
        or_(
            and_(block.blocker_id == one, block.blocked_id == other),
            and_(block.blocker_id == other, block.blocked_id == one),
        ),
    )
