"""Retention: what is held although its time is over."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped
from weetwie.tables.schema import Id, Moment, Row, to


class Hold(Row):
    """What one person wrote, or everybody, stays as long as it is needed: for a case at court, say."""

    __tablename__ = "holds"

    id: Mapped[Id]
    person_id: Mapped[int | None] = to("people.id")
    """None for everybody."""
    reason: Mapped[str]
    """The number of a case, never what it is about."""
    created_at: Mapped[Moment]
    ends_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]

    __table_args__ = (Index("holds_in_force", "person_id", postgresql_where=text("lifted_at is null")),)
