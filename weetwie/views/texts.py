"""What all who see a post see alike: loaded only when an entry point asks for it, because it keeps no encoding of this version yet."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict

import msgspec
from sqlalchemy import BigInteger, Executable, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.tables.declared import aliased
from weetwie.tables.identity import App
from weetwie.tables.people import Person
from weetwie.tables.posts import MASTODON, TWITTER, Mention, Post, PostEdit, PostTag, PostText, Tag
from weetwie.views.posts import SeenPost

BROUGHT_FROM = {MASTODON: "Mastodon", TWITTER: "Twitter"}
"""By origin: where a person's own archive is from."""


class Words(msgspec.Struct, frozen=True):
    """What all who see a post see alike."""

    id: int
    version: int
    visibility: int
    author_handle: str
    text: str
    warning: str
    language: str | None
    is_sensitive: bool
    is_question: bool
    origin: int
    edited_at: datetime | None
    app_name: str | None
    app_website: str | None
    mentions: list[list[Any]]
    """Pairs of id and handle."""
    tags: list[list[str]]
    """Pairs of the folded key and the name as written here."""


class EditedMedia(TypedDict):
    id: int
    description: str


class Edit(msgspec.Struct, frozen=True):
    """What a post said from a moment on."""

    text: str
    warning: str
    is_sensitive: bool
    media: list[EditedMedia]
    """The files that stood in it then."""
    written_at: datetime


_EDITS = Query(
    select(PostEdit.text, PostEdit.warning, PostEdit.is_sensitive, PostEdit.media, PostEdit.written_at)
    .where(PostEdit.post_id == param("id", BigInteger))
    .order_by(PostEdit.id)
)


def _words() -> Executable:
    mention, mentioned = aliased(Mention), aliased(Person)
    names = (
        select(
            func.coalesce(
                func.jsonb_agg(func.jsonb_build_array(mentioned.id, mentioned.handle)), text("'[]'::jsonb")
            )
        )
        .select_from(mention)
        .join(mentioned, mentioned.id == mention.person_id)
        .where(mention.post_id == Post.id)
        .scalar_subquery()
    )
    tags = (
        select(
            func.coalesce(func.jsonb_agg(func.jsonb_build_array(Tag.key, PostTag.name)), text("'[]'::jsonb"))
        )
        .select_from(PostTag)
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(PostTag.post_id == Post.id)
        .scalar_subquery()
    )
    return (
        select(
            Post.id,
            Post.version,
            Post.visibility,
            Person.handle.label("author_handle"),
            PostText.text,
            PostText.warning,
            PostText.language,
        )
        .add_columns(
            Post.is_sensitive,
            Post.is_question,
            Post.origin,
            Post.edited_at,
            App.name.label("app_name"),
            App.website.label("app_website"),
            names.label("mentions"),
            tags.label("tags"),
        )
        .join(PostText, PostText.post_id == Post.id)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(App, App.id == PostText.app_id)
        .where(Post.id == func.any(param("ids", ARRAY(BigInteger))), Post.deleted_at.is_(None))
    )


WORDS = Query(_words)


async def words(db: Db, posts: Iterable[SeenPost]) -> list[Words]:
    """What was written in posts that a viewer has been found to see; one that was deleted since is left out."""
    ids = list({seen.post_id for seen in posts})
    return structs(Words, await db.rows(WORDS, ids=ids)) if ids else []


async def edits(db: Db, post: SeenPost) -> list[Edit]:
    """What a post that a viewer has been found to see said before, oldest first; what it says now is not among them."""
    return structs(Edit, await db.rows(_EDITS, id=post.post_id))
