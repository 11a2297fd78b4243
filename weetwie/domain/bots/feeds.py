"""Feeds elsewhere that bots read: which are due, what is new in them, and what is done about those that fail."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.bots.rules import check_url
from weetwie.errors import NotFound, TooMany, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.bots import ReadEntry, ReadFeed

MOST: Final = 20
EVERY: Final = timedelta(minutes=30)
MOST_AT_ONCE: Final = 5
"""So many new entries are posted at a time, the newest; a feed that is turned over whole floods nobody."""
GIVES_UP_AFTER: Final = timedelta(days=7)
_GIVEN: Final = timedelta(minutes=5)
"""Who has not finished after this is believed to be dead."""
_REMEMBERED: Final = timedelta(days=90)
_LONGEST_WAIT: Final = timedelta(days=1)
_FAR: Final = timedelta(days=36500)

_ID, _BOT = param("id", BigInteger), ReadFeed.bot_id == param("bot_id", BigInteger)
_NOW = param("now", DateTime(timezone=True))
_OF = Query(
    select(ReadFeed.id, ReadFeed.url, ReadFeed.read_at, ReadFeed.error, ReadFeed.failing_since)
    .where(_BOT)
    .order_by(ReadFeed.id)
)
_COUNT = Query(select(func.count()).where(_BOT))
_ADD = Query(
    insert(ReadFeed)
    .values(bot_id=param("bot_id", BigInteger), url=param("url", Text), next_at=_NOW)
    .returning(ReadFeed.id)
)
_REMOVE = Query(delete(ReadFeed).where(_BOT, ReadFeed.id == _ID))
_AGAIN = Query(
    update(ReadFeed)
    .where(_BOT, ReadFeed.id == _ID)
    .values(next_at=_NOW, failures=0, failing_since=None, error="", etag="", modified="")
)
_NEXT = (
    select(ReadFeed.id)
    .where(ReadFeed.next_at <= _NOW)
    .order_by(ReadFeed.next_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = Query(
    update(ReadFeed)
    .where(ReadFeed.id == _NEXT.scalar_subquery())
    .values(next_at=param("later", DateTime(timezone=True)))
    .returning(
        ReadFeed.id, ReadFeed.bot_id, ReadFeed.url, ReadFeed.etag, ReadFeed.modified, ReadFeed.is_known
    )
)
_LATE = Query(select(ReadFeed.id).where(ReadFeed.next_at < param("before", DateTime(timezone=True))).limit(1))
_READ = Query(
    update(ReadFeed)
    .where(ReadFeed.id == _ID)
    .values(
        etag=param("etag", Text),
        modified=param("modified", Text),
        is_known=True,
        next_at=param("next_at", DateTime(timezone=True)),
        failures=0,
        failing_since=None,
        error="",
        read_at=_NOW,
    )
)
_HOLD_FAILURES = Query(
    select(ReadFeed.failures, ReadFeed.failing_since).where(ReadFeed.id == _ID).with_for_update()
)
_FAILED = Query(
    update(ReadFeed)
    .where(ReadFeed.id == _ID)
    .values(
        failures=ReadFeed.failures + 1,
        failing_since=func.coalesce(ReadFeed.failing_since, _NOW),
        error=param("error", Text),
        next_at=param("next_at", DateTime(timezone=True)),
    )
)
_made = insert(ReadEntry).from_select(
    ["feed_id", "id_hash", "seen_at"],
    select(_ID, func.unnest(param("hashes", ARRAY(LargeBinary))), _NOW),
)
_SEE = Query(
    _made.on_conflict_do_update(
        index_elements=["feed_id", "id_hash"], set_={"seen_at": _made.excluded.seen_at}
    )
)
_SEEN = Query(
    select(ReadEntry.id_hash).where(
        ReadEntry.feed_id == _ID, ReadEntry.id_hash == func.any(param("hashes", ARRAY(LargeBinary)))
    )
)
_FORGET = Query(
    delete(ReadEntry).where(
        ReadEntry.feed_id == _ID, ReadEntry.seen_at < param("before", DateTime(timezone=True))
    )
)


class BotFeed(NamedTuple):
    id: int
    url: str
    read_at: datetime | None
    error: str
    """Why it could not be read the last time."""
    failing_since: datetime | None

    @property
    def is_given_up(self) -> bool:
        return self.failing_since is not None and clock.now() - self.failing_since >= GIVES_UP_AFTER


class DueFeed(NamedTuple):
    id: int
    bot_id: int
    url: str
    etag: str
    modified: str
    is_known: bool


class FoundEntry(msgspec.Struct, frozen=True):
    id: str
    title: str
    link: str


class FoundEntries(msgspec.Struct, frozen=True):
    """What stands in a feed now, the newest first; None where it has not changed."""

    entries: Sequence[FoundEntry] | None
    etag: str
    modified: str


async def add(db: Db, viewer: Viewer, bot_id: int, url: str) -> None:
    """Raises Invalid, TooMany."""
    url = check_url(url)
    if await db.value(_COUNT, bot_id=bot_id) >= MOST:
        raise TooMany(_("This bot reads {most} feeds. Remove one first."), most=MOST)
    id = await db.value(_ADD, bot_id=bot_id, url=url, now=clock.now())
    await audit(db, viewer, "bot.feed", bot_id, feed_id=id)


async def of_bot(db: Db, bot_id: int) -> Sequence[BotFeed]:
    return [BotFeed(*row) for row in await db.rows(_OF, bot_id=bot_id)]


async def remove(db: Db, viewer: Viewer, bot_id: int, id: int) -> None:
    """Raises NotFound."""
    if not await db.run(_REMOVE, bot_id=bot_id, id=id):
        raise NotFound
    await audit(db, viewer, "bot.unfeed", bot_id, feed_id=id)


async def again(db: Db, bot_id: int, id: int) -> None:
    """Raises NotFound."""
    if not await db.run(_AGAIN, bot_id=bot_id, id=id, now=clock.now()):
        raise NotFound


async def is_late(db: Db, by: timedelta) -> bool:
    """Whether any has been due for so long."""
    return await db.value(_LATE, before=clock.now() - by) is not None


async def claim(db: Db) -> DueFeed | None:
    """One that is due; nobody else reads it meanwhile."""
    now = clock.now()
    row = await db.row(_CLAIM, now=now, later=now + _GIVEN)
    return None if row is None else DueFeed(*row)


async def read(db: Db, feed: DueFeed, found: FoundEntries) -> list[FoundEntry]:
    """What is new, the oldest first. Of a feed that is read for the first time everything is known already."""
    now = clock.now()
    await db.run(_READ, id=feed.id, etag=found.etag, modified=found.modified, now=now, next_at=now + EVERY)
    if found.entries is None:
        return []
    by_hash = {_hash(one.id): one for one in reversed(found.entries)}
    seen = {bytes(row["id_hash"]) for row in await db.rows(_SEEN, id=feed.id, hashes=list(by_hash))}
    await db.run(_SEE, id=feed.id, hashes=list(by_hash), now=now)
    await db.run(_FORGET, id=feed.id, before=now - _REMEMBERED)
    new = [one for hash, one in by_hash.items() if hash not in seen]
    return new[-MOST_AT_ONCE:] if feed.is_known else []


async def failed(db: Db, feed: DueFeed, why: str) -> None:
    """Tried again, later each time; after a week no more, until somebody says so."""
    now = clock.now()
    row = await db.row(_HOLD_FAILURES, id=feed.id)
    if row is None:
        return
    wait = min(EVERY * 2 ** min(row["failures"], 10), _LONGEST_WAIT)
    is_over = row["failing_since"] is not None and now - row["failing_since"] >= GIVES_UP_AFTER
    await db.run(_FAILED, id=feed.id, error=why[:200], now=now, next_at=now + (_FAR if is_over else wait))


def _hash(id: str) -> bytes:
    return hashlib.sha256(id.encode("utf-8", "replace")).digest()
