"""What is kept of somebody as a reader goes with them."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, delete, func
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import PersonErased
from weetwie.tables.beyond import BeyondPost, BeyondReader

_IDS = func.any(param("ids", ARRAY(BigInteger)))
_ERASED = tuple(Query(delete(table).where(table.person_id == _IDS)) for table in (BeyondPost, BeyondReader))


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    for query in _ERASED:
        await db.run(query, ids=[fact.person_id for fact in facts])
