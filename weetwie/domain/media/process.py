"""Pictures that were too large to be made ready while the app waited, one after the other.

A picture is claimed, worked on with no connection held, and then written down: one that brings the process down is tried
again a few times and then given up, so that it cannot do so for ever.
"""

import asyncio
import io
from datetime import timedelta

from sqlalchemy import BigInteger, DateTime, Text, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from weetwie.database.pool import Database, Query, param
from weetwie.database.sql import before_now
from weetwie.domain.media import files
from weetwie.domain.media.upload import keep
from weetwie.errors import NotFound, Unavailable
from weetwie.media import pictures
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.tables.media import FAILED, READY, WAITING, Media

log = logger(__name__)

MOST_ATTEMPTS = 3
GIVEN = timedelta(minutes=1)
"""Who has not finished after this is believed to be dead."""


async def work(database: Database, store: Store) -> bool:
    """Makes one picture ready; False when none waits. Raises Unavailable when the store is out of order: the picture waits on."""
    async with database.transaction() as db:
        claimed = await db.row(_CLAIM, now=clock.now())
    if claimed is None:
        return False
    media_id, attempts = claimed["id"], claimed["attempts"]
    if attempts > MOST_ATTEMPTS:
        await _fail(database, store, media_id, "it was given up")
        return True
    try:
        raw = await store.whole(files.raw(media_id))
        made = await asyncio.to_thread(pictures.make, io.BytesIO(raw))
        row = await keep(store, media_id, 0, made)
    except (pictures.UnreadablePicture, pictures.TooManyPixels, NotFound) as error:
        await _fail(database, store, media_id, type(error).__name__)
        return True
    except (Unavailable, asyncio.CancelledError):
        await _release(database, media_id)
        raise
    async with database.transaction() as db:
        await db.run(
            _READY,
            id=media_id,
            content_type=row["content_type"],
            size=row["size"],
            blurhash=row["blurhash"],
            meta=row["meta"],
        )
    await store.remove([files.raw(media_id)])
    return True


async def _release(database: Database, media_id: int) -> None:
    async with database.transaction() as db:
        await db.run(_RELEASE, id=media_id)


async def _fail(database: Database, store: Store, media_id: int, why: str) -> None:
    log.warning("a picture cannot be made ready", number=media_id, why=why)
    async with database.transaction() as db:
        await db.run(_FAIL, id=media_id)
    await store.remove([files.raw(media_id)])


_waiting = select(Media.id).where(
    Media.state == WAITING,
    Media.gone_at.is_(None),
    or_(Media.claimed_at.is_(None), Media.claimed_at < before_now(GIVEN)),
)
WAITS = _waiting.exists()
_NEXT = _waiting.order_by(Media.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
_CLAIM = Query(
    update(Media)
    .where(Media.id == _NEXT)
    .values(claimed_at=param("now", DateTime(timezone=True)), attempts=Media.attempts + 1)
    .returning(Media.id, Media.attempts)
)
_READY = Query(
    update(Media)
    .where(Media.id == param("id", BigInteger), Media.state == WAITING)
    .values(
        state=READY,
        has_small=True,
        content_type=param("content_type", Text),
        size=param("size", BigInteger),
        blurhash=param("blurhash", Text),
        meta=Media.meta.op("||")(param("meta", JSONB)),
    )
)
_RELEASE = Query(
    update(Media)
    .where(Media.id == param("id", BigInteger))
    .values(claimed_at=null(), attempts=Media.attempts - 1)
)
_FAIL = Query(
    update(Media)
    .where(Media.id == param("id", BigInteger), Media.state == WAITING)
    .values(state=FAILED, touched_at=func.now())
)
