"""Each reading of the directory: one at a time, what came of it, and from where the next one goes on."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Text, delete, func, insert, select, text, update

from weetwie.database.pool import Db, Query, param
from weetwie.ldap.reading import ReadMark
from weetwie.runtime import clock
from weetwie.tables.directory import DirectoryRun

_DEAD_AFTER: Final = timedelta(hours=2)
"""Who has not finished after this is believed to be dead."""
WHOLE_EVERY: Final = timedelta(hours=23)
_KEPT: Final = timedelta(days=30)


class PastReading(msgspec.Struct, frozen=True):
    id: int
    begun_at: datetime
    ended_at: datetime | None
    is_whole: bool
    server: str
    mark: str
    read: int
    came: int
    changed: int
    left: int
    waiting: int
    refused: int
    error: str


_COLUMNS: Final = [getattr(DirectoryRun, name) for name in PastReading.__struct_fields__]
_AT = DateTime(timezone=True)
_LOCK = Query(select(func.pg_advisory_xact_lock(text("hashtext('directory run')"))))
_GOING_ON = Query(
    select(DirectoryRun.id).where(
        DirectoryRun.ended_at.is_(None), DirectoryRun.begun_at > param("since", _AT)
    )
)
_latest = (
    select(*_COLUMNS)
    .where(DirectoryRun.begun_at.is_not(None))
    .order_by(DirectoryRun.begun_at.desc())
    .limit(1)
)
_latest_good = _latest.where(DirectoryRun.ended_at.is_not(None), DirectoryRun.error == text("''"))
_LATEST = Query(_latest)
_LATEST_GOOD = Query(_latest_good)
_LATEST_WHOLE = Query(_latest_good.where(DirectoryRun.is_whole))
_WAITS = Query(select(DirectoryRun.id).where(DirectoryRun.begun_at.is_(None)).limit(1))
_ASK = Query(insert(DirectoryRun).values(asked_at=param("now", _AT), begun_at=None))
_BEGIN_WHAT_WAITS = Query(
    update(DirectoryRun)
    .where(DirectoryRun.begun_at.is_(None))
    .values(begun_at=param("now", _AT))
    .returning(DirectoryRun.id)
)
_BEGIN = Query(insert(DirectoryRun).values(begun_at=param("now", _AT)).returning(DirectoryRun.id))
_END = Query(
    update(DirectoryRun)
    .where(DirectoryRun.id == param("id", BigInteger))
    .values(
        ended_at=param("now", _AT),
        is_whole=param("is_whole", Boolean),
        server=param("server", Text),
        mark=param("mark", Text),
        **{
            name: param(name, BigInteger)
            for name in ("read", "came", "changed", "left", "waiting", "refused")
        },
    )
)
_FAILED = Query(
    update(DirectoryRun)
    .where(DirectoryRun.id == param("id", BigInteger))
    .values(ended_at=param("now", _AT), error=param("error", Text))
)
_SWEEP = Query(delete(DirectoryRun).where(DirectoryRun.begun_at < param("before", _AT)))


async def begin(db: Db) -> int | None:
    """None where one is going on."""
    await db.value(_LOCK)
    if await db.value(_GOING_ON, since=clock.now() - _DEAD_AFTER):
        return None
    now = clock.now()
    return int(await db.value(_BEGIN_WHAT_WAITS, now=now) or await db.value(_BEGIN, now=now))


async def ask(db: Db) -> None:
    """One is to begin soon, whenever the next is due."""
    await db.value(_LOCK)
    if not await is_waiting(db):
        await db.run(_ASK, now=clock.now())


async def is_waiting(db: Db) -> bool:
    return await db.value(_WAITS) is not None


async def end(db: Db, id: int, mark: ReadMark, numbers: Mapping[str, int], *, is_whole: bool) -> None:
    await db.run(_END, id=id, now=clock.now(), is_whole=is_whole, server=mark.server, mark=mark.at, **numbers)


async def failed(db: Db, id: int, why: str) -> None:
    await db.run(_FAILED, id=id, now=clock.now(), error=why)


async def latest(db: Db) -> PastReading | None:
    row = await db.row(_LATEST)
    return PastReading(**row) if row else None


async def latest_good(db: Db) -> PastReading | None:
    row = await db.row(_LATEST_GOOD)
    return PastReading(**row) if row else None


async def next_from(db: Db) -> ReadMark:
    """Where the next reading goes on; an empty mark for a whole one."""
    whole, good = await db.row(_LATEST_WHOLE), await latest_good(db)
    if good is None or whole is None or whole["begun_at"] < clock.now() - WHOLE_EVERY:
        return ReadMark()
    return ReadMark(good.server, good.mark)


async def is_due(db: Db, every: timedelta) -> bool:
    last = await latest(db)
    return last is None or last.begun_at <= clock.now() - every or await is_waiting(db)


async def sweep(db: Db) -> int:
    """For the schedule."""
    return await db.run(_SWEEP, before=clock.now() - _KEPT)
