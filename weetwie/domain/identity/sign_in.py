"""Signing in with a name or an address and a password. Guessing is slowed down more with each failure.

Two steps, each in a transaction of its own: `knock` writes the try down before the password is looked at, so that a
thousand tries at once count as a thousand; `enter` takes it back when the password was right. Between the two nothing
is held while the password is hashed.
"""

import msgspec
from sqlalchemy import Text, func, select

from weetwie.access import viewer as viewers
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db, Query, param
from weetwie.domain.identity import addresses, attempts, one_time, passwords, rules, sessions
from weetwie.domain.identity.attempts import Attempt
from weetwie.domain.identity.rules import AT_ACCOUNT, AT_ACCOUNT_FROM_ADDRESS, FROM_ADDRESS
from weetwie.errors import Forbidden, Invalid, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.security.client_address import place_of
from weetwie.tables.people import Person
from weetwie.text.signs import visible

WRONG = _("Username or password is wrong")
_NOT_ACTIVE = _("This account isn't active right now. Ask an administrator.")

_BY_PROVIDER = _(
    "Colleagues log in with their account at the organisation. Use the button on the login page."
)

_BY_HANDLE = Query(select(Person.id).where(func.folded(Person.handle) == func.folded(param("handle", Text))))


class SignInRequest(msgspec.Struct, frozen=True):
    """A try that is written down and not yet decided."""

    person_id: int | None
    hash: str | None
    pair: str
    """The account together with where the try came from."""
    beside: tuple[str, str]
    """The account, and where the try came from."""
    attempt: Attempt


async def knock(db: Db, name: str, client_address: str) -> SignInRequest:
    """Writes the try down. Raises TooMany when it comes too soon after failures."""
    person_id = await named(db, name)
    account = f"person:{person_id}" if person_id else f"name:{rules.plain(name)}"
    place = place_of(client_address)
    pair = f"{account} {place}"
    attempt = await attempts.begin(
        db, {pair: AT_ACCOUNT_FROM_ADDRESS, account: AT_ACCOUNT, place: FROM_ADDRESS}
    )
    hash = await passwords.hash_of(db, person_id) if person_id else None
    return SignInRequest(person_id, hash, pair, (account, place), attempt)


async def check(attempt: SignInRequest, password: str) -> int:
    """Whose password it is; slow, and outside of any transaction. Raises Invalid for a wrong one, and for nobody's."""
    fits = await passwords.fits(attempt.hash, password)
    if not fits or attempt.person_id is None:
        raise Invalid(WRONG)
    return attempt.person_id


async def prove(database: Database, attempt: SignInRequest, code: str) -> None:
    """The password was right, which no longer counts as a try; the code is counted by itself. Raises CodeNeeded, TooMany."""
    async with database.transaction() as db:
        await take_back(db, attempt)
    await one_time.prove(database, attempt.person_id or 0, code)


async def enter(db: Db, viewer: Viewer, attempt: SignInRequest, agent: str) -> str:
    """Begins the session of the person who has shown their password, and their code if they have one; `viewer` is that
    person. Gives its token."""
    if viewer.person_id != attempt.person_id or not viewers.is_active(viewer, clock.now()):
        raise Forbidden(_NOT_ACTIVE)
    check_own_means(viewer)
    await take_back(db, attempt)
    await audit(db, viewer, "session.begin", viewer.person_id)
    return await sessions.begin(db, viewer.person_id, agent)


def check_own_means(viewer: Viewer) -> None:
    """Raises Forbidden for members of an organisation that lets them in by its provider alone."""
    if not may_by_own_means(viewer):
        raise Forbidden(_BY_PROVIDER)


def may_by_own_means(viewer: Viewer) -> bool:
    return viewer.policy.sign_in != "sso" or viewer.standing is not Standing.member


async def take_back(db: Db, knock: SignInRequest) -> None:
    """The password was right: this try, and those before it from here, no longer count."""
    await attempts.take_back(db, knock.attempt, knock.pair, knock.beside)


async def named(db: Db, name: str) -> int | None:
    name = visible(name).encode("utf-8", "replace").decode()
    by_handle = name.removeprefix("@")
    person_id: int | None = await db.value(_BY_HANDLE, handle=by_handle)
    return person_id if person_id or "@" not in name else await addresses.owner(db, name)
