"""Passages go with the person whose they are, and when their time is over."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.passages import write
from weetwie.events import PersonErased
from weetwie.tables.passages import SourcePassage

_AT_ONCE = 500
_ID = param("id", BigInteger)
_SOME = Query(
    select(SourcePassage.id).where(SourcePassage.author_id == _ID).order_by(SourcePassage.id).limit(_AT_ONCE)
)
_people = param("people", ARRAY(BigInteger))
_UNSIGN = Query(
    update(SourcePassage)
    .where(SourcePassage.endorsers.op("&&")(_people))
    .values(endorsers=func.array_remove(SourcePassage.endorsers, _ID))
)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """Also where their posts stay."""
    for fact in facts:
        while ids := columns(await db.rows(_SOME, id=fact.person_id), "id"):
            await write.remove(db, viewer, ids)
        await db.run(_UNSIGN, people=[fact.person_id], id=fact.person_id)
