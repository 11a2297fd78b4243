"""Signing in with a provider: the way there is remembered, what comes back is checked, and people are known by issuer and
subject alone."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import account, sessions
from weetwie.errors import Conflict, Forbidden, Invalid, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.security import sealing
from weetwie.security.oidc import LEEWAY, Notice, SignedIn
from weetwie.tables.identity import Identity, Session, SignOn

LASTS: Final = timedelta(minutes=15)

NOT_HERE: Final = _("This login took too long, or began in another browser. Start again from the login page.")
_NOT_ACTIVE: Final = _("This account isn't active right now. Ask an administrator.")
_TAKEN: Final = _("This login already belongs to another account here. Ask an administrator.")

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

_OWNER = Query(
    select(Identity.id, Identity.person_id).where(
        Identity.issuer == param("issuer", Text), Identity.subject == param("subject", Text)
    )
)
_KNOWS = Query(
    select(func.count()).where(
        Identity.issuer == param("issuer", Text), Identity.person_id == param("person_id", BigInteger)
    )
)
_SUBJECT = Query(
    select(Identity.subject)
    .where(Identity.issuer == param("issuer", Text), Identity.person_id == param("person_id", BigInteger))
    .order_by(Identity.id)
    .limit(1)
)
_PEOPLE_OF = Query(
    select(func.count(Identity.person_id.distinct())).where(Identity.issuer == param("issuer", Text))
)
_PEOPLE_BY = Query(
    select(func.count(Identity.person_id.distinct())).where(
        func.starts_with(Identity.issuer, param("beginning", Text))
    )
)
_CONNECT = Query(
    upsert(Identity)
    .values(
        issuer=param("issuer", Text),
        subject=param("subject", Text),
        person_id=param("person_id", BigInteger),
    )
    .on_conflict_do_nothing()
)
_OF_PERSON = Query(
    select(Identity.id, Identity.issuer, Identity.created_at)
    .where(Identity.person_id == param("person_id", BigInteger))
    .order_by(Identity.id)
)
_DISCONNECT = Query(
    delete(Identity).where(
        Identity.id == param("id", BigInteger), Identity.person_id == param("person_id", BigInteger)
    )
)

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


class Connected(msgspec.Struct, frozen=True):
    """A provider that knows a person."""

    id: int
    issuer: str
    since: datetime


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


async def owner(db: Db, issuer: str, subject: str) -> int | None:
    """Who is known by this."""
    row = await db.row(_OWNER, issuer=issuer, subject=subject)
    return row["person_id"] if row else None


async def people_of(db: Db, issuer: str) -> int:
    """How many it knows."""
    return int(await db.value(_PEOPLE_OF, issuer=issuer))


async def people_by(db: Db, beginning: str) -> int:
    """How many all those know whose names begin so."""
    return int(await db.value(_PEOPLE_BY, beginning=beginning))


async def subject(db: Db, issuer: str, person_id: int) -> str:
    """By which a provider knows somebody; empty where it does not."""
    return await db.value(_SUBJECT, issuer=issuer, person_id=person_id) or ""


async def knows(db: Db, issuer: str, person_id: int) -> bool:
    """Whether somebody is known by this provider, by whatever subject."""
    return bool(await db.value(_KNOWS, issuer=issuer, person_id=person_id))


async def connect(
    db: Db, viewer: Viewer, person_id: int, issuer: str, subject: str, *, is_first: bool = False
) -> None:
    """From now on this subject is this person, who is told of it unless they come in with it. Raises Conflict when it is
    somebody else's."""
    await db.run(_CONNECT, issuer=issuer, subject=subject, person_id=person_id)
    if await owner(db, issuer, subject) != person_id:
        raise Conflict(_TAKEN)
    if is_first:
        await audit(db, viewer, "identity.connect", person_id)
    else:
        await account.changed(db, viewer, "identity.connect", person_id)


async def connected(db: Db, viewer: Viewer) -> list[Connected]:
    rows = await db.rows(_OF_PERSON, person_id=viewer.person_id)
    return [Connected(row["id"], row["issuer"], row["created_at"]) for row in rows]


async def disconnect(db: Db, viewer: Viewer, identity_id: int) -> None:
    if await db.run(_DISCONNECT, id=identity_id, person_id=viewer.person_id):
        await account.changed(db, viewer, "identity.disconnect", viewer.person_id)


async def enter(db: Db, viewer: Viewer, issuer: str, answer: SignedIn, agent: str) -> str:
    """Begins the session of the person whom the provider has named; `viewer` is that person. Gives its token."""
    row = await db.row(_OWNER, issuer=issuer, subject=answer.subject)
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
