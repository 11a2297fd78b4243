"""What people read by: tags, lists, conversations, markers, search."""

from typing import Literal

from msgspec import UNSET, UnsetType

from weetwie.api.mastodon.entities.accounts import Account
from weetwie.api.mastodon.entities.formats import Count, Date, DateTime, Entity, Id, NumberText, Url
from weetwie.api.mastodon.entities.statuses import PreviewCard, Status


class TagHistory(Entity, kw_only=True):
    day: NumberText
    uses: NumberText
    accounts: NumberText


class TrendsLink(PreviewCard, kw_only=True):
    history: list[TagHistory]


class Tag(Entity, kw_only=True):
    id: Id
    name: str
    url: Url
    history: list[TagHistory]
    following: bool | UnsetType = UNSET
    featuring: bool | UnsetType = UNSET


class FeaturedTag(Entity, kw_only=True):
    id: Id
    name: str
    url: Url
    statuses_count: NumberText
    last_status_at: Date | None


class List(Entity, kw_only=True):
    id: Id
    title: str
    replies_policy: Literal["followed", "list", "none"]
    exclusive: bool


class Conversation(Entity, kw_only=True):
    id: Id
    unread: bool
    accounts: list[Account]
    last_status: Status | None


class Marker(Entity, kw_only=True):
    last_read_id: Id
    version: Count
    updated_at: DateTime


class Search(Entity, kw_only=True):
    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[Tag]
