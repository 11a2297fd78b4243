"""Bots: by what they are told what to post. Who they are stands in `people`."""

from datetime import datetime

from sqlalchemy import Index

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Id, Moment, Row, Words, to


class IncomingWebhook(Row):
    """A secret address; what is sent there, the bot posts."""

    __tablename__ = "incoming_webhooks"

    id: Mapped[Id]
    bot_id: Mapped[int] = to("people.id", index=True)
    name: Mapped[Words]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    used_at: Mapped[datetime | None]
    """To the hour."""


class ReadFeed(Row):
    """A feed elsewhere whose new entries the bot posts."""

    __tablename__ = "read_feeds"

    id: Mapped[Id]
    bot_id: Mapped[int] = to("people.id", index=True)
    url: Mapped[str]
    etag: Mapped[Words]
    modified: Mapped[Words]
    """What its server said of the last answer, to be asked whether there is another."""
    is_known: Mapped[Flag]
    """It was read once: what stood in it then is not posted."""
    next_at: Mapped[Moment]
    failures: Mapped[Count]
    failing_since: Mapped[datetime | None]
    error: Mapped[Words]
    read_at: Mapped[datetime | None]
    created_at: Mapped[Moment]

    __table_args__ = (Index("read_feeds_due", "next_at"),)


class ReadEntry(Row):
    """An entry of a feed that was seen, by the hash of its id."""

    __tablename__ = "read_entries"

    feed_id: Mapped[int] = to("read_feeds.id", primary_key=True)
    id_hash: Mapped[bytes] = mapped_column(primary_key=True)
    seen_at: Mapped[Moment]
