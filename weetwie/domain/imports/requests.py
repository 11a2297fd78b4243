"""Exports that administrators hand in on a page. The worker does one step at a time, each when they have asked for it: it looks,
it brings in, it removes."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, SmallInteger, Text, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db, Query, param
from weetwie.database.rows import struct, structs
from weetwie.database.sql import before_now
from weetwie.errors import Conflict, _, or_not_found
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.imports import ImportRequest

FOLDER: Final = "imports"
"""Of the store."""
LASTS: Final = timedelta(days=7)
"""For so long a file that was handed in is kept after its last step."""
HELD: Final = timedelta(minutes=2)
"""After so long without a word from the process that works on it, another one takes it over."""
MOST_ATTEMPTS: Final = 3
_STRAY: Final = timedelta(hours=6)


class Act(IntEnum):
    look = 0
    bring_in = 1
    remove = 2


class Stage(IntEnum):
    waiting = 0
    running = 1
    done = 2
    failed = 3
    stopped = 4


class RequestedImport(msgspec.Struct, frozen=True):
    id: int
    person_id: int
    kind: str
    name: str
    file: str
    map_file: str
    terms: Mapping[str, Json]
    act: int
    state: int
    part: int
    attempts: int
    report: Mapping[str, Json]
    why: str
    import_id: int | None
    asked_at: datetime
    ended_at: datetime | None

    @property
    def is_going(self) -> bool:
        return self.state in (Stage.waiting, Stage.running)

    @property
    def is_hopeless(self) -> bool:
        """Every process that worked on it stopped before it was done."""
        return self.attempts > MOST_ATTEMPTS


_COLUMNS = [getattr(ImportRequest, name) for name in RequestedImport.__struct_fields__]
_ID = ImportRequest.id == param("id", BigInteger)
_NOW, _BEFORE = param("now", DateTime(timezone=True)), param("before", DateTime(timezone=True))
_STATE, _NAMES = param("state", SmallInteger), param("names", ARRAY(Text))
_ASK = Query(
    insert(ImportRequest)
    .values(
        person_id=param("person_id", BigInteger),
        kind=param("kind", Text),
        name=param("name", Text),
        file=param("file", Text),
        map_file=param("map_file", Text),
        terms=param("terms", JSONB),
        act=param("act", SmallInteger),
        state=int(Stage.waiting),
        import_id=param("import_id", BigInteger),
        asked_at=_NOW,
    )
    .returning(ImportRequest.id)
)
_ONE = Query(select(*_COLUMNS).where(_ID))
_LATEST = Query(select(*_COLUMNS).order_by(ImportRequest.id.desc()).limit(param("count", BigInteger)))
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
    .returning(*_COLUMNS)
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
        state=_STATE,
        why=param("why", Text),
        report=param("report", JSONB),
        import_id=param("import_id", BigInteger),
        part=100,
        ended_at=_NOW,
    )
)
_NEXT_ACT = Query(
    update(ImportRequest)
    .where(_ID, ImportRequest.state >= int(Stage.done))
    .values(
        act=param("act", SmallInteger),
        state=int(Stage.waiting),
        terms=param("terms", JSONB),
        part=0,
        attempts=0,
        why="",
        claimed_at=None,
        ended_at=None,
        asked_at=_NOW,
    )
)
_STOP = Query(
    update(ImportRequest)
    .where(_ID, ImportRequest.state < int(Stage.done))
    .values(state=int(Stage.stopped), ended_at=_NOW)
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
_FORGET = Query(delete(ImportRequest).where(_ID, ImportRequest.state >= int(Stage.done)))


def new_place() -> str:
    """A name in the store that nobody can guess."""
    return f"{FOLDER}/{secrets.token_urlsafe(24)}"


async def ask(
    db: Db,
    viewer: Viewer,
    kind: str,
    name: str,
    *,
    file: str = "",
    map_file: str = "",
    terms: Mapping[str, Json] = {},
    act: Act = Act.look,
    import_id: int | None = None,
) -> int:
    """Its id."""
    allowed.check(viewer, permissions.administer)
    request_id: int = await db.value(
        _ASK,
        person_id=viewer.person_id,
        kind=kind,
        name=name[:200],
        file=file,
        map_file=map_file,
        terms=dict(terms),
        act=int(act),
        import_id=import_id,
        now=clock.now(),
    )
    db.wake_after_commit()
    return request_id


async def one(db: Db, viewer: Viewer, request_id: int) -> RequestedImport:
    """Any administrator's: what comes in concerns all of them. Raises NotFound."""
    allowed.check(viewer, permissions.administer)
    row = or_not_found(await db.row(_ONE, id=request_id))
    return struct(RequestedImport, row)


async def latest(db: Db, viewer: Viewer, count: int) -> list[RequestedImport]:
    allowed.check(viewer, permissions.administer)
    return structs(RequestedImport, await db.rows(_LATEST, count=count))


async def go_on(db: Db, viewer: Viewer, request_id: int, act: Act, terms: Mapping[str, Json]) -> None:
    """The next step. Raises Conflict while one is being done."""
    allowed.check(viewer, permissions.administer)
    if not await db.run(_NEXT_ACT, id=request_id, act=int(act), terms=dict(terms), now=clock.now()):
        raise Conflict(_("This import is still running."))
    db.wake_after_commit()


async def stop(db: Db, viewer: Viewer, request_id: int) -> None:
    """What is in stays, until it is removed or the import goes on. Raises Conflict for one that does not run."""
    allowed.check(viewer, permissions.administer)
    if not await db.run(_STOP, id=request_id, now=clock.now()):
        raise Conflict(_("This import isn't running any more."))


async def forget(db: Db, viewer: Viewer, request_id: int) -> None:
    allowed.check(viewer, permissions.administer)
    await db.run(_FORGET, id=request_id)


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
