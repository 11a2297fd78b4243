"""Polls: what one can choose from in a post, and who chose what."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped
from weetwie.tables.schema import Count, Flag, Row, to


class Poll(Row):
    """The poll of a post; it has the id of the post."""

    __tablename__ = "polls"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    options: Mapped[list[str]]
    counts: Mapped[list[int]]
    """How many chose each option."""
    voters_count: Mapped[Count]
    ends_at: Mapped[datetime]
    is_multiple: Mapped[Flag]
    hides_totals: Mapped[Flag]
    """The numbers show when it has ended."""
    is_over: Mapped[Flag]
    """It has ended, and those whom it concerns are being told."""

    __table_args__ = (Index("polls_open", "ends_at", postgresql_where=text("not is_over")),)


class Vote(Row):
    """What somebody chose. Nobody but they themselves ever sees it."""

    __tablename__ = "votes"

    post_id: Mapped[int] = to("polls.post_id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True, index=True)
    choices: Mapped[list[int]]
    """Places in the list of options, from 0."""
