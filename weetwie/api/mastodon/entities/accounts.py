"""People, as the client API shows them."""

from typing import Literal

from msgspec import UNSET, UnsetType, field

from weetwie.api.mastodon.entities.formats import Count, Date, DateTime, Entity, Id, Url
from weetwie.api.mastodon.entities.media import CustomEmoji

Visibility = Literal["public", "unlisted", "private", "direct"]
Policy = Literal["public", "followers", "following", "unsupported_policy"]


class AccountRole(Entity, kw_only=True):
    id: str
    name: str
    color: str


class Field(Entity, kw_only=True):
    name: str
    value: str
    verified_at: DateTime | None


class FeatureApproval(Entity, kw_only=True):
    automatic: list[Policy]
    manual: list[Policy]
    current_user: Literal["automatic", "manual", "denied", "unknown", "missing"]


class Account(Entity, kw_only=True):
    id: Id
    username: str
    acct: str
    url: Url | None
    uri: Url
    display_name: str
    note: str
    avatar: Url
    avatar_static: Url
    avatar_description: str
    header: Url
    header_static: Url
    header_description: str
    locked: bool
    fields: list[Field]
    emojis: list[CustomEmoji]
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    noindex: bool | UnsetType | None = UNSET
    moved: "Account | UnsetType | None" = UNSET
    memorial: bool | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    limited: bool | UnsetType = UNSET
    created_at: DateTime
    last_status_at: Date | None
    statuses_count: Count
    followers_count: Count
    following_count: Count
    hide_collections: bool | None
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    roles: list[AccountRole] | None
    feature_approval: FeatureApproval
    # Our own, left out where it does not hold: apps skip what they do not know.
    standing: Literal["member", "alumnus", "guest"] | UnsetType = UNSET
    knows_about: list[str] | UnsetType = UNSET
    """Topics that they say they know about; not there where only the card shows."""
    learning: list[str] | UnsetType = UNSET
    lately: list[str] | UnsetType = UNSET
    """With what they were lately busy, where they have published it."""


class Role(Entity, kw_only=True):
    id: str
    name: str
    color: str
    permissions: str
    highlighted: bool
    collection_limit: Count


class Source(Entity, kw_only=True):
    attribution_domains: list[str]
    note: str
    fields: list[Field]
    privacy: Visibility
    sensitive: bool
    language: str
    follow_requests_count: Count
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    quote_policy: Literal["public", "followers", "nobody"]
    # Our own.
    audience: Literal["colleagues", "network", "world", ""]
    profile_audience: Literal["colleagues", "network", "world"]
    pronouns: str
    languages: list[str]


class CredentialAccount(Account, kw_only=True):
    source: Source
    role: Role


class MutedAccount(Account, kw_only=True):
    mute_expires_at: DateTime | None


class PartialAccountWithAvatar(Entity, kw_only=True):
    id: Id
    acct: str
    url: Url
    avatar: Url
    avatar_static: Url
    avatar_description: str
    locked: bool
    bot: bool


class Relationship(Entity, kw_only=True):
    id: Id
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: DateTime | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class FamiliarFollowers(Entity, kw_only=True):
    id: Id
    accounts: list[Account]


class SuggestionReason(Entity, kw_only=True):
    """Our own: why somebody is suggested, in full."""

    kind: Literal["followed", "unit", "tags", "new", "popular"]
    account_ids: list[Id]
    tags: list[str]


class Suggestion(Entity, kw_only=True):
    source: Literal["staff", "past_interactions", "global"]
    sources: list[
        Literal[
            "featured",
            "most_followed",
            "most_interactions",
            "similar_to_recently_followed",
            "friends_of_friends",
        ]
    ]
    reasons: list[SuggestionReason] | UnsetType = UNSET
    account: Account


class Preferences(Entity, kw_only=True):
    posting_default_visibility: Visibility = field(name="posting:default:visibility")
    posting_default_sensitive: bool = field(name="posting:default:sensitive")
    posting_default_language: str | None = field(name="posting:default:language")
    reading_expand_media: Literal["default", "show_all", "hide_all"] = field(name="reading:expand:media")
    reading_expand_spoilers: bool = field(name="reading:expand:spoilers")
