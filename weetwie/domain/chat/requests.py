"""What chats have sent: each thing is answered once, however often it comes."""

from sqlalchemy import DateTime, LargeBinary, delete
from sqlalchemy.dialects.postgresql import insert

from weetwie.database.pool import Db, Query, param
from weetwie.domain.chat.rules import REMEMBERED
from weetwie.runtime import clock
from weetwie.tables.chat import ChatRequest

_AT = DateTime(timezone=True)
_TAKE = Query(
    insert(ChatRequest)
    .values(digest=param("digest", LargeBinary), at=param("now", _AT))
    .on_conflict_do_nothing()
)
_FORGET = Query(delete(ChatRequest).where(ChatRequest.at < param("before", _AT)))


async def take(db: Db, digest: bytes) -> bool:
    """False where it has come before."""
    return bool(await db.run(_TAKE, digest=digest, now=clock.now()))


async def sweep(db: Db) -> int:
    return await db.run(_FORGET, before=clock.now() - REMEMBERED)
