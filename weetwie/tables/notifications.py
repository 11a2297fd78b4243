"""Notifications: what happened that concerns a person."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from weetwie.tables.schema import Id, Moment, Row, to


class Notification(Row):
    __tablename__ = "notifications"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id")
    kind: Mapped[str]
    from_id: Mapped[int] = to("people.id", index=True)
    post_id: Mapped[int | None] = to("posts.id", index=True)

    __table_args__ = (
        Index("notifications_list", "person_id", "id"),
        Index(
            "notifications_once", "person_id", "kind", "from_id", text("coalesce(post_id, 0)"), unique=True
        ),
    )


class Marker(Row):
    """How far a person has read a timeline."""

    __tablename__ = "markers"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    timeline: Mapped[str] = mapped_column(primary_key=True)
    last_read_id: Mapped[int]
    version: Mapped[int]
    updated_at: Mapped[Moment]
