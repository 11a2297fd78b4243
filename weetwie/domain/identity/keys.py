"""The keys of this installation: made once, at their first use, and kept in the database, sealed."""

import secrets

from sqlalchemy import LargeBinary, Text, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.database.pool import Db, Query, param
from weetwie.security import sealing
from weetwie.tables.identity import Secret

_PLACE = "secrets.value"
_KEY = Query(select(Secret.value).where(Secret.name == param("name", Text)))
_MAKE = Query(
    insert(Secret)
    .values(name=param("name", Text), value=param("value", LargeBinary))
    .on_conflict_do_nothing()
)


async def key(db: Db, name: str) -> bytes:
    """32 random bytes, the same for ever for the same name."""
    value = await db.value(_KEY, name=name)
    if value is None:
        await db.run(_MAKE, name=name, value=sealing.seal(_PLACE, name, secrets.token_bytes(32)))
        value = await db.value(_KEY, name=name)
    return sealing.opened(_PLACE, name, bytes(value))
