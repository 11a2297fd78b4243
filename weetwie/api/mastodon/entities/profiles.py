"""One's own profile as it is edited, with what was written beside what is shown."""

from weetwie.api.mastodon.entities.accounts import Field
from weetwie.api.mastodon.entities.formats import Entity, Id, Url
from weetwie.api.mastodon.entities.reading import FeaturedTag


class Profile(Entity, kw_only=True):
    id: Id
    display_name: str
    note: str
    """As it was written; `formatted_note` is HTML."""
    fields: list[Field]
    avatar: Url | None
    avatar_static: Url | None
    avatar_description: str
    header: Url | None
    header_static: Url | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[FeaturedTag]
    formatted_note: str
    formatted_fields: list[Field]
