"""Passages come in, change and go. Nobody is told of it, and nothing counts them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, column, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.declared import aliased
from weetwie.tables.passages import DeletedPassage, SourcePassage
from weetwie.tables.posts import Post


class ArrivingPassage(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    channel_id: int
    key: str
    author_id: int | None
    author_key: str
    author_name: str
    thread_key: str
    root_id: int | None
    ring: Ring
    title: str
    text: str
    content_hash: bytes
    accepted_key: str = ""
    is_question: bool = False
    is_hidden: bool = False
    language: str | None = None
    link: str = ""
    files: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    endorsers: tuple[int, ...] = ()
    edited_at: datetime | None = None


class KnownPassage(msgspec.Struct, frozen=True):
    """What is here of a key, as far as it tells whether something has changed."""

    id: int
    key: str
    channel_id: int
    author_id: int | None
    author_key: str
    endorsers: tuple[int, ...]
    thread_key: str
    accepted_key: str
    is_hidden: bool
    ring: int
    content_hash: bytes


_IMPORT, _IDS = param("import_id", BigInteger), param("ids", ARRAY(BigInteger))
_KEYS = param("keys", ARRAY(Text))
_COLUMNS = tuple(ArrivingPassage.__struct_fields__)

_KNOWN = Query(
    select(*(getattr(SourcePassage, name) for name in KnownPassage.__struct_fields__)).where(
        SourcePassage.import_id == _IMPORT, SourcePassage.key == func.any(_KEYS)
    )
)
_DELETED = Query(
    select(DeletedPassage.key).where(
        DeletedPassage.import_id == _IMPORT, DeletedPassage.key == func.any(_KEYS)
    )
)
_DELETE = Query(delete(SourcePassage).where(SourcePassage.id == func.any(_IDS)).returning(SourcePassage.id))
_begun = aliased(SourcePassage)
_WITHOUT_ROOT = Query(
    update(SourcePassage)
    .where(
        _begun.id == func.any(_IDS),
        SourcePassage.import_id == _begun.import_id,
        SourcePassage.thread_key == _begun.key,
        SourcePassage.root_id == _begun.id,
    )
    .values(root_id=None)
)
_BELOW = Query(
    select(SourcePassage.id)
    .select_from(_begun)
    .join(
        SourcePassage,
        (SourcePassage.import_id == _begun.import_id) & (SourcePassage.thread_key == _begun.key),
    )
    .where(_begun.id == func.any(_IDS), SourcePassage.root_id == _begun.id)
)
_moment = (
    func.unnest(param("moments", ARRAY(DateTime(timezone=True))))
    .table_valued(column("at", DateTime(timezone=True)), with_ordinality="number")
    .render_derived()
)
_NEW_IDS = Query(select(func.new_id(_moment.c.at).label("id")).order_by(_moment.c.number))
_TAKEN = Query(
    select(SourcePassage.id)
    .where(SourcePassage.id == func.any(_IDS))
    .union_all(select(Post.id).where(Post.id == func.any(_IDS)))
)
"""Posts and passages stand in one index of evidence by their ids."""
_AFTER, _COUNT = param("after", BigInteger), param("count", BigInteger)
_IN_SPAN = Query(
    select(SourcePassage.id)
    .where(
        SourcePassage.channel_id == param("channel_id", BigInteger),
        SourcePassage.id > _AFTER,
        SourcePassage.id < param("below", BigInteger),
    )
    .order_by(SourcePassage.id)
    .limit(_COUNT)
)
_WAITING = Query(
    select(SourcePassage.id, SourcePassage.thread_key)
    .where(
        SourcePassage.import_id == _IMPORT,
        SourcePassage.root_id.is_(None),
        SourcePassage.thread_key != SourcePassage.key,
        SourcePassage.id > _AFTER,
    )
    .order_by(SourcePassage.id)
    .limit(_COUNT)
)
_pair = (
    func.unnest(_IDS, param("roots", ARRAY(BigInteger)))
    .table_valued(column("id", BigInteger), column("root_id", BigInteger))
    .render_derived()
)
_HANG = Query(update(SourcePassage).where(SourcePassage.id == _pair.c.id).values(root_id=_pair.c.root_id))


async def known(db: Db, import_id: int, keys: Iterable[str]) -> dict[str, KnownPassage]:
    rows = await db.rows(_KNOWN, import_id=import_id, keys=list(keys))
    return {row["key"]: KnownPassage(**{**row, "endorsers": tuple(row["endorsers"])}) for row in rows}


async def deleted(db: Db, import_id: int, keys: Iterable[str]) -> set[str]:
    """What its author deleted here, which does not come in again."""
    return set(columns(await db.rows(_DELETED, import_id=import_id, keys=list(keys)), "key"))


async def ids_at(db: Db, moments: Sequence[datetime]) -> list[int]:
    """An id for each moment, none of which is taken: the running number in them comes round."""
    ids = columns(await db.rows(_NEW_IDS, moments=list(moments)), "id")
    while clashing := await _clashing(db, ids):
        fresh = await db.rows(_NEW_IDS, moments=[moments[at] for at in clashing])
        for at, row in zip(clashing, fresh, strict=True):
            ids[at] = row["id"]
    return ids


async def _clashing(db: Db, ids: Sequence[int]) -> list[int]:
    taken, seen, places = set(columns(await db.rows(_TAKEN, ids=list(ids)), "id")), set[int](), []
    for at, given in enumerate(ids):
        if given in taken or given in seen:
            places.append(at)
        seen.add(given)
    return places


async def bring_in(db: Db, _: Viewer, import_id: int, arrivals: Sequence[ArrivingPassage]) -> None:
    """One that is here already is what it is now."""
    await db.rows(_DELETE, ids=[one.id for one in arrivals])
    await db.connection.copy_records_to_table(
        SourcePassage.__tablename__,
        columns=["import_id", *_COLUMNS],
        records=[(import_id, *(getattr(one, name) for name in _COLUMNS)) for one in arrivals],
    )


async def remove(db: Db, _: Viewer, ids: Collection[int]) -> int:
    """With the words by which they are found; what they show is forgotten with them. Says how many went."""
    if not ids:
        return 0
    await db.run(_WITHOUT_ROOT, ids=list(ids))
    return len(await db.rows(_DELETE, ids=list(ids)))


async def below(db: Db, ids: Collection[int]) -> list[int]:
    """What hangs on these, as on the beginning of its thread."""
    return columns(await db.rows(_BELOW, ids=list(ids)), "id")


async def in_span(db: Db, channel_id: int, after: int, below: int, count: int) -> list[int]:
    """The next passages of a channel between two ids."""
    rows = await db.rows(_IN_SPAN, channel_id=channel_id, after=after, below=below, count=count)
    return columns(rows, "id")


async def waiting(db: Db, import_id: int, after: int, count: int) -> dict[int, str]:
    """The next ones whose thread has no beginning yet, with its key."""
    rows = await db.rows(_WAITING, import_id=import_id, after=after, count=count)
    return {row["id"]: row["thread_key"] for row in rows}


async def hang(db: Db, _: Viewer, roots: Mapping[int, int]) -> None:
    """Each on what began its thread."""
    await db.run(_HANG, ids=list(roots), roots=list(roots.values()))
