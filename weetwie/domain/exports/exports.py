"""Asked for, made by the worker, there for a week for the one whom it is about, then gone."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db, Query, param
from weetwie.database.sql import before_now
from weetwie.errors import Conflict, NotFound, _
from weetwie.events import PersonErased, audit
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.tables.exports import Export

LASTS: Final = timedelta(days=7)
STEPS: Final = 4
_AGAIN_AFTER: Final = timedelta(hours=1)
_HELD: Final = timedelta(minutes=30)
_MOST_ATTEMPTS: Final = 3

_NOW, _PERSON = param("now", DateTime(timezone=True)), Export.person_id == param("person_id", BigInteger)
_BEFORE = param("before", DateTime(timezone=True))
_new = insert(Export).values(person_id=param("person_id", BigInteger), asked_at=_NOW)
_ASK = Query(
    _new.on_conflict_do_update(
        index_elements=[Export.person_id],
        set_={
            "asked_at": _new.excluded.asked_at,
            "claimed_at": None,
            "steps": 0,
            "ready_at": None,
            "failed": False,
            "attempts": 0,
            "name": "",
            "size": 0,
        },
    )
)
_OF_PERSON = Query(
    select(Export.asked_at, Export.steps, Export.ready_at, Export.failed, Export.name, Export.size).where(
        _PERSON
    )
)
_waiting = select(Export.person_id).where(
    Export.ready_at.is_(None),
    Export.failed.is_(False),
    or_(Export.claimed_at.is_(None), Export.claimed_at < before_now(_HELD)),
)
WAITS = _waiting.exists()
_next = _waiting.order_by(Export.asked_at).limit(1).with_for_update(skip_locked=True).scalar_subquery()
_CLAIM = Query(
    update(Export)
    .where(Export.person_id == _next)
    .values(claimed_at=_NOW, attempts=Export.attempts + 1, steps=0)
    .returning(Export.person_id, Export.attempts)
)
_MOVED = Query(update(Export).where(_PERSON).values(steps=param("steps", BigInteger)))
_READY = Query(
    update(Export)
    .where(_PERSON)
    .values(ready_at=_NOW, steps=STEPS, name=param("name", Text), size=param("size", BigInteger))
)
_FAILED = Query(update(Export).where(_PERSON, Export.attempts >= _MOST_ATTEMPTS).values(failed=True))
_OLD = Query(
    delete(Export).where(and_(Export.ready_at.is_not(None), Export.ready_at < _BEFORE)).returning(Export.name)
)
_OF_ERASED = Query(
    delete(Export)
    .where(Export.person_id == func.any(param("people", ARRAY(BigInteger))))
    .returning(Export.name)
)
_FORGET = Query(delete(Export).where(_PERSON))
_NAMES = Query(select(Export.name).where(Export.name == func.any(param("names", ARRAY(Text)))))


class RequestedExport(msgspec.Struct, frozen=True):
    asked_at: datetime
    steps: int
    ready_at: datetime | None
    failed: bool
    name: str
    size: int


def place(name: str) -> str:
    """Under which name its bytes lie in the store."""
    return f"exports/{name}"


async def ask(db: Db, viewer: Viewer) -> None:
    """Anew, in place of the one before. Raises Forbidden, and Conflict while one is being made or is an hour old."""
    allowed.check(viewer, permissions.act_as_person)
    before = await asked(db, viewer)
    if before is not None and not before.failed and before.asked_at > clock.now() - _AGAIN_AFTER:
        raise Conflict(_("You asked for this less than an hour ago."))
    await db.run(_ASK, person_id=viewer.person_id, now=clock.now())
    await audit(db, viewer, "export.ask", viewer.person_id)
    db.wake_after_commit()


async def asked(db: Db, viewer: Viewer) -> RequestedExport | None:
    row = await db.row(_OF_PERSON, person_id=viewer.person_id)
    return RequestedExport(*row) if row else None


async def own(db: Db, viewer: Viewer) -> RequestedExport:
    """One that is ready. Raises NotFound."""
    found = await asked(db, viewer)
    if found is None or found.ready_at is None or found.ready_at < clock.now() - LASTS:
        raise NotFound
    return found


async def claim(db: Db) -> int | None:
    """Whose is to be made next; nobody else makes it for half an hour."""
    row = await db.row(_CLAIM, now=clock.now())
    return row["person_id"] if row else None


async def moved(db: Db, person_id: int, steps: int) -> None:
    await db.run(_MOVED, person_id=person_id, steps=steps)


def new_name() -> str:
    return f"{secrets.token_urlsafe(24)}.zip"


async def ready(db: Db, person_id: int, name: str, size: int) -> None:
    await db.run(_READY, person_id=person_id, name=name, size=size, now=clock.now())


async def forget(db: Db, person_id: int) -> None:
    """Whoever is not here any more is given nothing."""
    await db.run(_FORGET, person_id=person_id)


async def failed(db: Db, person_id: int) -> None:
    """It is tried again, some times."""
    await db.run(_FAILED, person_id=person_id)


async def sweep(database: Database, store: Store) -> None:
    """Those that have had their week."""
    async with database.transaction() as db:
        rows = await db.rows(_OLD, before=clock.now() - LASTS)
    await store.remove([place(row["name"]) for row in rows if row["name"]])
    await sweep_strays(database, store)


async def sweep_strays(database: Database, store: Store) -> None:
    """Files that no row has: of those who were erased, or asked anew."""
    old = clock.now() - _HELD
    async for files in store.names("exports"):
        names = [name.rpartition("/")[2] for name, at in files if at < old]
        async with database.reading() as db:
            known = {row["name"] for row in await db.rows(_NAMES, names=names)} if names else set()
        await store.remove([place(name) for name in names if name not in known])


async def erased(db: Db, _viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """The row goes at once, and with it the way to the file; the file goes with the next sweep."""
    await db.run(_OF_ERASED, people=[fact.person_id for fact in facts])
