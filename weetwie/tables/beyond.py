"""Beyond one's circle: how often somebody wants a post from there, and which they have been shown."""

from sqlalchemy import Index

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Moment, Rank, Row, Words, to


class BeyondReader(Row):
    """Who has chosen, or has opened home: how often they want it, and how often they have opened home since the last one."""

    __tablename__ = "beyond_readers"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    choice: Mapped[Rank] = mapped_column(server_default="1")
    reads: Mapped[Rank] = mapped_column(server_default="0")
    has_chosen: Mapped[Flag]
    """They chose it themselves: only then is it among the lists that their apps show."""


class BeyondPost(Row):
    """A post that somebody was shown, for 90 days, so that none is shown twice."""

    __tablename__ = "beyond_posts"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    post_id: Mapped[int] = to("posts.id", primary_key=True, index=True)
    topic: Mapped[Words]
    """The topic of theirs that it is about; empty where it is about none."""
    bond: Mapped[Words]
    """What the topic is to them: `follows`, `knows` or `learning`."""
    shown_at: Mapped[Moment]

    __table_args__ = (Index("beyond_posts_shown", "shown_at"),)
