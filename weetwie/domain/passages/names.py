"""Names that are nobody's yet, and whose they turn out to be."""

import msgspec
from sqlalchemy import BigInteger, Text, any_, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.passages import SourcePassage
from weetwie.tables.people import Person


class UndecidedName(msgspec.Struct, frozen=True):
    token: str
    """By what the source tells them from others."""
    name: str
    passages: int
    suggestion: str = ""
    """The username of the one person here who is called the same."""


_IMPORT, _TOKEN = param("import_id", BigInteger), param("token", Text)
_is_nobodys = (SourcePassage.import_id == _IMPORT, SourcePassage.author_id.is_(None))
_UNDECIDED = Query(
    select(
        SourcePassage.author_key.label("token"),
        func.max(SourcePassage.author_name).label("name"),
        func.count().label("passages"),
    )
    .where(*_is_nobodys, SourcePassage.author_key != "")
    .group_by(SourcePassage.author_key)
    .order_by(func.count().desc(), SourcePassage.author_key)
    .limit(param("count", BigInteger))
)
_CALLED = Query(
    select(func.folded(Person.name).label("name"), func.max(Person.handle).label("handle"))
    .where(
        func.folded(Person.name) == any_(param("names", ARRAY(Text))),
        Person.erased_at.is_(None),
        Person.is_bot.is_(False),
    )
    .group_by(func.folded(Person.name))
    .having(func.count() == 1)
)
_SOME = Query(
    select(SourcePassage.id)
    .where(*_is_nobodys, SourcePassage.author_key == _TOKEN)
    .order_by(SourcePassage.id)
    .limit(param("count", BigInteger))
)
_GIVE = Query(
    update(SourcePassage)
    .where(SourcePassage.id == func.any(param("ids", ARRAY(BigInteger))))
    .values(author_id=param("person_id", BigInteger))
)


async def undecided(db: Db, import_id: int, count: int = 5000) -> list[UndecidedName]:
    """Those with the most passages first."""
    rows = await db.rows(_UNDECIDED, import_id=import_id, count=count)
    called = await db.rows(_CALLED, names=list({row["name"].lower() for row in rows if row["name"]}))
    handles = {row["name"]: row["handle"] for row in called}
    return [
        UndecidedName(row["token"], row["name"], row["passages"], handles.get(row["name"].lower(), ""))
        for row in rows
    ]


async def some(db: Db, import_id: int, token: str, count: int) -> list[int]:
    """Some passages of a name that is nobody's."""
    return columns(await db.rows(_SOME, import_id=import_id, token=token, count=count), "id")


async def give(db: Db, _: Viewer, ids: list[int], person_id: int) -> None:
    await db.run(_GIVE, ids=ids, person_id=person_id)
