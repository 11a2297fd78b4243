"""The law of the glossary as SQL: who reads an entry. Its rules are those of docs/law.md."""

from sqlalchemy import and_, func, or_

from weetwie.access.enums import Ring
from weetwie.access.visibility import ViewerSql
from weetwie.database.sql import BoolSql, IntSql
from weetwie.tables.knowledge import GlossaryEntry


def ring(viewer_sql: ViewerSql) -> IntSql:
    """For whom an entry is, as the policy has it now."""
    return func.least(GlossaryEntry.ring, viewer_sql.widest)


def readable(viewer_sql: ViewerSql) -> BoolSql:
    """One's own past its ring as well, as long as the words are one's own: nobody else has changed them."""
    by = GlossaryEntry.changed_by_id
    is_as_written = or_(GlossaryEntry.changed_at.is_(None), func.coalesce(by == viewer_sql.id, False))
    return or_(
        and_(GlossaryEntry.added_by_id == viewer_sql.id, is_as_written),
        and_(
            ring(viewer_sql) >= viewer_sql.ring,
            or_(~viewer_sql.is_circled, ring(viewer_sql) == int(Ring.world)),
        ),
    )
