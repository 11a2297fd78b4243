"""Who has been erased: kept outside of the database too, so that a backup does not bring anybody back."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.database.pool import Db, Query, param
from weetwie.tables.people import Person

_ERASED = Query(
    select(Person.id, Person.erased_at, Person.is_removed).where(
        Person.id == func.any(param("ids", ARRAY(BigInteger))), Person.erased_at.is_not(None)
    )
)


class Erasure(msgspec.Struct, frozen=True):
    """Ids alone: who they were is what was erased."""

    person_id: int
    at: datetime
    keeps_posts: bool


async def erasures(db: Db, ids: Sequence[int]) -> list[Erasure]:
    return [Erasure(id, at, not is_removed) for id, at, is_removed in await db.rows(_ERASED, ids=list(ids))]
