"""What a post shows beside its text: which files it may show, and that it is another post when one of them changes."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.domain.posts import rules
from weetwie.events import MediaChanged, PollChanged
from weetwie.kit.db import Db, Query, columns, param
from weetwie.tables.media import Media
from weetwie.tables.posts import Post


async def check(db: Db, viewer: Viewer, media_ids: Sequence[int], post_id: int = 0) -> None:
    """Only one's own that hang on no post, or on this one. Raises Invalid."""
    if not media_ids:
        return
    rows = await db.rows(_FILES, ids=list(media_ids), person_id=viewer.person_id, post_id=post_id)
    rules.check_media(media_ids, {row["id"]: (row["kind"], row["state"]) for row in rows})


async def shown(db: Db, post_id: int) -> list[int]:
    """The files that a post shows, in order."""
    return columns(await db.rows(_SHOWN, post_id=post_id), "id")


async def changed(db: Db, viewer: Viewer, facts: Sequence[MediaChanged | PollChanged]) -> None:
    """All who see the post see something else now."""
    await db.run(_RAISE, ids=[fact.post_id for fact in facts])


_IDS, _POST_ID = param("ids", ARRAY(BigInteger)), param("post_id", BigInteger)
_FILES = Query(
    select(Media.id, Media.kind, Media.state).where(
        Media.id == func.any(_IDS),
        Media.person_id == param("person_id", BigInteger),
        Media.gone_at.is_(None),
        func.coalesce(Media.post_id, _POST_ID) == _POST_ID,
    )
)
_SHOWN = Query(
    select(Media.id).where(Media.post_id == _POST_ID, Media.place.is_not(None)).order_by(Media.place)
)
_RAISE = Query(update(Post).where(Post.id == func.any(_IDS)).values(version=Post.version + 1))
