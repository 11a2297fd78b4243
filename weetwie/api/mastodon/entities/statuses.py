"""Posts and what hangs on them."""

from typing import Literal

from msgspec import UNSET, UnsetType

from weetwie.api.mastodon.entities.accounts import Account, Policy, Visibility
from weetwie.api.mastodon.entities.filters import FilterResult
from weetwie.api.mastodon.entities.formats import Count, DateTime, Entity, Id, NumberText, Url, UrlOrNothing
from weetwie.api.mastodon.entities.media import CustomEmoji, MediaAttachment


class StatusMention(Entity, kw_only=True):
    id: Id
    username: str
    url: Url
    acct: str


class StatusTag(Entity, kw_only=True):
    name: str
    url: Url


class PollOption(Entity, kw_only=True):
    title: str
    votes_count: Count | None


class Poll(Entity, kw_only=True):
    id: Id
    expires_at: DateTime | None
    expired: bool
    multiple: bool
    votes_count: Count
    voters_count: Count | None
    options: list[PollOption]
    emojis: list[CustomEmoji]
    voted: bool | UnsetType = UNSET
    own_votes: list[Count] | UnsetType = UNSET


class PreviewCardAuthor(Entity, kw_only=True):
    name: str
    url: UrlOrNothing
    account: Account | None


class PreviewCard(Entity, kw_only=True):
    url: Url
    title: str
    description: str
    type: Literal["link", "photo", "video", "rich"]
    authors: list[PreviewCardAuthor]
    author_name: str
    author_url: UrlOrNothing
    provider_name: str
    provider_url: UrlOrNothing
    html: str
    width: Count
    height: Count
    image: Url | None
    embed_url: UrlOrNothing
    blurhash: str | None
    missing_attribution: bool | None
    published_at: NumberText


class CollectionItem(Entity, kw_only=True):
    id: Id
    account_id: Id | UnsetType = UNSET
    state: str
    created_at: DateTime


class Collection(Entity, kw_only=True):
    id: Id
    account_id: Id
    uri: Url
    url: Url | None
    name: str
    description: str
    language: str | None
    local: bool
    sensitive: bool
    discoverable: bool
    tag: StatusTag | None
    item_count: Count
    items: list[CollectionItem]
    created_at: DateTime
    updated_at: DateTime


QuoteState = Literal[
    "pending",
    "accepted",
    "rejected",
    "revoked",
    "deleted",
    "unauthorized",
    "blocked_account",
    "blocked_domain",
    "muted_account",
]


class Quote(Entity, kw_only=True):
    """With the quoted status in it; a quote inside a quote is shallow and names it by id only."""

    state: QuoteState
    quoted_status: "Status | UnsetType | None" = UNSET
    quoted_status_id: Id | UnsetType | None = UNSET


class QuoteApproval(Entity, kw_only=True):
    automatic: list[Policy]
    manual: list[Policy]
    current_user: Literal["automatic", "manual", "denied", "unknown"]


class StatusApplication(Entity, kw_only=True):
    name: str
    website: Url | None


class Status(Entity, kw_only=True):
    id: Id
    uri: str
    created_at: DateTime
    account: Account
    content: str
    visibility: Visibility
    sensitive: bool
    spoiler_text: str
    media_attachments: list[MediaAttachment]
    application: StatusApplication | UnsetType = UNSET
    mentions: list[StatusMention]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reblogs_count: Count
    favourites_count: Count
    quotes_count: Count
    replies_count: Count
    url: Url | None
    in_reply_to_id: Id | None
    in_reply_to_account_id: Id | None
    reblog: "Status | None"
    poll: Poll | None
    card: PreviewCard | None
    language: str | None
    text: str | None
    edited_at: DateTime | None
    quote: Quote | None
    quote_approval: QuoteApproval
    favourited: bool | UnsetType = UNSET
    reblogged: bool | UnsetType = UNSET
    muted: bool | UnsetType = UNSET
    bookmarked: bool | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    filtered: list[FilterResult] | UnsetType = UNSET
    tagged_collections: list[Collection]
    # Our own, left out where it does not hold: apps skip what they do not know.
    audience: Literal["colleagues", "network", "world"] | UnsetType = UNSET
    is_question: bool | UnsetType = UNSET
    answer_id: Id | UnsetType = UNSET


class Context(Entity, kw_only=True):
    ancestors: list[Status]
    descendants: list[Status]


class StatusSource(Entity, kw_only=True):
    id: Id
    text: str
    spoiler_text: str


class StatusEditPollOption(Entity, kw_only=True):
    title: str


class StatusEditPoll(Entity, kw_only=True):
    options: list[StatusEditPollOption]


class StatusEdit(Entity, kw_only=True):
    content: str
    spoiler_text: str
    sensitive: bool
    created_at: DateTime
    account: Account
    poll: StatusEditPoll | UnsetType = UNSET
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    quote: Quote | UnsetType | None = UNSET


class TranslationOption(Entity, kw_only=True):
    title: str


class TranslationPoll(Entity, kw_only=True):
    id: Id
    options: list[TranslationOption]


class TranslationAttachment(Entity, kw_only=True):
    id: Id
    description: str


class Translation(Entity, kw_only=True):
    content: str
    spoiler_text: str
    language: str
    poll: TranslationPoll | UnsetType = UNSET
    media_attachments: list[TranslationAttachment]
    detected_source_language: str
    provider: str
