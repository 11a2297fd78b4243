"""Exports: everything about a person, made for themselves alone."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped
from weetwie.tables.schema import Count, Flag, Moment, Row, Words, to


class Export(Row):
    """One for each person: what they asked for last."""

    __tablename__ = "exports"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    asked_at: Mapped[Moment]
    claimed_at: Mapped[datetime | None]
    steps: Mapped[Count]
    """Of `domain/exports/exports.STEPS`."""
    ready_at: Mapped[datetime | None]
    failed: Mapped[Flag]
    attempts: Mapped[Count]
    name: Mapped[Words]
    """Of its file; nobody can guess it."""
    size: Mapped[Count]

    __table_args__ = (
        Index("exports_waiting", "asked_at", postgresql_where=text("ready_at is null and not failed")),
    )
