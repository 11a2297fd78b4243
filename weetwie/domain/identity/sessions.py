"""Sessions: browsers in which somebody is signed in."""

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, insert

from weetwie.access.recognise import credential_hash
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.identity import Session

LASTS: Final = timedelta(days=30)
LONGEST_AGENT: Final = 200

_BEGIN = Query(
    insert(Session).values(
        person_id=param("person_id", BigInteger),
        token_hash=param("hash", LargeBinary),
        agent=param("agent", Text),
        created_at=param("at", DateTime(timezone=True)),
        seen_at=param("at", DateTime(timezone=True)),
        identity_id=param("identity_id", BigInteger),
        provider_session=param("provider_session", Text),
        id_token=param("id_token", Text),
    )
)
_END = Query(delete(Session).where(Session.token_hash == param("hash", LargeBinary)))
_END_ALL = Query(delete(Session).where(Session.person_id == param("person_id", BigInteger)))
_END_OLD = Query(delete(Session).where(Session.created_at < param("before", DateTime(timezone=True))))


async def begin(
    db: Db,
    person_id: int,
    agent: str = "",
    *,
    identity_id: int | None = None,
    provider_session: str = "",
    id_token: str = "",
) -> str:
    """Signs somebody in; gives what the browser shows from now on."""
    token = secrets.token_urlsafe(32)
    agent = agent.replace("\x00", "")[:LONGEST_AGENT]
    await db.run(
        _BEGIN,
        person_id=person_id,
        hash=credential_hash(token),
        agent=agent,
        at=clock.now(),
        identity_id=identity_id,
        provider_session=provider_session,
        id_token=id_token,
    )
    return token


async def end(db: Db, token: str) -> None:
    await db.run(_END, hash=credential_hash(token))


async def end_all(db: Db, person_id: int) -> None:
    await db.run(_END_ALL, person_id=person_id)


async def end_old(db: Db) -> int:
    """For the schedule."""
    return await db.run(_END_OLD, before=clock.now() - LASTS)
