"""What somebody added to the glossary, or changed there: others have a part in it, and of these nothing is told."""

from sqlalchemy import Executable, case, func, or_, select

from weetwie.access import glossary
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.tables.declared import InstrumentedAttribute
from weetwie.tables.knowledge import GlossaryEntry


def entries(owner: InstrumentedAttribute[int | None]) -> VisibleQuery:
    """Those of an owner, who is looking: the words where they read them, or wrote them last."""

    def own(viewer_sql: ViewerSql) -> Executable:
        added_by, changed_by = GlossaryEntry.added_by_id, GlossaryEntry.changed_by_id
        wrote_last = func.coalesce(changed_by == viewer_sql.id, False)
        return select(
            GlossaryEntry.id,
            case((or_(glossary.readable(viewer_sql), wrote_last), GlossaryEntry.words)).label("words"),
            GlossaryEntry.ring,
            GlossaryEntry.widest,
            case((added_by == viewer_sql.id, added_by)).label("added_by_id"),
            case((changed_by == viewer_sql.id, changed_by)).label("changed_by_id"),
            GlossaryEntry.added_at,
            GlossaryEntry.changed_at,
        ).where(owner == viewer_sql.id)

    return VisibleQuery(own)
