"""Somebody logs in with a name and a password: their own here, or the one in the organisation's directory, which is asked each time."""

from typing import Final

import msgspec

from weetwie.access.viewer import Viewer, nobody
from weetwie.context import Context, Site, of_system
from weetwie.database.pool import Database
from weetwie.domain.directory import entries, rules
from weetwie.domain.identity import attempts, identities, keys, one_time, sessions, sign_in, sign_on
from weetwie.domain.identity.sign_in import SignInRequest
from weetwie.errors import Forbidden, Invalid, Refusal, Unavailable, _
from weetwie.flows import directory_sync, sign_in as entering
from weetwie.ldap import reading as directories
from weetwie.ldap.people import DirectoryPerson
from weetwie.runtime import clock
from weetwie.security.oidc import SignedIn

_NOT_LET_IN: Final = _("Your {provider} account can't log in here. Ask an administrator.")


class LoginAttempt(msgspec.Struct, frozen=True):
    """What somebody has filled in, and where."""

    name: str
    password: str
    code: str
    agent: str
    before: str | None
    """The session that this one takes the place of."""


async def log_in(
    database: Database, site: Site, viewer: Viewer, attempt: SignInRequest, given: LoginAttempt
) -> str:
    """The session. Raises Invalid, CodeNeeded, Forbidden, Conflict, TooMany, and Unavailable where the directory had to be asked and
    could not say: then nobody knows that the password is wrong."""
    ways = [_by_password]
    if (
        site.directory is not None
        and "directory" in viewer.policy.connections
        and viewer.policy.sign_in != "local"
    ):
        # Where members come by the directory alone, it is asked first; alumni and guests have a password of their own.
        ways.insert(0 if viewer.policy.sign_in == "sso" else 1, _by_directory)
    refusals: list[Refusal] = []
    for way in ways:
        try:
            return await way(database, site, viewer, attempt, given)
        except one_time.CodeNeeded:
            raise
        except (Invalid, Unavailable) as refusal:
            refusals.append(refusal)
    raise next((one for one in refusals if isinstance(one, Unavailable)), refusals[-1])


async def _by_password(
    database: Database, site: Site, viewer: Viewer, attempt: SignInRequest, given: LoginAttempt
) -> str:
    person_id = await sign_in.check(attempt, given.password)
    await sign_in.prove(database, attempt, given.code)
    async with database.transaction() as db:
        context = Context(db, viewer, site)
        return await entering.enter(context, person_id, attempt, given.agent, given.before)


async def _by_directory(
    database: Database, site: Site, viewer: Viewer, attempt: SignInRequest, given: LoginAttempt
) -> str:
    one = await _proven(database, site, attempt, given)
    async with database.transaction() as db:
        return await _enter(Context(db, viewer, site), one, given.agent, given.before)


async def _proven(
    database: Database, site: Site, attempt: SignInRequest, filled: LoginAttempt
) -> DirectoryPerson:
    """Who it is, by a password that is right, and a code where they have one. The try is written down already; it does not count
    where the directory could not say. Raises Invalid, CodeNeeded, TooMany, Unavailable."""
    given = directory_sync.told(site)
    async with database.reading() as db:
        secret = await keys.given(db, directory_sync.PASSWORD)
        id = await identities.subject(db, given.issuer, attempt.person_id) if attempt.person_id else ""
    try:
        one = await directories.proven(given, secret, filled.name, id, filled.password)
    except Unavailable:
        async with database.transaction() as db:
            await attempts.take_back(db, attempt.attempt, attempt.pair)
        raise
    if one is None:
        raise Invalid(sign_in.WRONG)
    if not rules.is_member(one, given, clock.now()):
        raise Forbidden(_NOT_LET_IN, provider=given.name)
    async with database.transaction() as db:
        await sign_in.take_back(db, attempt)
        person_id = await identities.owner(db, given.issuer, one.id)
    await one_time.prove(database, person_id or 0, filled.code)
    return one


async def _enter(context: Context, one: DirectoryPerson, agent: str, before: str | None) -> str:
    """The session, in place of the one `before`; they are as the directory has them from now on."""
    context = await of_system(context.db, context.site)
    db, given = context.db, directory_sync.told(context.site)
    known = await entries.one(db, one.id)
    if known is not None and known.is_erased:
        raise Forbidden(_NOT_LET_IN, provider=given.name)
    person_id = await directory_sync.take(context, one)
    viewer = await context.find_person(person_id) or nobody(context.viewer.policy)
    proof = SignedIn(claims={"sub": one.id, "auth_time": clock.now().timestamp()}, id_token="")
    token = await sign_on.enter(db, viewer, given.issuer, proof, agent)
    if before:
        await sessions.end(db, before)
    return token
