"""Invitations: who may come, asked by whom."""

from datetime import datetime

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Id, Moment, Rank, Row, Words, to


class Invitation(Row):
    """Lets one person in. One that somebody asked for themselves has no token until it is granted."""

    __tablename__ = "invitations"

    id: Mapped[Id]
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    inviter_id: Mapped[int | None] = to("people.id", index=True)
    """None for who asked to be let in."""
    address: Mapped[str | None]
    """Where it was sent; None where whoever has the link may come, and once somebody has come."""
    is_proven: Mapped[Flag]
    """Whoever comes by it has the address: it was sent there, or an administrator vouches for it."""
    standing: Mapped[Rank]
    until: Mapped[datetime | None]
    """The end of a guest's stay."""
    words: Mapped[Words]
    """What the inviter says, or why somebody asks to be let in."""
    created_at: Mapped[Moment]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person_id: Mapped[int | None] = to("people.id", index=True)
    """Who came."""

    __table_args__ = (
        Index("invitations_asked", "created_at", postgresql_where=text("token_hash is null")),
        Index("invitations_expiring", "expires_at"),
    )
