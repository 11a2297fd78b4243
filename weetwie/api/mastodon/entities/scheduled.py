"""Posts that wait for their time."""

from msgspec import UNSET, UnsetType

from weetwie.api.mastodon.entities.accounts import Visibility
from weetwie.api.mastodon.entities.formats import Count, DateTime, Entity, Id
from weetwie.api.mastodon.entities.media import MediaAttachment


class ScheduledPoll(Entity, kw_only=True):
    options: list[str]
    expires_in: Count
    multiple: bool | UnsetType = UNSET
    hide_totals: bool | UnsetType = UNSET


class ScheduledParams(Entity, kw_only=True):
    text: str
    poll: ScheduledPoll | None
    media_ids: list[str] | None
    sensitive: bool | None
    spoiler_text: str | None
    visibility: Visibility
    in_reply_to_id: Count | None
    language: str | None
    allowed_mentions: list[Id] | None | UnsetType = UNSET
    application_id: Count | UnsetType = UNSET
    scheduled_at: None
    idempotency: str | None
    with_rate_limit: bool | UnsetType = UNSET


class ScheduledStatus(Entity, kw_only=True):
    id: Id
    scheduled_at: DateTime
    params: ScheduledParams
    media_attachments: list[MediaAttachment]
    error: str | UnsetType = UNSET
    """Our own: why it could not be published when its time had come."""
