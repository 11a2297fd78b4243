"""Pictures, sounds and films, and the small pictures in texts."""

from typing import Literal

from msgspec import UNSET, UnsetType

from weetwie.api.mastodon.entities.formats import Count, Entity, Id, Url


class CustomEmoji(Entity, kw_only=True):
    shortcode: str
    url: Url
    static_url: Url
    visible_in_picker: bool
    category: str | None


class MediaFocus(Entity, kw_only=True):
    x: float | None
    y: float | None


class MediaSize(Entity, kw_only=True):
    """One size of a picture or a film, or the technical side of a sound."""

    width: Count | UnsetType = UNSET
    height: Count | UnsetType = UNSET
    size: str | UnsetType = UNSET
    aspect: float | UnsetType = UNSET
    frame_rate: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    bitrate: Count | UnsetType = UNSET


class MediaMeta(Entity, kw_only=True):
    """What there is depends on the kind: pictures have `focus`, sounds and films have lengths."""

    focus: MediaFocus | UnsetType | None = UNSET
    original: MediaSize | UnsetType = UNSET
    small: MediaSize | UnsetType = UNSET
    length: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    fps: Count | UnsetType = UNSET
    size: str | UnsetType = UNSET
    width: Count | UnsetType = UNSET
    height: Count | UnsetType = UNSET
    aspect: float | UnsetType = UNSET
    audio_encode: str | UnsetType = UNSET
    audio_bitrate: str | UnsetType = UNSET
    audio_channels: str | UnsetType = UNSET


class MediaAttachment(Entity, kw_only=True):
    id: Id
    type: Literal["unknown", "image", "gifv", "video", "audio"]
    url: Url | None
    preview_url: Url | None
    remote_url: Url | None
    meta: MediaMeta | None
    description: str | None
    blurhash: str | None
    text_url: Url | UnsetType = UNSET
