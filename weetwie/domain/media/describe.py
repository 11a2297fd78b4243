"""Describe a file for those who do not see it, say what of it must stay in sight, choose its preview."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Executable, Text, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from weetwie.access import allowed, permissions, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, param
from weetwie.domain.media import rules
from weetwie.domain.media.upload import UploadedFile, cover
from weetwie.errors import or_not_found
from weetwie.events import MediaChanged, record
from weetwie.media.blob import Store
from weetwie.tables.declared import aliased
from weetwie.tables.media import Media
from weetwie.tables.posts import Post


async def describe(
    db: Db,
    viewer: Viewer,
    store: Store,
    media_id: int,
    *,
    description: str | None = None,
    focus: str | None = None,
    thumbnail: UploadedFile | None = None,
) -> None:
    """One's own files alone, attached or not; what is None stays. Raises NotFound, Invalid."""
    before = await own(db, viewer, media_id)
    after: dict[str, Any] = {name: before[name] for name in _CHANGEABLE}
    if description is not None:
        rules.check_description(description)
        after["description"] = description
    if focus:
        after["meta"] = {**after["meta"], "focus": rules.focus_of(focus)}
    if thumbnail is not None:
        # The new preview lies beside the old one, which goes with the file.
        after["version"] += 1
        after.update(await cover(store, media_id, after["version"], after["meta"], thumbnail))
    if any(after[name] != before[name] for name in _CHANGEABLE):
        await db.run(_CHANGE, id=media_id, **after)
        if before["post_id"] is not None:
            await record(db, viewer, MediaChanged(media_id, before["post_id"]))


async def own(db: Db, viewer: Viewer, media_id: int) -> Record:
    """A file that one has uploaded. Raises NotFound for another's."""
    allowed.check(viewer, permissions.act)
    return or_not_found(await _OWN.row(db, viewer, id=media_id))


_CHANGEABLE = ("description", "meta", "has_small", "blurhash", "version")


def _own(viewer_sql: ViewerSql) -> Executable:
    """One may be among those who no longer see the post in which one's own file is."""
    post = aliased(Post)
    in_post = visibility.there_is(post, post.id == Media.post_id, visibility.parent(viewer_sql, post))
    return select(
        Media.id,
        Media.post_id,
        Media.state,
        Media.description,
        Media.meta,
        Media.has_small,
        Media.blurhash,
        Media.version,
    ).where(
        Media.id == param("id", BigInteger),
        Media.person_id == viewer_sql.id,
        Media.gone_at.is_(None),
        or_(Media.post_id.is_(None), in_post),
    )


_OWN = VisibleQuery(_own)
_CHANGE = Query(
    update(Media)
    .where(Media.id == param("id", BigInteger))
    .values(
        description=param("description", Text),
        meta=param("meta", JSONB),
        has_small=param("has_small", Boolean),
        blurhash=param("blurhash", Text),
        version=param("version", BigInteger),
    )
)
