"""Apps: clients that register themselves."""

import hmac
import secrets
from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, LargeBinary, Text, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.authenticate import credential_hash
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import rules
from weetwie.errors import Invalid, _
from weetwie.tables.identity import App
from weetwie.text.text import is_longer

_REGISTER = Query(
    insert(App)
    .values(
        name=param("name", Text),
        website=param("website", Text),
        redirect_uris=param("redirect_uris", ARRAY(Text)),
        scopes=param("scopes", ARRAY(Text)),
        client_id=param("client_id", Text),
        client_secret_hash=param("hash", LargeBinary),
        is_agent=param("is_agent", Boolean),
    )
    .returning(App.id)
)
COLUMNS: Final = (App.id, App.name, App.website, App.redirect_uris, App.scopes, App.client_id, App.is_agent)
"""Of a `RegisteredApp`."""
_BY_CLIENT = Query(select(*COLUMNS).where(App.client_id == param("client_id", Text)))
_BY_ID = Query(select(*COLUMNS).where(App.id == param("id", BigInteger)))
_SECRET = Query(select(App.client_secret_hash).where(App.id == param("id", BigInteger)))


class RegisteredApp(msgspec.Struct, frozen=True):
    id: int
    name: str
    website: str | None
    redirect_uris: list[str]
    scopes: list[str]
    client_id: str
    is_agent: bool = False
    """It keeps no secret, and asks for people at `/mcp` alone."""


async def register(
    db: Db, name: str, redirect_uris: Sequence[str], scopes: str = "", website: str | None = None
) -> tuple[RegisteredApp, str]:
    """The app and its secret, which is told this one time. Raises Invalid."""
    name = name.strip()
    if not name or is_longer(name, rules.LONGEST_APP_NAME):
        raise Invalid(
            _("An app name has 1 to {limit} characters."),
            field="client_name",
            limit=rules.LONGEST_APP_NAME,
        )
    redirects = list(dict.fromkeys(redirect_uris))
    rules.check_redirects(redirects)
    website = website.strip() if website else None
    if website and not (
        website.startswith(("https://", "http://")) and len(website) <= rules.LONGEST_REDIRECT
    ):
        raise Invalid(_("The website of an app must be an http or https address."), field="website")
    app = RegisteredApp(0, name, website, redirects, rules.scopes(scopes), secrets.token_urlsafe(32))
    secret = secrets.token_urlsafe(32)
    values = {name: getattr(app, name) for name in RegisteredApp.__struct_fields__ if name != "id"}
    app_id = await db.value(_REGISTER, **values, hash=credential_hash(secret))
    return msgspec.structs.replace(app, id=app_id), secret


async def by_client(db: Db, client_id: str) -> RegisteredApp | None:
    row = await db.row(_BY_CLIENT, client_id=client_id.replace("\x00", ""))
    return RegisteredApp(*row) if row else None


async def by_id(db: Db, app_id: int) -> RegisteredApp | None:
    row = await db.row(_BY_ID, id=app_id)
    return RegisteredApp(*row) if row else None


async def proven(db: Db, client_id: str, secret: str) -> RegisteredApp | None:
    """The app, when it knows its secret, or has none and shows none."""
    app = await by_client(db, client_id)
    if app is None:
        return None
    kept = await db.value(_SECRET, id=app.id)
    if kept is None:
        return None if secret else app
    return app if hmac.compare_digest(bytes(kept), credential_hash(secret)) else None
