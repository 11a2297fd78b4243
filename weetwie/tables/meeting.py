"""People who might like to know each other: who could be introduced to whom, and what each says to it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Id, Moment, Row, Words, to


class Meeting(Row):
    """Two people who share something and are each asked alone. What they answered goes after two weeks; that they were asked stays
    a year, so that they are not asked again."""

    __tablename__ = "meetings"

    id: Mapped[Id]
    first_id: Mapped[int] = to("people.id")
    second_id: Mapped[int] = to("people.id", index=True)
    kind: Mapped[str]
    """What they share: a `topic` of their profiles, a `question` or a `task` that both wrote about."""
    topic: Mapped[str]
    first_bond: Mapped[Words]
    """Of a topic: whether the first `knows` it or is `learning` it."""
    second_bond: Mapped[Words]
    first_post_id: Mapped[int | None] = to("posts.id", index=True)
    """Of a question or a task: the first one's post about it."""
    second_post_id: Mapped[int | None] = to("posts.id", index=True)
    proposed_at: Mapped[Moment]
    first_says: Mapped[bool | None]
    second_says: Mapped[bool | None]
    introduced_at: Mapped[datetime | None]

    __table_args__ = (
        Index("meetings_pair", "first_id", "second_id", unique=True),
        Index("meetings_proposed", "proposed_at"),
        CheckConstraint("first_id < second_id", name="meetings_order"),
    )


class MeetingPreferences(Row):
    """Most people have no row."""

    __tablename__ = "meeting_preferences"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    is_introduced: Mapped[bool] = mapped_column(server_default="true")
