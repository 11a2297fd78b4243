"""The organisation's directory, as it was read by LDAP: who is in it, and each time that it was read."""

from datetime import datetime

from sqlalchemy import func

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Id, Row, Words, to


class DirectoryEntry(Row):
    """Somebody whom the directory has, or has had; what it says of them is their `ScimResource`."""

    __tablename__ = "directory_entries"

    entry_id: Mapped[str] = mapped_column(primary_key=True)
    """How the directory knows them, however they are renamed."""
    person_id: Mapped[int] = to("people.id", index=True)
    resource_id: Mapped[int | None] = to("scim_resources.id", ondelete="SET NULL", index=True)
    known_as: Mapped[str] = mapped_column(index=True)
    """The name of the entry, in plain form."""
    login: Mapped[str]
    groups: Mapped[list[str]] = mapped_column(server_default="{}")
    """Of those that mean something here."""
    digest: Mapped[bytes]
    """Of what it said the last time."""
    photo_digest: Mapped[bytes] = mapped_column(server_default="")
    face: Mapped[str | None]
    """The face that came from there; one that somebody has chosen themselves stays."""
    gone_since: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    """When an administrator said that they have really left."""
    left_at: Mapped[datetime | None]
    is_erased: Mapped[Flag]
    """Erased here: whatever the directory says, they do not come back by it."""


class DirectoryRun(Row):
    """One reading of the directory, and what came of it."""

    __tablename__ = "directory_runs"

    id: Mapped[Id]
    asked_at: Mapped[datetime | None]
    """When an administrator asked for it; it waits until it has begun."""
    begun_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    is_whole: Mapped[Flag]
    server: Mapped[Words]
    mark: Mapped[Words]
    """Up to where that server has been read."""
    read: Mapped[Count]
    came: Mapped[Count]
    changed: Mapped[Count]
    left: Mapped[Count]
    waiting: Mapped[Count]
    """Who would have left, and waits for somebody to confirm it."""
    refused: Mapped[Count]
    error: Mapped[Words]
    """Why nothing came of it."""
