"""Posts: what the law and the timelines read of them stands in one narrow row; their text lies beside it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Id, Moment, Rank, Row, Words, to

MEDIA, POLL, CARD = 1, 2, 4
HERE, COMMUNITY, MASTODON, TWITTER = 0, 1, 2, 3


class Post(Row):
    """A post, or a boost of one. Boosts have no text; their ring and visibility are the original's."""

    __tablename__ = "posts"

    id: Mapped[Id]
    author_id: Mapped[int] = to("people.id")
    boost_of_id: Mapped[int | None] = to("posts.id")
    reply_to_id: Mapped[int | None]
    reply_to_person_id: Mapped[int | None]
    root_id: Mapped[int]
    """The post that the thread began with; its own id where it begins one."""
    quote_of_id: Mapped[int | None]
    quote_state: Mapped[Rank] = mapped_column(server_default="0")
    quote_policy: Mapped[Rank] = mapped_column(server_default="0")
    attached: Mapped[Rank] = mapped_column(server_default="0")
    """What hangs on it, in bits (`MEDIA`, `POLL`, `CARD`), so that for a page of plain posts nothing more is asked."""
    answer_id: Mapped[int | None]
    """The reply that the asker accepted."""
    ring: Mapped[Rank]
    visibility: Mapped[Rank]
    is_question: Mapped[Flag]
    is_sensitive: Mapped[Flag]
    origin: Mapped[Rank] = mapped_column(server_default="0")
    """0 written here, 1 imported for the community (a full post), from 2 on a person's own archive (never in home or public):
    2 of Mastodon, 3 of Twitter."""
    deleted_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    version: Mapped[Count]
    """Raised by every write that changes what all viewers see alike, never by a count."""
    favourites_count: Mapped[Count]
    replies_in_ring: Mapped[list[int]] = mapped_column(server_default="{0,0,0}")
    boosts_in_ring: Mapped[list[int]] = mapped_column(server_default="{0,0,0}")
    quotes_in_ring: Mapped[list[int]] = mapped_column(server_default="{0,0,0}")
    """Public and unlisted children, by the child's ring: colleagues, network, world."""

    __table_args__ = (
        Index("posts_by_author", "author_id", "id", postgresql_where=text("deleted_at is null")),
        Index(
            "posts_public",
            "id",
            postgresql_where=text(
                "visibility = 0 and boost_of_id is null and deleted_at is null and origin < 2"
            ),
        ),
        Index(
            "posts_public_media",
            "id",
            postgresql_where=text(
                "visibility = 0 and boost_of_id is null and deleted_at is null and origin < 2 and (attached & 1) <> 0"
            ),
        ),
        Index("posts_replies", "reply_to_id", "id", postgresql_where=text("reply_to_id is not null")),
        Index("posts_thread", "root_id", "author_id"),
        Index("posts_boosts", "boost_of_id", "author_id", postgresql_where=text("boost_of_id is not null")),
        Index("posts_quotes", "quote_of_id", "id", postgresql_where=text("quote_of_id is not null")),
        Index(
            "posts_one_boost_each",
            "author_id",
            "boost_of_id",
            unique=True,
            postgresql_where=text("boost_of_id is not null and deleted_at is null"),
        ),
        CheckConstraint("ring in (0, 1, 2)", name="posts_ring"),
        CheckConstraint("visibility in (0, 1, 2, 3)", name="posts_visibility"),
        {"postgresql_with": {"fillfactor": "85"}},
    )


class PostText(Row):
    """What was written. Emptied when the post is deleted."""

    __tablename__ = "post_texts"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    text: Mapped[Words]
    warning: Mapped[Words]
    language: Mapped[str | None]
    app_id: Mapped[int | None] = to("apps.id", ondelete="SET NULL")


class PostEdit(Row):
    """What a post said before it was edited (the first row is the first text)."""

    __tablename__ = "post_edits"

    id: Mapped[Id]
    post_id: Mapped[int] = to("posts.id", index=True)
    text: Mapped[Words]
    warning: Mapped[Words]
    is_sensitive: Mapped[Flag]
    language: Mapped[str | None]
    media: Mapped[list[dict[str, Json]]] = mapped_column(server_default="[]")
    """The media it had, in order, each with `id` and the `description` of then."""
    written_at: Mapped[datetime]


class Mention(Row):
    __tablename__ = "mentions"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True)

    __table_args__ = (Index("mentions_by_person", "person_id", "post_id"),)


class Tag(Row):
    __tablename__ = "tags"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    """Lower case, compatibility-folded: what two spellings of one tag have in common."""
    name: Mapped[str]
    """As first written (CamelCase kept)."""


class PostTag(Row):
    __tablename__ = "post_tags"

    tag_id: Mapped[int] = to("tags.id", primary_key=True)
    post_id: Mapped[int] = to("posts.id", primary_key=True)
    name: Mapped[str]
    """As written in this post."""

    __table_args__ = (Index("post_tags_by_post", "post_id"),)


class Mark(Row):
    """What one person has to do with one post: each column is set or not, and numbers the list it belongs to."""

    __tablename__ = "marks"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    post_id: Mapped[int] = to("posts.id", primary_key=True)
    favourite: Mapped[int | None]
    bookmark: Mapped[int | None]
    pin: Mapped[int | None]
    boost_id: Mapped[int | None]
    """The person's own boost of it."""
    is_muted: Mapped[Flag]
    """Set on the root of a thread that the person no longer wants to hear from."""

    __table_args__ = (
        Index("marks_favourites", "person_id", "favourite", postgresql_where=text("favourite is not null")),
        Index("marks_bookmarks", "person_id", "bookmark", postgresql_where=text("bookmark is not null")),
        Index("marks_pins", "person_id", "pin", postgresql_where=text("pin is not null")),
        Index("marks_by_post", "post_id", "person_id"),
        Index("marks_favourited_by", "post_id", "favourite", postgresql_where=text("favourite is not null")),
        {"postgresql_with": {"fillfactor": "85"}},
    )


class Endorsement(Row):
    """A sign that a post's work was good: `imported` (reviewed, tested elsewhere) or `vouched`. Never shown as a favourite."""

    __tablename__ = "endorsements"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (Index("endorsements_by_person", "person_id", "post_id"),)


class Introduction(Row):
    """The post with which somebody new says hello; one each."""

    __tablename__ = "introductions"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    post_id: Mapped[int] = to("posts.id", index=True)


class PostKey(Row):
    """An app's own key for a post that it sent, so that sending twice posts once (kept for an hour)."""

    __tablename__ = "post_keys"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    post_id: Mapped[int] = to("posts.id")
    created_at: Mapped[Moment]
