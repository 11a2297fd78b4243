"""Tokens: what an app shows to act for a person, or for nobody. The database keeps their hash alone."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    Text,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.identity import account, rules
from weetwie.errors import Forbidden, _
from weetwie.events import PersonErased, PersonLeft, PersonSuspended, TokenRevoked, record
from weetwie.runtime import clock
from weetwie.tables.identity import (
    AccountEvent,
    Address,
    App,
    ClaimedLeaver,
    Grant,
    Identity,
    OneTime,
    Passkey,
    PasskeyChallenge,
    Password,
    Session,
    SignInLink,
    SignOn,
    Token,
)
from weetwie.tables.people import Person

_ISSUE = Query(
    insert(Token)
    .values(
        app_id=param("app_id", BigInteger),
        person_id=param("person_id", BigInteger),
        session_id=param("session_id", BigInteger),
        token_hash=param("hash", LargeBinary),
        scopes=param("scopes", ARRAY(Text)),
        created_at=param("at", DateTime(timezone=True)),
    )
    .returning(Token.id)
)
_OF_BROWSER = Query(
    select(Token.id).where(
        Token.session_id == param("session_id", BigInteger),
        Token.resource.is_(None),
        Token.revoked_at.is_(None),
    )
)
_END_OF_BROWSER = Query(
    delete(Token).where(Token.session_id == param("session_id", BigInteger), Token.resource.is_(None))
)
_FIND = Query(
    select(Token.id, Token.app_id).where(
        or_(Token.token_hash == param("hash", LargeBinary), Token.refresh_hash == param("hash", LargeBinary))
    )
)
_REVOKE = Query(
    update(Token)
    .where(Token.id == param("id", BigInteger), Token.revoked_at.is_(None))
    .values(revoked_at=param("at", DateTime(timezone=True)))
)

_GOOD_OF = Query(
    select(Token.id).where(Token.person_id == param("id", BigInteger), Token.revoked_at.is_(None))
)
_APPS_OF = Query(
    select(App.id, App.name, App.website, func.min(Token.created_at).label("since"))
    .join(App, App.id == Token.app_id)
    .where(Token.person_id == param("id", BigInteger), Token.revoked_at.is_(None))
    .group_by(App.id)
    .order_by(func.min(Token.created_at).desc())
    .limit(100)
)
_GOOD_OF_APP = Query(
    select(Token.id).where(
        Token.person_id == param("id", BigInteger),
        Token.app_id == param("app_id", BigInteger),
        Token.revoked_at.is_(None),
    )
)
_DROP_GRANTS = Query(delete(Grant).where(Grant.person_id == param("id", BigInteger)))

_IDS = func.any(param("ids", ARRAY(BigInteger)))
_GONE = Query(
    select(Person.id, Person.is_dormant, Person.erased_at.is_not(None).label("is_erased")).where(
        Person.id == _IDS,
        or_(Person.is_dormant, Person.suspended_at.is_not(None), Person.erased_at.is_not(None)),
    )
)
_REVOKE_ALL = Query(
    update(Token)
    .where(and_(Token.person_id == _IDS, Token.revoked_at.is_(None)))
    .values(revoked_at=param("at", DateTime(timezone=True)))
)
_REVOKE_AGENTS = Query(
    update(Token)
    .where(Token.person_id == _IDS, Token.resource.is_not(None), Token.revoked_at.is_(None))
    .values(revoked_at=param("at", DateTime(timezone=True)))
)
_END = [Query(delete(table).where(table.person_id == _IDS)) for table in (Session, Grant, SignInLink)]
_FORGET_ADDRESSES = Query(delete(Address).where(Address.person_id == _IDS))
_FORGET_PROOFS = [
    Query(delete(table).where(table.person_id == _IDS))
    for table in (Identity, ClaimedLeaver, OneTime, SignOn, Passkey, PasskeyChallenge, AccountEvent)
]
_FORGET_PASSWORDS = Query(delete(Password).where(Password.person_id == _IDS))


class IssuedToken(msgspec.Struct, frozen=True):
    id: int
    token: str
    """Told this one time."""
    scopes: list[str]
    created_at: datetime
    refresh: str = ""
    """What it is refreshed by; empty where it lasts until it is revoked."""
    lasts: int = 0
    """In seconds, where it is refreshed."""


class ConnectedApp(msgspec.Struct, frozen=True):
    id: int
    name: str
    website: str | None
    since: datetime


async def issue(
    db: Db,
    app_id: int | None,
    person_id: int | None,
    scopes: Sequence[str],
    *,
    session_id: int | None = None,
) -> IssuedToken:
    """A token of an app, or of none (made by an administrator on the command line), for a person or for nobody."""
    token, at = secrets.token_urlsafe(32), clock.now()
    token_id = await db.value(
        _ISSUE,
        app_id=app_id,
        person_id=person_id,
        session_id=session_id,
        hash=credential_hash(token),
        scopes=list(scopes),
        at=at,
    )
    return IssuedToken(token_id, token, list(scopes), at)


async def for_browser(db: Db, viewer: Viewer) -> IssuedToken:
    """By which the browser that the viewer is in is told; it takes the place of the one before, and goes with the session."""
    await end_of_browser(db, viewer)
    return await issue(db, None, viewer.person_id, ["push"], session_id=viewer.session_id)


async def of_browser(db: Db, viewer: Viewer) -> int | None:
    token_id: int | None = await db.value(_OF_BROWSER, session_id=viewer.session_id)
    return token_id


async def end_of_browser(db: Db, viewer: Viewer) -> None:
    await db.run(_END_OF_BROWSER, session_id=viewer.session_id)


async def issue_by_hand(db: Db, viewer: Viewer, person_id: int, scopes: str) -> IssuedToken:
    """For the command line. Raises Invalid for unknown scopes."""
    issued = await issue(db, None, person_id, rules.scopes(scopes))
    await account.changed(db, viewer, "token.issue", person_id, token_id=issued.id)
    return issued


async def is_known(db: Db, token: str) -> bool:
    """Whether it was ever good."""
    return await db.row(_FIND, hash=credential_hash(token)) is not None


async def revoke(db: Db, viewer: Viewer, app_id: int, token: str) -> None:
    """An unknown token is as good as revoked. Raises Forbidden for that of another app."""
    row = await db.row(_FIND, hash=credential_hash(token))
    if row is None:
        return
    if row["app_id"] != app_id:
        raise Forbidden(_("This token belongs to another app."))
    await revoke_one(db, viewer, row["id"])


async def revoke_one(db: Db, viewer: Viewer, token_id: int) -> None:
    if await db.run(_REVOKE, id=token_id, at=clock.now()):
        await record(db, viewer, TokenRevoked(token_id))


async def apps_of(db: Db, viewer: Viewer) -> list[ConnectedApp]:
    """Those that may act for the viewer, the newest first."""
    rows = await db.rows(_APPS_OF, id=viewer.person_id)
    return [ConnectedApp(row["id"], row["name"], row["website"], row["since"]) for row in rows]


async def revoke_app(db: Db, viewer: Viewer, app_id: int) -> None:
    """The app acts for the viewer no more; one that never did is no error."""
    for row in await db.rows(_GOOD_OF_APP, id=viewer.person_id, app_id=app_id):
        await revoke_one(db, viewer, row["id"])


async def revoke_of(db: Db, viewer: Viewer, person_id: int) -> None:
    """Whoever sets a new password shuts out every app, and every code that one could still change into a token."""
    await db.run(_DROP_GRANTS, id=person_id)
    for row in await db.rows(_GOOD_OF, id=person_id):
        await revoke_one(db, viewer, row["id"])


async def revoke_all(
    db: Db, viewer: Viewer, facts: Sequence[PersonLeft | PersonSuspended | PersonErased]
) -> None:
    """Whoever is no longer here has no keys; of whoever was erased nothing stays. Who has come back by now keeps theirs.

    While somebody is suspended the tokens of their apps rest: nothing recognises them as somebody who may act, and they are
    good again when it is lifted. Those of agents end.
    """
    rows = await db.rows(_GONE, ids=[fact.person_id for fact in facts])
    gone = columns(rows, "id")
    erased = [row["id"] for row in rows if row["is_erased"]]
    ended = [row["id"] for row in rows if row["is_dormant"] or row["is_erased"]]
    await db.run(_REVOKE_ALL, ids=ended, at=clock.now())
    await db.run(_REVOKE_AGENTS, ids=gone, at=clock.now())
    for query in _END:
        await db.run(query, ids=gone)
    # Whoever left chooses a new password when they wake or come back.
    await db.run(_FORGET_PASSWORDS, ids=ended)
    await db.run(_FORGET_ADDRESSES, ids=erased)
    for query in _FORGET_PROOFS:
        await db.run(query, ids=erased)
