"""Reports: somebody points out to the administrators that a person or a post goes against the rules. Addresses kept out."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Id, Moment, Row, Words, to


class Report(Row):
    __tablename__ = "reports"

    id: Mapped[Id]
    by_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    about_id: Mapped[int] = to("people.id", index=True)
    category: Mapped[str]
    comment: Mapped[Words]
    rule_numbers: Mapped[list[int]]
    posts: Mapped[list[dict[str, Json]]]
    """What the reporter saw, as it read then: `id`, `warning`, `text`."""
    forwards: Mapped[Flag]
    created_at: Mapped[Moment]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    assigned_to_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    """Who of those who moderate looks into it."""
    updated_at: Mapped[Moment]

    __table_args__ = (Index("reports_open", "id", postgresql_where=text("closed_at is null")),)


class AddressBlock(Row):
    """An address that nobody may have here, as a hash."""

    __tablename__ = "address_blocks"

    id: Mapped[Id]
    hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]


class Decision(Row):
    """What the moderators decided about somebody, and what they say to it."""

    __tablename__ = "decisions"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    kind: Mapped[str]
    words: Mapped[Words]
    report_id: Mapped[int | None]
    decided_at: Mapped[Moment]
    appeal: Mapped[Words]
    appealed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    is_granted: Mapped[bool | None]

    __table_args__ = (
        Index(
            "decisions_waiting",
            "appealed_at",
            postgresql_where=text("appealed_at is not null and answered_at is null"),
        ),
    )
