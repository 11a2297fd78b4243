"""The channels of a source, and for whom each is."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import BigInteger, Executable, SmallInteger, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.passages import SourceChannel, SourcePassage


class KnownChannel(msgspec.Struct, frozen=True):
    id: int
    key: str
    name: str
    ring: Ring
    link: str = ""
    passages: int = 0


_IMPORT = param("import_id", BigInteger)
_ID = param("id", BigInteger)


def _put() -> Executable:
    made = insert(SourceChannel).values(
        import_id=_IMPORT,
        key=param("key", Text),
        name=param("name", Text),
        link=param("link", Text),
        ring=param("ring", SmallInteger),
    )
    anew = {name: made.excluded[name] for name in ("name", "link", "ring")}
    return made.on_conflict_do_update(index_elements=["import_id", "key"], set_=anew).returning(
        SourceChannel.id
    )


_PUT = Query(_put)
_count = (
    select(func.count(SourcePassage.id)).where(SourcePassage.channel_id == SourceChannel.id).scalar_subquery()
)
_KNOWN = Query(
    select(SourceChannel.id, SourceChannel.key, SourceChannel.name, SourceChannel.ring, SourceChannel.link)
    .where(SourceChannel.import_id == _IMPORT)
    .order_by(SourceChannel.name)
)
_COUNTED = Query(
    select(
        SourceChannel.id,
        SourceChannel.key,
        SourceChannel.name,
        SourceChannel.ring,
        SourceChannel.link,
        _count.label("passages"),
    )
    .where(SourceChannel.import_id == _IMPORT)
    .order_by(SourceChannel.name)
)
_DELETE = Query(delete(SourceChannel).where(SourceChannel.id == _ID))
_OTHERWISE = Query(
    select(SourcePassage.id)
    .join(SourceChannel, SourceChannel.id == SourcePassage.channel_id)
    .where(SourcePassage.channel_id == _ID, SourcePassage.ring != SourceChannel.ring)
    .order_by(SourcePassage.id)
    .limit(param("count", BigInteger))
)
_AS_CHANNEL = Query(
    update(SourcePassage)
    .where(
        SourcePassage.id == func.any(param("ids", ARRAY(BigInteger))),
        SourceChannel.id == SourcePassage.channel_id,
    )
    .values(ring=SourceChannel.ring)
)


async def put(db: Db, _: Viewer, import_id: int, key: str, name: str, link: str, ring: Ring) -> int:
    """Written down, or as the source and the administrator have it now."""
    channel_id: int = await db.value(_PUT, import_id=import_id, key=key, name=name, link=link, ring=int(ring))
    return channel_id


async def known(db: Db, import_id: int) -> dict[str, KnownChannel]:
    """By key, without numbers."""
    rows = await db.rows(_KNOWN, import_id=import_id)
    return {row["key"]: KnownChannel(row["id"], row["key"], row["name"], Ring(row["ring"])) for row in rows}


async def counted(db: Db, import_id: int) -> list[KnownChannel]:
    return [
        KnownChannel(row["id"], row["key"], row["name"], Ring(row["ring"]), row["link"], row["passages"])
        for row in await db.rows(_COUNTED, import_id=import_id)
    ]


async def drop(db: Db, channel_id: int) -> None:
    """One that nothing stands in any more."""
    await db.run(_DELETE, id=channel_id)


async def otherwise(db: Db, channel_id: int, count: int) -> list[int]:
    """Some passages that are for another ring than their channel is by now."""
    return columns(await db.rows(_OTHERWISE, id=channel_id, count=count), "id")


async def regard(db: Db, _: Viewer, ids: Iterable[int]) -> None:
    """These are for whom their channel is."""
    await db.run(_AS_CHANNEL, ids=list(ids))
