"""The pages that links lead to are fetched one after the other, with no connection held; the picture is kept here, so that
nobody who reads a post is seen by the page."""

import asyncio
import io
import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, SmallInteger, Text, delete, or_, select, update

from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db, Query, columns, param
from weetwie.database.sql import before_now
from weetwie.events import CardChanged, record
from weetwie.http import page
from weetwie.http.fetch import Fetcher, FetchFailed
from weetwie.media import pictures
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.tables.cards import NOTHING, READY, WAITING, Card, PostCard

log = logger(__name__)

MOST_ATTEMPTS: Final = 3
GIVEN: Final = timedelta(minutes=1)
"""Who has not finished after this is believed to be dead."""
_LARGEST_PICTURE: Final = 4 * 1024 * 1024


def place(name: str) -> str:
    """Under which name a card's picture lies in the store."""
    return f"cards/{name}"


async def work(database: Database, store: Store, fetcher: Fetcher) -> bool:
    """Fetches what one link leads to; False when none waits. Raises Unavailable when the store is out of order."""
    async with database.transaction() as db:
        claimed = await db.row(_CLAIM, now=clock.now())
    if claimed is None:
        return False
    try:
        found = await fetcher.fetch(claimed["url"], "text/html")
        said = page.read(found.content, found.url, found.charset)
    except FetchFailed as error:
        log.info("a link has no card", why=str(error))
        said = None
    picture = await _picture(store, fetcher, said.image) if said and said.title and said.image else None
    async with database.transaction() as db:
        await _write(db, claimed["id"], said, picture)
    return True


async def _picture(store: Store, fetcher: Fetcher, url: str) -> tuple[str, pictures.PreparedPicture] | None:
    try:
        found = await fetcher.fetch(url, "image/", _LARGEST_PICTURE + 1)
        if len(found.content) > _LARGEST_PICTURE:
            return None
        made = await asyncio.to_thread(pictures.make, io.BytesIO(found.content))
    except (FetchFailed, pictures.UnreadablePicture, pictures.TooManyPixels):
        return None
    name = f"{secrets.token_urlsafe(12)}{'.webp' if made.small_type == 'image/webp' else '.jpg'}"
    await store.put(place(name), made.small)
    return name, made


async def _write(
    db: Db, id: int, said: page.WebPage | None, picture: tuple[str, pictures.PreparedPicture] | None
) -> None:
    name, made = picture or (None, None)
    is_ready = said is not None and said.title != ""
    await db.run(
        _WRITE,
        id=id,
        state=READY if is_ready else NOTHING,
        now=clock.now(),
        title=said.title if said else "",
        description=said.description if said else "",
        site=said.site if said else "",
        author=said.author if said else "",
        image=name,
        width=made.small_size[0] if made else 0,
        height=made.small_size[1] if made else 0,
        blurhash=made.blurhash if made else None,
    )
    posts = columns(await db.rows(_POSTS, id=id), "post_id")
    if is_ready and posts:
        await record(db, Viewer(policy=Policy()), CardChanged(posts))


async def sweep(database: Database, store: Store) -> None:
    """Cards that no post has any more."""
    async with database.transaction() as db:
        images = columns(await db.rows(_SWEEP, before=clock.now() - timedelta(days=1)), "image")
    await store.remove([place(name) for name in images if name])


_ID, _NOW = param("id", BigInteger), param("now", DateTime(timezone=True))
_waiting = select(Card.id).where(
    Card.state == WAITING,
    Card.attempts < MOST_ATTEMPTS,
    or_(Card.claimed_at.is_(None), Card.claimed_at < before_now(GIVEN)),
)
WAITS = _waiting.exists()
_NEXT = _waiting.order_by(Card.id).limit(1).with_for_update(skip_locked=True)
_CLAIM = Query(
    update(Card)
    .where(Card.id == _NEXT.scalar_subquery())
    .values(claimed_at=_NOW, attempts=Card.attempts + 1)
    .returning(Card.id, Card.url)
)
_WRITE = Query(
    update(Card)
    .where(Card.id == _ID)
    .values(
        state=param("state", SmallInteger),
        fetched_at=_NOW,
        title=param("title", Text),
        description=param("description", Text),
        site=param("site", Text),
        author=param("author", Text),
        image=param("image", Text),
        width=param("width", BigInteger),
        height=param("height", BigInteger),
        blurhash=param("blurhash", Text),
    )
)
_POSTS = Query(select(PostCard.post_id).where(PostCard.card_id == _ID))
_SWEEP = Query(
    delete(Card)
    .where(
        Card.state != WAITING,
        Card.fetched_at < param("before", DateTime(timezone=True)),
        Card.id.not_in(select(PostCard.card_id)),
    )
    .returning(Card.image)
)
