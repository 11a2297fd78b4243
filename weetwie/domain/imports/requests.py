"""Exports that administrators hand in on a page. The worker does one step at a time, each when they have asked for it: it looks,
it brings in, it removes."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, SmallInteger, Text, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import struct, structs
from weetwie.errors import Conflict, _, or_not_found
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


COLUMNS = [getattr(ImportRequest, name) for name in RequestedImport.__struct_fields__]
_ID = ImportRequest.id == param("id", BigInteger)
_NOW = param("now", DateTime(timezone=True))
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
_ONE = Query(select(*COLUMNS).where(_ID))
_LATEST = Query(select(*COLUMNS).order_by(ImportRequest.id.desc()).limit(param("count", BigInteger)))
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
