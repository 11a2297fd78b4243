"""Sessions: browsers in which somebody is signed in."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, insert, select

from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.security import sealing
from weetwie.tables.identity import Session

LASTS: Final = timedelta(days=30)
LONGEST_AGENT: Final = 200
NEVER: Final = datetime.fromtimestamp(0, UTC)
"""When somebody showed who they are, where a provider does not say when that was."""
PLACE: Final = "sessions.id_token"

_BEGIN = Query(
    insert(Session).values(
        person_id=param("person_id", BigInteger),
        token_hash=param("hash", LargeBinary),
        agent=param("agent", Text),
        created_at=param("at", DateTime(timezone=True)),
        seen_at=param("at", DateTime(timezone=True)),
        proved_at=param("proved_at", DateTime(timezone=True)),
        identity_id=param("identity_id", BigInteger),
        provider_session=param("provider_session", Text),
        id_token=param("id_token", LargeBinary),
    )
)
_END = Query(delete(Session).where(Session.token_hash == param("hash", LargeBinary)))
_END_ALL = Query(delete(Session).where(Session.person_id == param("person_id", BigInteger)))
_LISTED = Query(
    select(Session.id, Session.agent, Session.created_at)
    .where(Session.person_id == param("person_id", BigInteger))
    .order_by(Session.id.desc())
    .limit(100)
)
_END_ONE = Query(
    delete(Session).where(
        Session.id == param("id", BigInteger), Session.person_id == param("person_id", BigInteger)
    )
)
_END_OTHERS = Query(
    delete(Session).where(
        Session.id != param("id", BigInteger), Session.person_id == param("person_id", BigInteger)
    )
)
_PROVED = Query(
    select(Session.id).where(
        Session.id == param("id", BigInteger),
        Session.person_id == param("person_id", BigInteger),
        Session.proved_at > param("since", DateTime(timezone=True)),
    )
)
_WITHOUT_PROOF = Query(
    select(Session.id).where(
        Session.id == param("id", BigInteger),
        Session.person_id == param("person_id", BigInteger),
        Session.proved_at == NEVER,
    )
)
_END_OLD = Query(delete(Session).where(Session.created_at < param("before", DateTime(timezone=True))))


async def begin(
    db: Db,
    person_id: int,
    agent: str = "",
    *,
    identity_id: int | None = None,
    provider_session: str = "",
    id_token: str = "",
    proved_at: datetime | None = None,
) -> str:
    """Signs somebody in; gives what the browser shows from now on. `proved_at` is when they showed who they are, if not now."""
    token = secrets.token_urlsafe(32)
    hash = credential_hash(token)
    agent = agent.replace("\x00", "")[:LONGEST_AGENT]
    await db.run(
        _BEGIN,
        person_id=person_id,
        hash=hash,
        agent=agent,
        at=clock.now(),
        proved_at=min(proved_at or clock.now(), clock.now()),
        identity_id=identity_id,
        provider_session=provider_session,
        id_token=sealing.seal(PLACE, hash, id_token.encode()),
    )
    return token


class OwnSession(msgspec.Struct, frozen=True):
    """A browser of one's own."""

    id: int
    agent: str
    since: datetime
    is_this: bool


async def is_known(db: Db, person_id: int, agent: str) -> bool:
    """Whether a browser that calls itself so is signed in already, or none at all yet."""
    rows = await db.rows(_LISTED, person_id=person_id)
    agent = agent.replace("\x00", "")[:LONGEST_AGENT]
    return not rows or any(row["agent"] == agent for row in rows)


async def is_proved(db: Db, viewer: Viewer, within: timedelta) -> bool:
    """Whether the viewer has shown who they are within this time; by an app that acts for them, never."""
    since = clock.now() - within
    return await db.value(_PROVED, id=viewer.session_id, person_id=viewer.person_id, since=since) is not None


async def is_without_proof(db: Db, viewer: Viewer) -> bool:
    """Whether they came with a provider that does not say when they signed in there."""
    return await db.value(_WITHOUT_PROOF, id=viewer.session_id, person_id=viewer.person_id) is not None


async def listed(db: Db, viewer: Viewer) -> list[OwnSession]:
    """One's own, the newest first."""
    rows = await db.rows(_LISTED, person_id=viewer.person_id)
    return [
        OwnSession(row["id"], row["agent"], row["created_at"], row["id"] == viewer.session_id) for row in rows
    ]


async def end_one(db: Db, viewer: Viewer, session_id: int) -> None:
    if await db.run(_END_ONE, id=session_id, person_id=viewer.person_id):
        await audit(db, viewer, "session.end", viewer.person_id)


async def end_others(db: Db, viewer: Viewer) -> None:
    """All but the one that one is in."""
    await db.run(_END_OTHERS, id=viewer.session_id, person_id=viewer.person_id)
    await audit(db, viewer, "session.end_others", viewer.person_id)


async def end(db: Db, token: str) -> None:
    await db.run(_END, hash=credential_hash(token))


async def end_all(db: Db, person_id: int) -> None:
    await db.run(_END_ALL, person_id=person_id)


async def end_old(db: Db) -> int:
    """For the schedule."""
    return await db.run(_END_OLD, before=clock.now() - LASTS)
