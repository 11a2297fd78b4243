"""Handing over: what somebody lets their unit know that they know."""

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Moment, Rank, Row, Words, to


class HandoverTopic(Row):
    """A topic that its owner shares with their unit, with the posts that show it, as they were when it was shared."""

    __tablename__ = "handover_topics"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    post_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    shared_at: Mapped[Moment]


class ReadingList(Row):
    """What somebody who leaves or changes jobs leaves to the one who comes after them."""

    __tablename__ = "reading_lists"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    people: Mapped[list[int]] = mapped_column(server_default="{}")
    post_ids: Mapped[list[int]] = mapped_column(server_default="{}")
    topics: Mapped[list[str]] = mapped_column(server_default="{}")
    words: Mapped[Words]
    manager_names: Mapped[Flag]
    """Their manager may say who comes after them."""
    successor_id: Mapped[int | None] = to("people.id", ondelete="SET NULL", index=True)
    answer: Mapped[Rank] = mapped_column(server_default="0")
    """Of the successor: none yet, yes or no."""
    left_at: Mapped[Moment]
