"""Tidying up: keys that no app will send again, and tombstones that have reached everybody."""

from datetime import timedelta

from sqlalchemy import DateTime, delete, select

from weetwie.database.pool import Db, Query, param
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.posts import Post, PostKey

KEYS_LAST = timedelta(hours=1)
TOMBSTONES_LAST = timedelta(days=7)

_BEFORE = param("before", DateTime(timezone=True))
_KEYS = Query(delete(PostKey).where(PostKey.created_at < _BEFORE))
_QUOTING = aliased(Post)
_IS_QUOTED = (
    select(_QUOTING.id)
    .where(_QUOTING.quote_of_id == Post.id, _QUOTING.deleted_at.is_(None))
    .correlate(Post)
    .exists()
)
_TOMBSTONES = Query(delete(Post).where(Post.deleted_at < _BEFORE, ~_IS_QUOTED))


async def forget_keys(db: Db) -> None:
    await db.run(_KEYS, before=clock.now() - KEYS_LAST)


async def sweep_tombstones(db: Db) -> None:
    """What hangs on the posts goes with them, by the schema. Those that are quoted stay: a quote of one says that it is gone."""
    await db.run(_TOMBSTONES, before=clock.now() - TOMBSTONES_LAST)
