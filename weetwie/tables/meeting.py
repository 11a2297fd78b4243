"""People who might like to know each other: who could be introduced to whom, and what each says to it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Id, Moment, Rank, Row, Words, to


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


class FirstWeeks(Row):
    """The first 90 days of somebody who joined: they are shown a few cards. After that nothing of it stays."""

    __tablename__ = "first_weeks"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    began_at: Mapped[datetime | None]
    """When they logged in for the first time."""
    is_wanted: Mapped[bool] = mapped_column(server_default="true")
    skipped: Mapped[Rank] = mapped_column(server_default="0")
    """The last card that they have put away."""
    mailed: Mapped[Rank] = mapped_column(server_default="0")
    """The last card that stood in their weekly email."""

    __table_args__ = (Index("first_weeks_began", "began_at"),)


class FirstWeeksPerson(Row):
    """Whom a card has shown, so that no other card shows them again."""

    __tablename__ = "first_weeks_people"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    shown_id: Mapped[int] = to("people.id", primary_key=True, index=True)
    week: Mapped[Rank]
