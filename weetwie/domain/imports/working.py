"""Exports that were handed in, as the worker takes them: claimed, told how far they are, ended, and swept."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, SmallInteger, Text, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from weetwie.database.pool import Database, Db, Query, param
from weetwie.database.rows import struct
from weetwie.database.sql import before_now
from weetwie.domain.imports.requests import COLUMNS, FOLDER, HELD, LASTS, RequestedImport, Stage
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.imports import ImportRequest

_STRAY: Final = timedelta(hours=6)
_ID = ImportRequest.id == param("id", BigInteger)
_NOW, _BEFORE = param("now", DateTime(timezone=True)), param("before", DateTime(timezone=True))
_NAMES = param("names", ARRAY(Text))
_waiting = select(ImportRequest.id).where(
    or_(
        ImportRequest.state == int(Stage.waiting),
        and_(ImportRequest.state == int(Stage.running), ImportRequest.claimed_at < before_now(HELD)),
    )
)
WAITS = _waiting.exists()
_next = _waiting.order_by(ImportRequest.asked_at).limit(1).with_for_update(skip_locked=True).scalar_subquery()
_CLAIM = Query(
    update(ImportRequest)
    .where(ImportRequest.id == _next)
    .values(state=int(Stage.running), claimed_at=_NOW, part=0, attempts=ImportRequest.attempts + 1)
    .returning(*COLUMNS)
)
_is_ours = and_(_ID, ImportRequest.state == int(Stage.running))
_MOVED = Query(
    update(ImportRequest)
    .where(_is_ours)
    .values(claimed_at=_NOW, part=param("part", SmallInteger), report=param("report", JSONB))
)
_END = Query(
    update(ImportRequest)
    .where(_is_ours)
    .values(
        state=param("state", SmallInteger),
        why=param("why", Text),
        report=param("report", JSONB),
        import_id=param("import_id", BigInteger),
        part=100,
        ended_at=_NOW,
    )
)
_OVER = Query(
    update(ImportRequest)
    .where(
        or_(ImportRequest.file != "", ImportRequest.map_file != ""),
        ImportRequest.state >= int(Stage.done),
        ImportRequest.ended_at < _BEFORE,
    )
    .values(file="", map_file="")
)
_KEPT = Query(
    select(ImportRequest.file, ImportRequest.map_file).where(
        or_(
            ImportRequest.file == func.any(_NAMES),
            ImportRequest.map_file == func.any(_NAMES),
        )
    )
)


async def claim(db: Db) -> RequestedImport | None:
    """The next to be worked on, and nobody else's until it is silent for `HELD`."""
    row = await db.row(_CLAIM, now=clock.now())
    return struct(RequestedImport, row) if row else None


async def moved(db: Db, request_id: int, part: int, report: Mapping[str, Json]) -> bool:
    """False where somebody has stopped it."""
    return bool(await db.run(_MOVED, id=request_id, part=part, report=dict(report), now=clock.now()))


async def ended(
    db: Db,
    request_id: int,
    state: Stage,
    report: Mapping[str, Json],
    *,
    why: str = "",
    import_id: int | None = None,
) -> None:
    await db.run(
        _END,
        id=request_id,
        state=int(state),
        why=why,
        report=dict(report),
        import_id=import_id,
        now=clock.now(),
    )


async def sweep(database: Database, store: Store) -> None:
    """Files that have had their time, and those that no request has."""
    async with database.transaction() as db:
        await db.run(_OVER, before=clock.now() - LASTS)
    old = clock.now() - _STRAY
    async for files in store.names(FOLDER):
        names = [name for name, at in files if at < old]
        async with database.reading() as db:
            rows = await db.rows(_KEPT, names=names) if names else []
        kept = {name for row in rows for name in (row["file"], row["map_file"])}
        await store.remove([name for name in names if name not in kept])
