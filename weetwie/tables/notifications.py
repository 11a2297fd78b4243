"""Notifications: what happened that concerns a person."""

from datetime import datetime

from sqlalchemy import Computed, Index, Text, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Moment, Rank, Row, Words, to

_EXACT_ID = text("((new_id() >> 16) << 16) | ((nextval('running_number') & 4095) << 4)")
"""An id whose lowest four bits are 0: grouped notifications show it as a number, and that of JavaScript has 53 bits."""


class Notification(Row):
    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(primary_key=True, server_default=_EXACT_ID)
    person_id: Mapped[int] = to("people.id")
    kind: Mapped[str]
    from_id: Mapped[int] = to("people.id", index=True)
    post_id: Mapped[int | None] = to("posts.id", index=True)
    is_held: Mapped[Flag]
    """Held back, as the person wants it of those whom they do not know."""
    act_id: Mapped[int | None]
    """The number of the follow, request, favourite or boost that it tells of; of a later one it tells anew."""
    pushed_as: Mapped[int | None]
    """The id under which devices heard of it, where it has come again so soon that they do not hear of it again."""
    group_key: Mapped[str | None] = mapped_column(
        Text,
        Computed(
            "case when kind in ('favourite', 'reblog') then kind || '-' || post_id"
            " when kind = 'follow' then 'follow-' || (id >> 45) end",
            persisted=True,
        ),
    )
    """What favours or boosts one post, and who follows in the same six days, stands together."""

    __table_args__ = (
        Index("notifications_list", "person_id", "id"),
        Index(
            "notifications_groups",
            "person_id",
            "group_key",
            "id",
            postgresql_where=text("group_key is not null"),
        ),
        Index("notifications_held", "person_id", "id", postgresql_where=text("is_held")),
        Index(
            "notifications_once", "person_id", "kind", "from_id", text("coalesce(post_id, 0)"), unique=True
        ),
    )


class NotificationPolicy(Row):
    """Of whom, and of what, a person wants to hear less: 0 all of it, 1 held back, 2 nothing. Most people have no row."""

    __tablename__ = "notification_policies"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    not_following: Mapped[Rank]
    not_followers: Mapped[Rank]
    newcomers: Mapped[Rank]
    private_mentions: Mapped[Rank]
    limited: Mapped[Rank]
    kinds_off: Mapped[list[str]] = mapped_column(server_default="{}")
    """Of these kinds they hear nothing, whoever it is from."""


class NotificationPass(Row):
    """Whom a person has let through, whatever their policy says."""

    __tablename__ = "notification_passes"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    from_id: Mapped[int] = to("people.id", primary_key=True, index=True)


class Marker(Row):
    """How far a person has read a timeline."""

    __tablename__ = "markers"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    timeline: Mapped[str] = mapped_column(primary_key=True)
    last_read_id: Mapped[int]
    version: Mapped[int]
    updated_at: Mapped[Moment]


class PushSubscription(Row):
    """Where a device of somebody is reached: one for each token, as in the client API."""

    __tablename__ = "push_subscriptions"

    token_id: Mapped[int] = to("tokens.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", index=True)
    endpoint: Mapped[str]
    p256dh: Mapped[bytes]
    """The public key of the device."""
    auth: Mapped[bytes]
    """A secret that the device shares with us; sealed."""
    is_standard: Mapped[Flag]
    """Encrypted by RFC 8291; else by its last draft but one, which older apps know."""
    kinds: Mapped[list[str]]
    """Of which notifications it wants to hear."""
    policy: Mapped[str]
    """From whom: `all`, `followed`, `follower` or `none`."""
    sealed_token: Mapped[bytes]
    """The token itself, by which the device knows whose notification it is; only the sender's key opens it."""
    resting_until: Mapped[datetime | None]
    """One message at a time, and none for a while where the service cannot be reached."""
    failures: Mapped[Count]
    """Since it was last reached."""
    refused: Mapped[Words]
    """What its service says of this installation, where that is at fault; empty where it takes our messages."""


class PushMessage(Row):
    """A notification on its way to a device. What it says is read when it is sent."""

    __tablename__ = "push_messages"

    token_id: Mapped[int] = to("push_subscriptions.token_id", primary_key=True)
    notification_id: Mapped[int] = to("notifications.id", onupdate="CASCADE", primary_key=True, index=True)
    due_at: Mapped[Moment]
    attempts: Mapped[Count]

    __table_args__ = (Index("push_messages_due", "due_at"),)
