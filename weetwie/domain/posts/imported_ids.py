"""Ids of posts that are brought in: they stand among the others at their own time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.database.pool import Db, Query, columns, param
from weetwie.tables.passages import SourcePassage
from weetwie.tables.posts import Post

_given_ids = param("ids", ARRAY(BigInteger))
_moment = (
    func.unnest(param("moments", ARRAY(DateTime(timezone=True))))
    .table_valued(column("at", DateTime(timezone=True)), with_ordinality="number")
    .render_derived()
)
_IDS = Query(select(func.new_id(_moment.c.at).label("id")).order_by(_moment.c.number))
_TAKEN = Query(
    select(Post.id)
    .where(Post.id == func.any(_given_ids))
    .union_all(select(SourcePassage.id).where(SourcePassage.id == func.any(_given_ids)))
)
"""Posts and passages stand in one index of evidence by their ids."""


async def ids_at(db: Db, moments: Sequence[datetime]) -> list[int]:
    """An id for each moment: posts that are brought in stand among the others at their own time."""
    ids = columns(await db.rows(_IDS, moments=list(moments)), "id")
    while clashing := await _clashing(db, ids):
        fresh = await db.rows(_IDS, moments=[moments[at] for at in clashing])
        for at, row in zip(clashing, fresh, strict=True):
            ids[at] = row["id"]
    return ids


async def _clashing(db: Db, ids: Sequence[int]) -> list[int]:
    """Where in the list an id is that is taken: the running number comes round every 65,536 ids."""
    taken = set(columns(await db.rows(_TAKEN, ids=list(ids)), "id"))
    places, seen = [], set[int]()
    for at, given in enumerate(ids):
        if given in taken or given in seen:
            places.append(at)
        seen.add(given)
    return places
