"""Who is in the directory, as we know it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Value, param
from weetwie.domain.directory.rules import KnownEntry
from weetwie.events import PersonErased, audit
from weetwie.runtime import clock
from weetwie.tables.directory import DirectoryEntry

LATELY: Final = timedelta(days=1)

_COLUMNS: Final = [getattr(DirectoryEntry, name) for name in KnownEntry.__struct_fields__]
_ID = DirectoryEntry.entry_id == param("entry_id", Text)
_NOW = param("now", DateTime(timezone=True))
_IS_HERE = (DirectoryEntry.left_at.is_(None), DirectoryEntry.is_erased.is_(False))

_ALL = Query(select(*_COLUMNS))
_ONE = Query(select(*_COLUMNS).where(_ID))
_OF_PERSON = Query(
    select(*_COLUMNS)
    .where(DirectoryEntry.person_id == param("person_id", BigInteger))
    .order_by(DirectoryEntry.gone_since.desc().nulls_first())
    .limit(1)
)
_CALLED = Query(
    select(DirectoryEntry.person_id).where(
        func.lower(DirectoryEntry.login) == func.lower(param("login", Text)), *_IS_HERE
    )
)
_RENUMBER = Query(update(DirectoryEntry).where(_ID).values(entry_id=param("new_id", Text)))
_MANAGER = Query(select(DirectoryEntry.resource_id).where(DirectoryEntry.known_as == param("known_as", Text)))
_GONE = Query(
    select(*_COLUMNS)
    .where(DirectoryEntry.gone_since.is_not(None), *_IS_HERE)
    .order_by(DirectoryEntry.gone_since, DirectoryEntry.entry_id)
)
_COUNT = Query(select(func.count()).where(*_IS_HERE))
_LEFT_LATELY = Query(
    select(func.count()).where(
        DirectoryEntry.left_at > param("since", DateTime(timezone=True)),
        DirectoryEntry.confirmed_at.is_(None),
    )
)
_made = insert(DirectoryEntry).values(
    entry_id=param("entry_id", Text),
    person_id=param("person_id", BigInteger),
    resource_id=param("resource_id", BigInteger),
    known_as=param("known_as", Text),
    login=param("login", Text),
    groups=param("groups", ARRAY(Text)),
    digest=param("digest", LargeBinary),
)
_PUT = Query(
    _made.on_conflict_do_update(
        index_elements=["entry_id"],
        set_={
            name: _made.excluded[name]
            for name in ("person_id", "resource_id", "known_as", "login", "groups", "digest")
        }
        | {"gone_since": None, "confirmed_at": None, "left_at": None},
    )
)
_REGROUP = Query(update(DirectoryEntry).where(_ID).values(groups=param("groups", ARRAY(Text))))
_PICTURED = Query(
    update(DirectoryEntry)
    .where(_ID)
    .values(photo_digest=param("digest", LargeBinary), face=param("face", Text))
)
_IS_GONE = Query(
    update(DirectoryEntry)
    .where(_ID)
    .values(gone_since=func.coalesce(DirectoryEntry.gone_since, param("since", DateTime(timezone=True))))
)
_IS_BACK = Query(
    update(DirectoryEntry)
    .where(DirectoryEntry.entry_id == func.any(param("ids", ARRAY(Text))), *_IS_HERE)
    .values(gone_since=None, confirmed_at=None)
)
_LEFT = Query(update(DirectoryEntry).where(_ID).values(left_at=_NOW))
_CONFIRM = Query(
    update(DirectoryEntry)
    .where(
        DirectoryEntry.entry_id == func.any(param("ids", ARRAY(Text))),
        DirectoryEntry.gone_since.is_not(None),
        DirectoryEntry.confirmed_at.is_(None),
        *_IS_HERE,
    )
    .values(confirmed_at=_NOW)
)
_HAS_CONFIRMED = Query(
    select(func.count()).where(
        DirectoryEntry.confirmed_at.is_not(None), DirectoryEntry.gone_since.is_not(None), *_IS_HERE
    )
)
_ERASED = Query(
    update(DirectoryEntry)
    .where(DirectoryEntry.person_id == func.any(param("people", ARRAY(BigInteger))))
    .values(
        is_erased=True,
        known_as="",
        login="",
        groups=text("'{}'"),
        digest=b"",
        photo_digest=b"",
        face=None,
    )
)


async def known(db: Db) -> dict[str, KnownEntry]:
    return {row["entry_id"]: KnownEntry(**row) for row in await db.rows(_ALL)}


async def one(db: Db, entry_id: str) -> KnownEntry | None:
    row = await db.row(_ONE, entry_id=entry_id)
    return KnownEntry(**row) if row else None


async def of_person(db: Db, person_id: int) -> KnownEntry | None:
    row = await db.row(_OF_PERSON, person_id=person_id)
    return KnownEntry(**row) if row else None


async def called(db: Db, login: str) -> int | None:
    """Who logs in with this name there; nobody where several do."""
    rows = await db.rows(_CALLED, login=login)
    return rows[0]["person_id"] if len(rows) == 1 else None


async def renumber(db: Db, entry_id: str, new_id: str) -> None:
    await db.run(_RENUMBER, entry_id=entry_id, new_id=new_id)


async def manager(db: Db, known_as: str) -> int | None:
    """How the directory's document of a manager is numbered here."""
    found: int | None = await db.value(_MANAGER, known_as=known_as) if known_as else None
    return found


async def gone(db: Db) -> list[KnownEntry]:
    """Who is gone from it and has not left here yet, those first who have been gone for longest."""
    return [KnownEntry(**row) for row in await db.rows(_GONE)]


async def count(db: Db) -> int:
    return int(await db.value(_COUNT))


async def left_lately(db: Db) -> int:
    """How many have left because of it within a day, but for those whom somebody has confirmed."""
    return int(await db.value(_LEFT_LATELY, since=clock.now() - LATELY))


async def put(db: Db, entry_id: str, person_id: int, values: Mapping[str, Value]) -> None:
    """It is there, and as it says."""
    await db.run(_PUT, entry_id=entry_id, person_id=person_id, **values)


async def regroup(db: Db, entry_id: str, groups: Sequence[str]) -> None:
    await db.run(_REGROUP, entry_id=entry_id, groups=list(groups))


async def pictured(db: Db, entry_id: str, digest: bytes, face: str | None) -> None:
    await db.run(_PICTURED, entry_id=entry_id, digest=digest, face=face)


async def is_gone(db: Db, entry_id: str, since: datetime) -> None:
    await db.run(_IS_GONE, entry_id=entry_id, since=since)


async def are_back(db: Db, ids: Sequence[str]) -> None:
    if ids:
        await db.run(_IS_BACK, ids=list(ids))


async def left(db: Db, entry_id: str) -> None:
    await db.run(_LEFT, entry_id=entry_id, now=clock.now())


async def confirm(db: Db, viewer: Viewer, ids: Sequence[str]) -> int:
    """These have really left. Says how many. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    confirmed = await db.run(_CONFIRM, ids=list(ids), now=clock.now())
    if confirmed:
        await audit(db, viewer, "directory.confirm", people=confirmed)
    return confirmed


async def has_confirmed(db: Db) -> bool:
    """Whether somebody waits for the next whole reading to leave."""
    return bool(await db.value(_HAS_CONFIRMED))


async def erased(db: Db, _viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """Nothing is kept but that this entry is nobody any more."""
    await db.run(_ERASED, people=[fact.person_id for fact in facts])
