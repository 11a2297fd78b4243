"""The installation itself: what it is, what it allows, what it announces."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from weetwie.api.mastodon.entities.accounts import Account
from weetwie.api.mastodon.entities.formats import Count, Entity, Id, Url


class RuleTranslation(Entity, kw_only=True):
    text: str
    hint: str


class Rule(Entity, kw_only=True):
    id: Id
    text: str
    hint: str
    translations: dict[str, RuleTranslation]


class InstanceIcon(Entity, kw_only=True):
    src: Url
    size: Annotated[str, Meta(pattern="^[0-9]+x[0-9]+$")]


class InstanceUsageUsers(Entity, kw_only=True):
    active_month: Count


class InstanceUsage(Entity, kw_only=True):
    users: InstanceUsageUsers


class InstanceThumbnailVersions(Entity, kw_only=True):
    at_1x: Url | UnsetType = field(name="@1x", default=UNSET)
    at_2x: Url | UnsetType = field(name="@2x", default=UNSET)


class InstanceThumbnail(Entity, kw_only=True):
    url: Url
    description: str
    blurhash: str | UnsetType = UNSET
    versions: InstanceThumbnailVersions | UnsetType = UNSET


class ConfigurationUrls(Entity, kw_only=True):
    streaming: Url
    status: Url | None
    about: Url
    privacy_policy: Url | None
    terms_of_service: Url | None


class ConfigurationVapid(Entity, kw_only=True):
    public_key: str


class ConfigurationAccounts(Entity, kw_only=True):
    max_display_name_length: Count
    max_note_length: Count
    max_avatar_description_length: Count
    max_header_description_length: Count
    max_featured_tags: Count
    max_pinned_statuses: Count
    max_profile_fields: Count
    profile_field_name_limit: Count
    profile_field_value_limit: Count


class ConfigurationStatuses(Entity, kw_only=True):
    max_characters: Count
    max_media_attachments: Count
    characters_reserved_per_url: Count


class ConfigurationMediaAttachments(Entity, kw_only=True):
    supported_mime_types: list[str]
    description_limit: Count
    image_size_limit: Count
    image_matrix_limit: Count
    video_size_limit: Count
    video_frame_rate_limit: Count
    video_matrix_limit: Count


class ConfigurationPolls(Entity, kw_only=True):
    max_options: Count
    max_characters_per_option: Count
    min_expiration: Count
    max_expiration: Count


class ConfigurationTranslation(Entity, kw_only=True):
    enabled: bool


class LiveFeedsAccess(Entity, kw_only=True):
    local: Literal["public", "authenticated", "disabled"]
    remote: Literal["public", "authenticated", "disabled"]


class FeedsAccess(Entity, kw_only=True):
    local: Literal["public", "authenticated"]
    remote: Literal["public", "authenticated", "disabled"]


class TimelinesAccess(Entity, kw_only=True):
    live_feeds: LiveFeedsAccess
    hashtag_feeds: FeedsAccess
    trending_link_feeds: FeedsAccess


class Configuration(Entity, kw_only=True):
    urls: ConfigurationUrls
    vapid: ConfigurationVapid
    accounts: ConfigurationAccounts
    statuses: ConfigurationStatuses
    media_attachments: ConfigurationMediaAttachments
    polls: ConfigurationPolls
    translation: ConfigurationTranslation
    timelines_access: TimelinesAccess
    limited_federation: bool


class InstanceRegistrations(Entity, kw_only=True):
    enabled: bool
    approval_required: bool
    message: str | None
    min_age: Count | None
    reason_required: bool | None
    url: Url | None


class InstanceApiVersions(Entity, kw_only=True):
    mastodon: Count


class InstanceContact(Entity, kw_only=True):
    email: str
    account: Account | None


class Instance(Entity, kw_only=True):
    domain: str
    title: str
    version: str
    source_url: Url
    description: str
    wrapstodon: str | None
    usage: InstanceUsage
    thumbnail: InstanceThumbnail
    icon: list[InstanceIcon]
    languages: list[str]
    configuration: Configuration
    registrations: InstanceRegistrations
    api_versions: InstanceApiVersions
    contact: InstanceContact
    rules: list[Rule]


class V1InstanceUrls(Entity, kw_only=True):
    streaming_api: Url


class V1InstanceStats(Entity, kw_only=True):
    user_count: Count
    status_count: Count
    domain_count: Count


class V1ConfigurationAccounts(Entity, kw_only=True):
    max_featured_tags: Count


class V1ConfigurationStatuses(Entity, kw_only=True):
    max_characters: Count
    max_media_attachments: Count
    characters_reserved_per_url: Count


class V1ConfigurationMediaAttachments(Entity, kw_only=True):
    supported_mime_types: list[str]
    image_size_limit: Count
    image_matrix_limit: Count
    video_size_limit: Count
    video_frame_rate_limit: Count
    video_matrix_limit: Count


class V1ConfigurationPolls(Entity, kw_only=True):
    max_options: Count
    max_characters_per_option: Count
    min_expiration: Count
    max_expiration: Count


class V1Configuration(Entity, kw_only=True):
    accounts: V1ConfigurationAccounts
    statuses: V1ConfigurationStatuses
    media_attachments: V1ConfigurationMediaAttachments
    polls: V1ConfigurationPolls


class V1Instance(Entity, kw_only=True):
    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: V1InstanceUrls
    stats: V1InstanceStats
    thumbnail: Url | None
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: V1Configuration
    contact_account: Account | None
    rules: list[Rule]
