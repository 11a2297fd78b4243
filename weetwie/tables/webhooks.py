"""Webhooks: addresses of programs that are told of new posts, and what was sent there."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Id, Moment, Rank, Row, Words, to

WAITING, DELIVERED, GIVEN_UP = 0, 1, 2


class Webhook(Row):
    """Tells a program of what its owner sees."""

    __tablename__ = "webhooks"

    id: Mapped[Id]
    owner_id: Mapped[int] = to("people.id", index=True)
    url: Mapped[str]
    kind: Mapped[str]
    """`all`, `topic`, `person`, `questions`, `mentions`."""
    about: Mapped[Words]
    """The tag, or the id of the person."""
    secret: Mapped[bytes]
    """By which what is sent is signed; sealed."""
    old_secret: Mapped[bytes]
    """The one before, sealed; signs too until `old_until`."""
    old_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    off_at: Mapped[datetime | None]
    """Nothing is sent: switched off by its owner, or after a week of failures."""
    created_at: Mapped[Moment]


class WebhookDelivery(Row):
    """One post of which a program is told; what it says is written when it is sent."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[Id]
    webhook_id: Mapped[int] = to("webhooks.id")
    post_id: Mapped[int | None] = to("posts.id", index=True)
    """None: a test."""
    state: Mapped[Rank] = mapped_column(server_default="0")
    attempts: Mapped[Count]
    next_at: Mapped[Moment]
    status: Mapped[Count]
    """What it answered the last time; 0: nothing."""
    error: Mapped[Words]
    tried_at: Mapped[datetime | None]
    created_at: Mapped[Moment]

    __table_args__ = (
        Index("webhook_deliveries_due", "next_at", postgresql_where=text("state = 0")),
        Index("webhook_deliveries_list", "webhook_id", "id"),
        Index("webhook_deliveries_once", "webhook_id", "post_id", unique=True),
    )
