"""The ledger of imports: how far each has come. (Which keys mean which people and posts here: `imported.py`.)

It is written in the transaction of what it tells of. So a run that was killed goes on where it was, and what is in is
never brought in again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Conflict, NotFound, _
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.imports import Import, ImportedPerson, ImportedPost
from weetwie.tables.passages import SourcePassage


class ImportEntry(msgspec.Struct, frozen=True):
    """One import as it stands."""

    id: int
    kind: str
    source: str
    done: int
    started_at: datetime
    ended_at: datetime | None
    person_id: int | None = None
    """Whose own archive it is."""
    people: int = 0
    posts: int = 0
    passages: int = 0
    report: Mapping[str, Json] = {}
    """What came of the last run."""


_BEGIN = Query(
    insert(Import)
    .values(
        kind=param("kind", Text),
        source=param("source", Text),
        edition=param("edition", Text),
        person_id=param("person_id", BigInteger),
    )
    .on_conflict_do_nothing()
)
_FIND = Query(
    select(Import.id, Import.edition, Import.done, Import.ended_at)
    .where(Import.source == param("source", Text))
    .with_for_update()
)
_AGAIN = Query(
    update(Import)
    .where(Import.id == param("id", BigInteger))
    .values(edition=param("edition", Text), done=param("done", BigInteger), ended_at=None)
)
_ADVANCE = Query(
    update(Import)
    .where(Import.id == param("id", BigInteger), Import.done == param("before", BigInteger))
    .values(done=param("done", BigInteger))
)
_END = Query(
    update(Import)
    .where(Import.id == param("id", BigInteger))
    .values(ended_at=param("now", DateTime(timezone=True)))
)
_REPORT = Query(
    update(Import).where(Import.id == param("id", BigInteger)).values(report=param("report", JSONB))
)
_FORGET = Query(delete(Import).where(Import.id == param("id", BigInteger)))


_person_count = (
    select(func.count(ImportedPerson.person_id.distinct()))
    .where(ImportedPerson.import_id == Import.id, ImportedPerson.is_made)
    .scalar_subquery()
)
_post_count = (
    select(func.count(ImportedPost.post_id)).where(ImportedPost.import_id == Import.id).scalar_subquery()
)
_passage_count = (
    select(func.count(SourcePassage.id)).where(SourcePassage.import_id == Import.id).scalar_subquery()
)
_ALL = Query(
    select(
        Import.id,
        Import.kind,
        Import.source,
        Import.done,
        Import.started_at,
        Import.ended_at,
        Import.person_id,
        _person_count.label("people"),
        _post_count.label("posts"),
        _passage_count.label("passages"),
        Import.report,
    ).order_by(Import.id)
)


_OF_ERASED = Query(delete(Import).where(Import.person_id == func.any(param("people", ARRAY(BigInteger)))))


async def begin(
    db: Db, kind: str, source: str, edition: str, person_id: int | None = None
) -> tuple[int, int]:
    """The import of this source, and how much of it is in. `person_id` says whose own archive it is.

    A run that ended, or one over another edition of the source, begins again from the top: what is in is known by its key.
    """
    await db.run(_BEGIN, kind=kind, source=source, edition=edition, person_id=person_id)
    row = await db.row(_FIND, source=source)
    assert row is not None, "it was written if it was not there"
    goes_on = row["edition"] == edition and row["ended_at"] is None
    done = row["done"] if goes_on else 0
    await db.run(_AGAIN, id=row["id"], edition=edition, done=done)
    return row["id"], done


async def advance(db: Db, import_id: int, before: int, done: int) -> None:
    """Raises Conflict when another run has gone on with the same import."""
    if not await db.run(_ADVANCE, id=import_id, before=before, done=done):
        raise Conflict(_("This import is already running, or it has been removed."))


async def end(db: Db, import_id: int) -> None:
    await db.run(_END, id=import_id, now=clock.now())


async def begin_removal(db: Db, import_id: int) -> None:
    """From here on the import counts as not begun. Raises NotFound."""
    if not await db.run(_AGAIN, id=import_id, edition="", done=0):
        raise NotFound(_("This import doesn't exist."))


async def forget(db: Db, import_id: int) -> None:
    await db.run(_FORGET, id=import_id)


async def report(db: Db, import_id: int, told: Mapping[str, Json]) -> None:
    """What came of a run, for who asks later."""
    await db.run(_REPORT, id=import_id, report=dict(told))


async def imports(db: Db) -> list[ImportEntry]:
    return [ImportEntry(**row) for row in await db.rows(_ALL)]


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """Where somebody's archives came from goes with them."""
    await db.run(_OF_ERASED, people=[fact.person_id for fact in facts])


async def find(db: Db, source: str) -> ImportEntry | None:
    """The import of this source, if there is one."""
    return next((entry for entry in await imports(db) if entry.source == source), None)
