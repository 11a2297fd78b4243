"""From a token or a session to a viewer: remembered between requests, and checked by version whenever it is used.

A viewer in memory is never trusted by itself. Either `recognise` reads it anew, or the statement that answers the request
carries `is_still_so` and the answer is thrown away when that says no. So what changes at nine holds at nine.
"""

import hashlib
from functools import lru_cache

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    ScalarSelect,
    Text,
    and_,
    case,
    func,
    literal,
    select,
)

from weetwie.access import policy as policies
from weetwie.access.enums import Ring, Standing
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer, nobody
from weetwie.database.pool import Db, Query, Record, param
from weetwie.runtime import clock
from weetwie.runtime.cache import Cache
from weetwie.tables.declared import aliased
from weetwie.tables.identity import Session, Token
from weetwie.tables.people import Person
from weetwie.tables.policy import PolicyRow

_PERSON = (
    Person.id.label("person_id"),
    Person.handle,
    Person.standing,
    Person.is_dormant,
    Person.suspended_at,
    Person.erased_at,
    Person.until,
    Person.sponsor_id,
    Person.is_admin,
    Person.is_people_admin,
    Person.is_moderator,
    Person.is_compliance,
    Person.is_limited,
    Person.is_locked,
    Person.responsible_id,
    Person.default_ring,
    Person.default_language,
    Person.pages_language,
    Person.theme,
    Person.density,
    Person.has_single_keys,
    Person.has_toured,
    Person.sees_benefit,
    Person.version,
    Person.filters_version,
)

_BY_TOKEN = Query(
    select(
        PolicyRow.version.label("policy_version"),
        Token.id.label("token_id"),
        Token.app_id,
        Token.scopes,
        *_PERSON,
    )
    .select_from(PolicyRow)
    .outerjoin(
        Token,
        and_(
            Token.token_hash == param("hash", LargeBinary),
            Token.revoked_at.is_(None),
            Token.resource.is_(None),
        ),
    )
    .outerjoin(Person, Person.id == Token.person_id)
)

_BY_TOKEN_FOR = Query(
    select(
        PolicyRow.version.label("policy_version"),
        Token.id.label("token_id"),
        Token.app_id,
        Token.scopes,
        *_PERSON,
    )
    .select_from(PolicyRow)
    .join(Token, Token.token_hash == param("hash", LargeBinary))
    .join(Person, Person.id == Token.person_id)
    .where(
        Token.revoked_at.is_(None),
        Token.resource == param("resource", Text),
        Token.expires_at > param("now", DateTime(timezone=True)),
    )
)

_BY_SESSION = Query(
    select(PolicyRow.version.label("policy_version"), Session.id.label("session_id"), *_PERSON)
    .select_from(PolicyRow)
    .outerjoin(Session, Session.token_hash == param("hash", LargeBinary))
    .outerjoin(Person, Person.id == Session.person_id)
)

_BY_ID = Query(
    select(PolicyRow.version.label("policy_version"), *_PERSON)
    .select_from(PolicyRow)
    .outerjoin(Person, Person.id == param("person_id", BigInteger))
)

_POLICY = Query(select(PolicyRow.version, PolicyRow.choices))
_POLICY_VERSION = Query(select(PolicyRow.version))
VERSION_OF_POLICY = select(PolicyRow.version).scalar_subquery().label("policy_version")
"""For a statement that is read before anything is done by the policy."""


