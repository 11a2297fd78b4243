"""Inspections: compliance reads what one person wrote, by two, for a reason, for a time."""

from datetime import datetime

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Id, Moment, Rank, Row, to


class Inspection(Row):
    """Asked for by one, confirmed by another; over on its day or when either ends it."""

    __tablename__ = "inspections"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    asked_by_id: Mapped[int] = to("people.id", index=True)
    confirmed_by_id: Mapped[int | None] = to("people.id", index=True)
    reason: Mapped[str]
    """The number of a case, never what it is about."""
    reads: Mapped[str] = mapped_column(server_default="posts")
    """As far as the policy let it read when it was asked for; it never reads more, and less where the policy has become narrower."""
    days: Mapped[Rank]
    is_silent: Mapped[Flag]
    """The law forbids to tell the person."""
    asked_at: Mapped[Moment]
    begins_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None] = mapped_column()
