"""Edit a post: the text may change, who may read it may not."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Executable,
    SmallInteger,
    Text,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from weetwie.access import permissions, visibility
from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, columns, param
from weetwie.domain.posts import audience, media, publish, rules
from weetwie.errors import Forbidden, _, or_not_found
from weetwie.events import PostEdited, record
from weetwie.runtime import clock
from weetwie.tables.media import Media
from weetwie.tables.posts import MASTODON, MEDIA, POLL, Mention, Post, PostEdit, PostTag, PostText, Tag
from weetwie.text import text as texts


class PostChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a post shall say; what is None stays."""

    text: str
    warning: str = ""
    is_sensitive: bool | None = None
    language: str | None = None
    media_ids: Sequence[int] = ()
    is_redescribed: bool = False
    """Files in it are about to be described otherwise: a change even where the words stay."""
    has_poll: bool = False


async def edit(db: Db, viewer: Viewer, post_id: int, change: PostChange) -> None:
    """Keeps what it said before. Raises NotFound, Forbidden, Invalid; changes nothing where nothing is new."""
    before = await own(db, viewer, post_id)
    rules.check_text(
        change.text, change.warning, viewer.policy, has_more=bool(change.media_ids) or change.has_poll
    )
    await media.check(db, viewer, change.media_ids, post_id)
    shows_others = list(change.media_ids) != await media.shown(db, post_id)
    named = await _named(db, viewer, change.text, before)
    before_named = columns(await db.rows(_NAMED, post_id=post_id), "person_id")
    # Who has left the ring since they were named is no reason to leave a mistake in the text.
    fresh = ((row["handle"], Ring(row["ring"])) for row in named if row["id"] not in before_named)
    rules.check_mentions(fresh, Ring(before["ring"]), viewer.policy)
    sensitive = change.is_sensitive if change.is_sensitive is not None else before["is_sensitive"]
    sensitive = sensitive or bool(change.warning)
    language = change.language or before["language"] or texts.language_of(change.text)
    has_new_words = (change.text, change.warning, sensitive, language) != tuple(
        before[name] for name in _COMPARED
    )
    has_other_poll = change.has_poll != bool(before["attached"] & POLL)
    if not (has_new_words or shows_others or change.is_redescribed or has_other_poll):
        return
    await db.run(_KEEP, post_id=post_id)
    await db.run(_TEXT, post_id=post_id, text=change.text, warning=change.warning, language=language)
    await db.run(
        _POST,
        post_id=post_id,
        is_sensitive=sensitive,
        is_question=before["is_question"] or texts.is_question(change.text),
        now=clock.now(),
        bits=(MEDIA if change.media_ids else 0) | (POLL if change.has_poll else 0),
    )
    await publish.name(db, post_id, [row["id"] for row in named])
    await db.run(_UNTAG, post_id=post_id, keys=_tag_keys(change.text))
    await publish.tag(db, post_id, change.text)
    await record(db, viewer, PostEdited(post_id, list(change.media_ids) if shows_others else None))


async def _named(db: Db, viewer: Viewer, text: str, before: Record) -> list[Record]:
    """In what was written elsewhere, a name is not that of somebody here."""
    if before["origin"] >= MASTODON:
        return []
    return await audience.mentioned(db, viewer, text, before["reply_to_id"])


_COMPARED = ("text", "warning", "is_sensitive", "language")


def _tag_keys(text: str) -> list[str]:
    return [texts.tag_key(piece.target) for piece in texts.pieces(text) if piece.kind == "tag"]


async def own(db: Db, viewer: Viewer, post_id: int) -> Record:
    """A post that the viewer may change. Raises NotFound for one they do not see, Forbidden for another's."""
    row = or_not_found(await _OWN.row(db, viewer, id=post_id))
    if not permissions.change(viewer, row["author_id"], clock.now()):
        raise Forbidden(_("You can only change your own posts."))
    return row


def _own(viewer_sql: ViewerSql) -> Executable:
    return (
        select(
            Post.id,
            Post.author_id,
            Post.ring,
            Post.visibility,
            Post.reply_to_id,
            Post.is_sensitive,
            Post.is_question,
            Post.origin,
            Post.attached,
        )
        .add_columns(Post.root_id, PostText.text, PostText.warning, PostText.language)
        .join(PostText, PostText.post_id == Post.id)
        .where(
            Post.id == param("id", BigInteger),
            Post.boost_of_id.is_(None),
            visibility.parent(viewer_sql, Post),
        )
    )


_OWN = VisibleQuery(_own)

_ID = param("post_id", BigInteger)


def _keep() -> Executable:
    """The version that is about to be replaced, with the time at which it was written."""
    written_at = func.coalesce(Post.edited_at, func.to_timestamp((Post.id.op(">>")(16)) / 1000.0))
    said = func.jsonb_build_object("id", Media.id, "description", Media.description)
    shown = (
        select(func.coalesce(func.jsonb_agg(aggregate_order_by(said, Media.place)), text("'[]'::jsonb")))
        .where(Media.post_id == Post.id, Media.place.is_not(None))
        .scalar_subquery()
    )
    return insert(PostEdit).from_select(
        ["post_id", "text", "warning", "is_sensitive", "language", "media", "written_at"],
        select(
            Post.id, PostText.text, PostText.warning, Post.is_sensitive, PostText.language, shown, written_at
        )
        .join(PostText, PostText.post_id == Post.id)
        .where(Post.id == _ID),
        include_defaults=False,
    )


_NAMED = Query(select(Mention.person_id).where(Mention.post_id == _ID))
_KEEP = Query(_keep)
_TEXT = Query(
    update(PostText)
    .where(PostText.post_id == _ID)
    .values(text=param("text", Text), warning=param("warning", Text), language=param("language", Text))
)
_POST = Query(
    update(Post)
    .where(Post.id == _ID)
    .values(
        is_sensitive=param("is_sensitive", Boolean),
        is_question=param("is_question", Boolean),
        edited_at=param("now", DateTime(timezone=True)),
        attached=Post.attached.op("&")(~(MEDIA | POLL)).op("|")(param("bits", SmallInteger)),
        version=Post.version + 1,
    )
)


def _untag() -> Executable:
    kept = select(Tag.id).where(Tag.key == func.any(param("keys", ARRAY(Text))))
    return delete(PostTag).where(PostTag.post_id == _ID, PostTag.tag_id.not_in(kept))


_UNTAG = Query(_untag)
