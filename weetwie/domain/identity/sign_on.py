"""Signing in with a provider: the way there is remembered, what comes back is checked, and people are known by issuer and
subject alone."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, or_, select

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import sessions
from weetwie.domain.identity.identities import OWNER
from weetwie.errors import Forbidden, Invalid, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.security import sealing
from weetwie.security.oidc import LEEWAY, Notice, SignedIn
from weetwie.tables.identity import Identity, Session, SignOn

LASTS: Final = timedelta(minutes=15)

NOT_HERE: Final = _("This login took too long, or began in another browser. Start again from the login page.")
_NOT_ACTIVE: Final = _("This account isn't active right now. Ask an administrator.")

VERIFIER: Final = "sign_ons.verifier"

_BEGIN = Query(
    insert(SignOn).values(
        state_hash=param("state_hash", LargeBinary),
        provider=param("provider", Text),
        browser_hash=param("browser_hash", LargeBinary),
        nonce=param("nonce", Text),
        verifier=param("verifier", LargeBinary),
        go_on=param("go_on", Text),
        person_id=param("person_id", BigInteger),
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
)
_TAKE = Query(
    delete(SignOn)
    .where(SignOn.state_hash == param("state_hash", LargeBinary))
    .returning(
        SignOn.provider,
        SignOn.browser_hash,
        SignOn.nonce,
        SignOn.verifier,
        SignOn.go_on,
        SignOn.person_id,
        SignOn.expires_at,
    )
)
_SWEEP = Query(delete(SignOn).where(SignOn.expires_at < param("at", DateTime(timezone=True))))


_of_issuer = select(Identity.id).where(Identity.issuer == param("issuer", Text))
_END_BY_NOTICE = Query(
    delete(Session).where(
        Session.identity_id.in_(
            _of_issuer.where(or_(param("subject", Text) == "", Identity.subject == param("subject", Text)))
        ),
        or_(
            func.length(param("provider_session", Text)) == 0,
            Session.provider_session == param("provider_session", Text),
        ),
        Session.created_at <= param("before", DateTime(timezone=True)),
    )
)
_OF_SESSION = Query(
    select(Identity.issuer, Session.id_token)
    .join(Identity, Identity.id == Session.identity_id)
    .where(Session.token_hash == param("hash", LargeBinary))
)


class StartedSignOn(msgspec.Struct, frozen=True):
    provider: str
    nonce: str
    verifier: str
    go_on: str
    person_id: int | None


async def begin(
    db: Db, provider: str, browser: str, go_on: str, person_id: int | None = None
) -> tuple[str, StartedSignOn]:
    """The state, and what is asked with it. With `person_id` somebody who is signed in connects their account."""
    state = new_state()
    begun = StartedSignOn(provider, secrets.token_urlsafe(32), secrets.token_urlsafe(48), go_on, person_id)
    state_hash = credential_hash(state)
    await db.run(
        _BEGIN,
        **msgspec.structs.asdict(begun)
        | {"verifier": sealing.seal(VERIFIER, state_hash, begun.verifier.encode())},
        state_hash=state_hash,
        browser_hash=credential_hash(browser),
        expires_at=clock.now() + LASTS,
    )
    return state, begun


def new_state() -> str:
    return secrets.token_urlsafe(32)


async def take(db: Db, provider: str, browser: str, state: str) -> StartedSignOn:
    """What was begun with this state, here, once. Raises Invalid."""
    state_hash = credential_hash(state)
    row = await db.row(_TAKE, state_hash=state_hash)
    is_ours = (
        row is not None
        and row["provider"] == provider
        and hmac.compare_digest(bytes(row["browser_hash"]), credential_hash(browser))
        and row["expires_at"] > clock.now()
    )
    if row is None or not is_ours:
        raise Invalid(NOT_HERE)
    verifier = sealing.opened(VERIFIER, state_hash, bytes(row["verifier"])).decode()
    return StartedSignOn(row["provider"], row["nonce"], verifier, row["go_on"], row["person_id"])


async def enter(db: Db, viewer: Viewer, issuer: str, answer: SignedIn, agent: str) -> str:
    """Begins the session of the person whom the provider has named; `viewer` is that person. Gives its token."""
    row = await db.row(OWNER, issuer=issuer, subject=answer.subject)
    is_theirs = row is not None and row["person_id"] == viewer.person_id
    if row is None or not is_theirs or not viewers.is_active(viewer, clock.now()):
        raise Forbidden(_NOT_ACTIVE)
    await audit(db, viewer, "session.begin", viewer.person_id)
    return await sessions.begin(
        db,
        viewer.person_id,
        agent,
        identity_id=row["id"],
        provider_session=answer.provider_session,
        id_token=answer.id_token,
        proved_at=_proved_at(answer.claims.get("auth_time")),
    )


def _proved_at(told: Json) -> datetime:
    """When the provider says that somebody signed in there. Where it does not say, it may have been at any time."""
    is_time = isinstance(told, int | float) and not isinstance(told, bool) and 0 < told < 2**40
    return datetime.fromtimestamp(told, UTC) if is_time and isinstance(told, int | float) else sessions.NEVER


async def signed_out(db: Db, issuer: str, notice: Notice) -> int:
    """Ends the sessions that a notice of the provider means, but none that began after it. Says how many."""
    return await db.run(
        _END_BY_NOTICE,
        issuer=issuer,
        subject=notice.subject,
        provider_session=notice.provider_session,
        before=datetime.fromtimestamp(notice.issued_at + LEEWAY, UTC),
    )


async def of_session(db: Db, session: str) -> tuple[str, str] | None:
    """Issuer and ID token of a session that began with a provider."""
    hash = credential_hash(session)
    row = await db.row(_OF_SESSION, hash=hash)
    if row is None:
        return None
    try:
        return row["issuer"], sealing.opened(sessions.PLACE, hash, bytes(row["id_token"])).decode()
    except sealing.CannotOpen:
        return row["issuer"], ""  # its key was lost: the provider asks whom to sign out


async def sweep(db: Db) -> int:
    """For the schedule."""
    return await db.run(_SWEEP, at=clock.now())
