"""Agents: clients that ask for people at `/mcp`. Newer ones are known by the address of a document that describes them, older
ones register themselves; neither keeps a secret."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Text,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import agent_rules, apps
from weetwie.domain.identity.agent_rules import ClientDocument
from weetwie.domain.identity.apps import RegisteredApp
from weetwie.errors import TooMany, _
from weetwie.runtime import clock
from weetwie.tables.identity import App, Grant, SpentRefresh, Token

UNUSED_LASTS: Final = timedelta(days=1)
"""So long a registration waits for somebody who lets the agent in."""
MOST_UNUSED: Final = 1000
FRESH: Final = timedelta(minutes=10)
"""So long what was read at an agent's address is taken as it was."""

_AT = DateTime(timezone=True)
_VALUES = {
    "name": param("name", Text),
    "website": param("website", Text),
    "redirect_uris": param("redirect_uris", ARRAY(Text)),
    "scopes": param("scopes", ARRAY(Text)),
    "client_id": param("client_id", Text),
    "read_at": param("read_at", _AT),
    "expires_at": param("expires_at", _AT),
    "is_agent": literal(True, Boolean),
}
_put = insert(App).values(**_VALUES)
_PUT = Query(
    _put.on_conflict_do_update(
        index_elements=[App.client_id],
        set_={name: _put.excluded[name] for name in ("name", "website", "redirect_uris", "read_at")},
        where=App.is_agent.is_(True),
    ).returning(App.id)
)
_READ_LATELY = Query(
    select(*apps.COLUMNS).where(
        App.client_id == param("client_id", Text), App.is_agent, App.read_at > param("since", _AT)
    )
)
_UNUSED = Query(select(func.count()).where(App.expires_at.is_not(None)))
_IS_USED = Query(update(App).where(App.id == param("id", BigInteger)).values(expires_at=None))
_FORGET = Query(
    delete(App).where(
        App.is_agent,
        App.expires_at < param("now", _AT),
        ~exists().where(Token.app_id == App.id),
        ~exists().where(Grant.app_id == App.id),
    )
)
_END = Query(
    update(Token)
    .where(Token.refresh_expires_at < param("now", _AT), Token.revoked_at.is_(None))
    .values(revoked_at=param("now", _AT))
)
_FORGET_SPENT = Query(delete(SpentRefresh).where(SpentRefresh.spent_at < param("before", _AT)))
_IN_USE = Query(
    select(
        App.name,
        func.count(Token.person_id.distinct()).label("people"),
        func.max(Token.used_at).label("last_at"),
    )
    .join(Token, and_(Token.app_id == App.id, Token.revoked_at.is_(None)))
    .where(App.is_agent, or_(Token.refresh_expires_at > param("now", _AT)))
    .group_by(App.name)
    .order_by(func.count(Token.person_id.distinct()).desc(), App.name)
    .limit(50)
)
_KEPT: Final = timedelta(days=90)


class AgentUse(msgspec.Struct, frozen=True):
    name: str
    people: int
    last_at: datetime | None


async def register(db: Db, told: ClientDocument) -> RegisteredApp:
    """For those who know no other way (RFC 7591). Raises TooMany where too many wait for somebody already."""
    if await db.value(_UNUSED) >= MOST_UNUSED:
        raise TooMany(_("Too many apps have registered lately. Try again later."), retry_after=3600)
    return await _put_app(db, secrets.token_urlsafe(24), told, read_at=None)


async def described(db: Db, client_id: str, told: ClientDocument) -> RegisteredApp:
    """The agent at an address, as its document describes it now."""
    return await _put_app(db, client_id, told, read_at=clock.now())


async def read_lately(db: Db, client_id: str) -> RegisteredApp | None:
    """The agent at an address, where its document need not be read again."""
    row = await db.row(_READ_LATELY, client_id=client_id, since=clock.now() - FRESH)
    return RegisteredApp(*row) if row else None


async def _put_app(db: Db, client_id: str, told: ClientDocument, read_at: datetime | None) -> RegisteredApp:
    app = RegisteredApp(
        0,
        told.client_name,
        told.client_uri,
        list(told.redirect_uris),
        list(agent_rules.SCOPES),
        client_id,
        is_agent=True,
    )
    values = {
        name: getattr(app, name) for name in ("name", "website", "redirect_uris", "scopes", "client_id")
    }
    app_id = await db.value(_PUT, **values, read_at=read_at, expires_at=clock.now() + UNUSED_LASTS)
    return msgspec.structs.replace(app, id=app_id)


async def is_used(db: Db, app: RegisteredApp) -> None:
    """Somebody has let it in: it stays."""
    await db.run(_IS_USED, id=app.id)


async def in_use(db: Db, viewer: Viewer) -> Sequence[AgentUse]:
    """Which agents ask for people, and for how many. Few people are no number, and nobody's activity is told, where the
    organisation has chosen so."""
    policy = viewer.policy
    return [
        AgentUse(row["name"], policy.told(row["people"]), row["last_at"] if policy.tells_activity else None)
        for row in await db.rows(_IN_USE, now=clock.now())
    ]


async def sweep(db: Db) -> int:
    """For the schedule: registrations that nobody used, connections that nobody refreshed, what refreshed them long ago."""
    now = clock.now()
    await db.run(_FORGET_SPENT, before=now - _KEPT)
    return await db.run(_END, now=now) + await db.run(_FORGET, now=now)
