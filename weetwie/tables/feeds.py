"""Feeds: the secret addresses at which people read on in a feed reader."""

from datetime import datetime

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Id, Moment, Row, Words, to


class FeedAddress(Row):
    """A secret address of one feed; whoever knows it reads what its owner sees there, but for what is direct or for followers."""

    __tablename__ = "feed_addresses"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id", index=True)
    kind: Mapped[str]
    """`person`, `topic`, `list`, `questions`, `search`."""
    about: Mapped[Words]
    """The id of the person or the list, the tag, what is searched for."""
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    used_at: Mapped[datetime | None]
    """To the day."""
