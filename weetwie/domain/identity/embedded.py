"""Frames of ours in pages of other sites: what one shows to read as somebody there, on that one origin alone.

Where third-party cookies are blocked, the session does not reach a frame. So its owner allows the origin in a window of ours, which hands the
frame a token that lasts an hour; for later pages of that site the browser may keep another one, in a cookie of that site alone.
Both are tokens with a resource of their own: they open nothing else, and go with the session that they came from.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import sessions
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.identity import Token

HANDED_LASTS: Final = timedelta(hours=1)
KEPT_LASTS: Final = sessions.LASTS
_RESOURCE: Final = "embed:"

_AT = DateTime(timezone=True)
_PUT = Query(
    insert(Token).values(
        person_id=param("person_id", BigInteger),
        session_id=param("session_id", BigInteger),
        token_hash=param("hash", LargeBinary),
        scopes=param("scopes", ARRAY(Text)),
        created_at=param("at", _AT),
        resource=param("resource", Text),
        expires_at=param("expires_at", _AT),
    )
)
_SESSION_OF = Query(select(Token.session_id).where(Token.id == param("id", BigInteger)))
_GOOD = (
    Token.resource.startswith(_RESOURCE),
    Token.revoked_at.is_(None),
    Token.expires_at > param("now", _AT),
)
_IN_USE = Query(
    select(Token.resource, func.count(Token.person_id.distinct()).label("people"))
    .where(*_GOOD)
    .group_by(Token.resource)
    .order_by(Token.resource)
    .limit(50)
)
_OF = Query(
    select(Token.resource, func.min(Token.id).label("id"), func.min(Token.created_at).label("since"))
    .where(Token.person_id == param("person_id", BigInteger), *_GOOD)
    .group_by(Token.resource)
    .order_by(Token.resource)
    .limit(50)
)
_END = Query(
    delete(Token).where(
        Token.person_id == param("person_id", BigInteger),
        Token.resource.startswith(_RESOURCE),
        Token.resource
        == select(Token.resource)
        .where(Token.id == param("id", BigInteger), Token.person_id == param("person_id", BigInteger))
        .scalar_subquery(),
    )
)
_SWEEP = Query(
    delete(Token).where(Token.resource.startswith(_RESOURCE), Token.expires_at < param("now", _AT))
)


class AllowedSite(msgspec.Struct, frozen=True):
    """Where somebody's frames show what they see."""

    id: int
    origin: str
    since: datetime


def resource(origin: str) -> str:
    """What a token opens that was made for this origin."""
    return _RESOURCE + origin


async def allow(db: Db, viewer: Viewer, origin: str) -> str:
    """A token to be handed to a frame and held in its memory."""
    await audit(db, viewer, "embed.allow", viewer.person_id)
    return await _put(db, viewer.person_id, viewer.session_id, origin, HANDED_LASTS)


async def stay(db: Db, viewer: Viewer, origin: str) -> str | None:
    """A token for the cookie of a frame that was handed one: good for as long as the session is. None: the session has ended."""
    session_id = await db.value(_SESSION_OF, id=viewer.token_id)
    if session_id is None:
        return None
    return await _put(db, viewer.person_id, session_id, origin, KEPT_LASTS)


async def _put(db: Db, person_id: int, session_id: int, origin: str, lasts: timedelta) -> str:
    token, at = secrets.token_urlsafe(32), clock.now()
    await db.run(
        _PUT,
        person_id=person_id,
        session_id=session_id,
        hash=credential_hash(token),
        scopes=[],
        at=at,
        resource=resource(origin),
        expires_at=at + lasts,
    )
    return token


async def in_use(db: Db, viewer: Viewer) -> Sequence[tuple[str, int]]:
    """Origins, each with how many people allowed it, as it may be told."""
    rows = await db.rows(_IN_USE, now=clock.now())
    return [(row["resource"].removeprefix(_RESOURCE), viewer.policy.told(row["people"])) for row in rows]


async def allowed(db: Db, viewer: Viewer) -> list[AllowedSite]:
    """The viewer's own."""
    rows = await db.rows(_OF, person_id=viewer.person_id, now=clock.now())
    return [AllowedSite(row["id"], row["resource"].removeprefix(_RESOURCE), row["since"]) for row in rows]


async def end(db: Db, viewer: Viewer, id: int) -> None:
    """All of the viewer's for the origin of this one."""
    if await db.run(_END, person_id=viewer.person_id, id=id):
        await audit(db, viewer, "embed.end", viewer.person_id)


async def sweep(db: Db) -> int:
    """For the schedule."""
    return await db.run(_SWEEP, now=clock.now())