def credential_hash(credential: str) -> bytes:
    """What the database keeps of a token or a session's cookie: enough to find it, too little to use it."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).digest()


def is_still_so() -> ScalarSelect[bool]:
    """Says in the statement itself whether the viewer in memory is the one in the database (see `still`)."""
    person = aliased(Person)
    person_id, version = param("known_person_id", BigInteger), param("version", BigInteger)
    token, session = param("token_id", BigInteger), param("session_id", BigInteger)
    is_as_known = select(literal(1)).where(person.id == person_id, person.version == version).exists()
    by_token = select(literal(1)).where(
        Token.id == token, Token.revoked_at.is_(None), func.coalesce(Token.person_id, 0) == person_id
    )
    by_session = select(literal(1)).where(Session.id == session, Session.person_id == person_id)
    known = and_(
        case((token != 0, by_token.exists()), (session != 0, by_session.exists()), else_=True),
        case((person_id != 0, is_as_known), else_=True),
    )
    return select(and_(PolicyRow.version == param("policy_version", BigInteger), known)).scalar_subquery()


def still(viewer: Viewer) -> dict[str, int]:
    """The parameters of `is_still_so`."""
    return {
        "token_id": viewer.token_id,
        "session_id": viewer.session_id,
        "known_person_id": viewer.person_id,
        "version": viewer.version,
        "policy_version": viewer.policy.version,
    }


class StaleViewer(Exception):
    """The viewer in memory is not the one in the database: recognise anew and ask again."""


def insist(is_still_so: bool) -> None:
    """Raises StaleViewer where the statement said that the viewer is no longer so."""
    if not is_still_so:
        raise StaleViewer


_STILL_SO = Query(lambda: select(is_still_so()))


async def check(db: Db, viewer: Viewer) -> None:
    """The same, by a statement of its own: for answers without a row that could tell."""
    insist(await db.value(_STILL_SO, **still(viewer)))


class Memory:
    """The viewers that this process has met, and the policy it last read."""

    def __init__(self, size: int = 20_000) -> None:
        self._viewers: Cache[tuple[str, bytes], Viewer] = Cache(size)
        self._policy: Policy | None = None

    def recall(self, token: str | None = None, session: str | None = None) -> Viewer | None:
        """The viewer as last seen, to be checked by `is_still_so`; None when there is nothing to recall."""
        if token is not None:
            return self._viewers.get(("token", credential_hash(token)))
        if session is not None:
            return self._viewers.get(("session", credential_hash(session)))
        return nobody(self._policy) if self._policy is not None else None

    async def recognise(self, db: Db, token: str | None = None, session: str | None = None) -> Viewer | None:
        """The viewer as the database has it now. None: this token or session is not (or no longer) good."""
        if token is not None:
            return await self._read(db, _BY_TOKEN, "token", token)
        if session is not None:
            return await self._read(db, _BY_SESSION, "session", session)
        return nobody(await self.policy(db))

    async def recognise_for(self, db: Db, token: str, resource: str) -> Viewer | None:
        """The same for a token that opens one address alone, and nothing else; never remembered."""
        row = await db.row(_BY_TOKEN_FOR, hash=credential_hash(token), resource=resource, now=clock.now())
        return None if row is None else _shown(row, await self.policy(db, row["policy_version"]))

    async def person(self, db: Db, person_id: int) -> Viewer | None:
        """A person as a viewer, for those who act in their name without a token: the command line, a stream."""
        row = await db.row(_BY_ID, person_id=person_id)
        if row is None or row["person_id"] is None:
            return None
        return _viewer(row, await self.policy(db, row["policy_version"]))

    async def policy(self, db: Db, version: int | None = None) -> Policy:
        """The policy; read again only when its version is another."""
        if version is None:
            version = await db.value(_POLICY_VERSION)
        if self._policy is None or self._policy.version != version:
            row = await db.row(_POLICY)
            assert row is not None, "the migrations write the one row of policy"
            self._policy = policies.from_choices(row["version"], row["choices"])
        return self._policy

    async def _read(self, db: Db, query: Query, kind: str, credential: str) -> Viewer | None:
        key = (kind, credential_hash(credential))
        row = await db.row(query, hash=key[1])
        assert row is not None, "the migrations write the one row of policy"
        if row[f"{kind}_id"] is None:
            self._viewers.drop(key)
            return None
        viewer = _shown(row, await self.policy(db, row["policy_version"]))
        self._viewers.put(key, viewer)
        return viewer


def _shown(row: Record, policy: Policy) -> Viewer:
    """By a credential. Nobody is a bot: whatever was made for one shows what the world sees, and does nothing."""
    viewer = _viewer(row, policy)
    return viewer if row["responsible_id"] is None else msgspec.structs.replace(viewer, is_dormant=True)


_scopes = lru_cache(maxsize=1024)(frozenset[str])
"""One for all whose apps asked for the same."""


def _viewer(row: Record, policy: Policy) -> Viewer:
    given = dict(row)
    nobody = Viewer(
        policy=policy,
        token_id=given.get("token_id") or 0,
        session_id=given.get("session_id") or 0,
        app_id=given.get("app_id") or 0,
        scopes=_scopes(tuple(given.get("scopes") or ())),
    )
    if row["person_id"] is None:
        return nobody
    return msgspec.structs.replace(
        nobody,
        person_id=row["person_id"],
        handle=row["handle"],
        standing=Standing(row["standing"]),
        is_dormant=row["is_dormant"],
        is_suspended=row["suspended_at"] is not None or row["erased_at"] is not None,
        until=row["until"],
        sponsor_id=row["sponsor_id"] or 0,
        is_admin=row["is_admin"],
        is_people_admin=row["is_people_admin"],
        is_moderator=row["is_moderator"],
        is_compliance=row["is_compliance"],
        is_limited=row["is_limited"],
        is_locked=row["is_locked"],
        default_ring=None if row["default_ring"] is None else Ring(row["default_ring"]),
        version=row["version"],
        filters_version=row["filters_version"],
        language=row["default_language"] or "en",
        pages_language=row["pages_language"],
        theme=row["theme"],
        density=row["density"],
        has_single_keys=row["has_single_keys"],
        has_toured=row["has_toured"],
        sees_benefit=row["sees_benefit"],
    )
