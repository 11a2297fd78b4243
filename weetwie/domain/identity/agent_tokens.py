"""Tokens of agents: each for one address and a short time, changed for the next by what refreshes it, which is good once.

One row of `tokens` is one connection, from the yes of a person to its end: whatever ends tokens ends it. What refreshed it
before is remembered: when that comes again, two have it, and the connection ends for both.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Value, param
from weetwie.domain.identity import tokens
from weetwie.domain.identity.apps import RegisteredApp
from weetwie.domain.identity.tokens import IssuedToken
from weetwie.runtime import clock
from weetwie.tables.identity import SpentRefresh, Token

LASTS: Final = timedelta(minutes=15)
REFRESH_LASTS: Final = timedelta(days=30)
"""Anew with each refresh."""

_AT = DateTime(timezone=True)
_NEW = {
    "token_hash": param("hash", LargeBinary),
    "expires_at": param("expires_at", _AT),
    "refresh_hash": param("refresh_hash", LargeBinary),
    "refresh_expires_at": param("refresh_expires_at", _AT),
}
_BEGIN = Query(
    insert(Token)
    .values(
        app_id=param("app_id", BigInteger),
        person_id=param("person_id", BigInteger),
        scopes=param("scopes", ARRAY(Text)),
        resource=param("resource", Text),
        created_at=param("at", _AT),
        **_NEW,
    )
    .returning(Token.id)
)
_BY_REFRESH = Query(
    select(Token.id, Token.app_id, Token.scopes, Token.resource, Token.refresh_expires_at, Token.created_at)
    .where(Token.refresh_hash == param("old", LargeBinary), Token.revoked_at.is_(None))
    .with_for_update()
)
_NEXT = Query(update(Token).where(Token.id == param("id", BigInteger)).values(**_NEW))
_SPEND = Query(
    insert(SpentRefresh).values(
        refresh_hash=param("old", LargeBinary), token_id=param("id", BigInteger), spent_at=param("at", _AT)
    )
)
_SPENT = Query(select(SpentRefresh.token_id).where(SpentRefresh.refresh_hash == param("old", LargeBinary)))
_USED = Query(
    update(Token)
    .where(
        Token.id == param("id", BigInteger),
        or_(Token.used_at.is_(None), Token.used_at < func.date_trunc("hour", param("at", _AT))),
    )
    .values(used_at=func.date_trunc("hour", param("at", _AT)))
)


async def begin(
    db: Db, app: RegisteredApp, person_id: int, scopes: Sequence[str], resource: str
) -> IssuedToken:
    at = clock.now()
    token, refresh, new = _made()
    id = await db.value(
        _BEGIN, app_id=app.id, person_id=person_id, scopes=list(scopes), resource=resource, at=at, **new
    )
    return IssuedToken(id, token, list(scopes), at, refresh, int(LASTS.total_seconds()))


async def refresh(
    db: Db, viewer: Viewer, app: RegisteredApp, shown: str, resource: str
) -> IssuedToken | None:
    """The next token of a connection. None when there is none for this; nothing is raised, so that the end of a connection
    whose refresh came twice is kept."""
    old = credential_hash(shown)
    row = await db.row(_BY_REFRESH, old=old)
    if row is None:
        spent_of = await db.value(_SPENT, old=old)
        if spent_of is not None:
            await tokens.revoke_one(db, viewer, spent_of)
        return None
    at = clock.now()
    if row["app_id"] != app.id or row["resource"] != resource or row["refresh_expires_at"] <= at:
        return None
    token, refresh, new = _made()
    await db.run(_NEXT, id=row["id"], **new)
    await db.run(_SPEND, id=row["id"], old=old, at=at)
    return IssuedToken(
        row["id"], token, row["scopes"], row["created_at"], refresh, int(LASTS.total_seconds())
    )


async def use(db: Db, viewer: Viewer) -> None:
    """Noted once an hour."""
    await db.run(_USED, id=viewer.token_id, at=clock.now())


def _made() -> tuple[str, str, dict[str, Value]]:
    token, refresh, at = secrets.token_urlsafe(32), secrets.token_urlsafe(32), clock.now()
    return (
        token,
        refresh,
        {
            "hash": credential_hash(token),
            "expires_at": at + LASTS,
            "refresh_hash": credential_hash(refresh),
            "refresh_expires_at": at + REFRESH_LASTS,
        },
    )
