"""Announcements: what the organisation tells everybody, or its members alone."""

from datetime import datetime

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Id, Moment, Rank, Row, to


class Announcement(Row):
    __tablename__ = "announcements"

    id: Mapped[Id]
    text: Mapped[str]
    in_languages: Mapped[dict[str, Json]] = mapped_column(server_default="{}")
    """The same text by language, where the installation itself wrote it; readers get theirs."""
    ring: Mapped[Rank]
    """For whom: 0 colleagues, 1 the whole network."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    is_all_day: Mapped[Flag]
    published_at: Mapped[Moment]
    tells_policy: Mapped[Flag]
    """Whether it says what holds here now: then the policy's widest ring keeps it from nobody."""
    policy_names: Mapped[list[str]] = mapped_column(server_default="{}")
    """What of the policy it tells."""


class AnnouncementRead(Row):
    __tablename__ = "announcement_reads"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    announcement_id: Mapped[int] = to("announcements.id", primary_key=True, index=True)


class AnnouncementReaction(Row):
    __tablename__ = "announcement_reactions"

    announcement_id: Mapped[int] = to("announcements.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True, index=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    """The emoji itself."""
    at: Mapped[Moment]
