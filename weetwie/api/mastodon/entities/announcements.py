"""What the organisation tells everybody."""

from msgspec import UNSET, UnsetType

from weetwie.api.mastodon.entities.formats import Count, DateTime, Entity, Id, Url
from weetwie.api.mastodon.entities.media import CustomEmoji
from weetwie.api.mastodon.entities.statuses import StatusTag


class Reaction(Entity, kw_only=True):
    name: str
    count: Count
    me: bool | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    static_url: Url | UnsetType = UNSET


class AnnouncementAccount(Entity, kw_only=True):
    id: Id
    username: str
    url: Url
    acct: str


class AnnouncementStatus(Entity, kw_only=True):
    id: Id
    url: Url


class Announcement(Entity, kw_only=True):
    id: Id
    content: str
    starts_at: DateTime | None
    ends_at: DateTime | None
    all_day: bool
    published_at: DateTime
    updated_at: DateTime
    read: bool | UnsetType = UNSET
    mentions: list[AnnouncementAccount]
    statuses: list[AnnouncementStatus]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reactions: list[Reaction]
