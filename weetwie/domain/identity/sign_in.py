"""Signing in with a name or an address and a password. Guessing is slowed down more with each failure.

Two steps, each in a transaction of its own: `knock` writes the try down before the password is looked at, so that a
thousand tries at once count as a thousand; `enter` takes it back when the password was right. Between the two nothing
is held while the password is hashed.
"""

import hashlib
import hmac
import ipaddress
from datetime import datetime
from math import ceil

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import viewer as viewers
from weetwie.access.viewer import Viewer
from weetwie.access.words import Standing
from weetwie.domain.identity import addresses, one_time, passwords, rules, sessions
from weetwie.domain.identity.keys import key
from weetwie.domain.identity.rules import AT_ACCOUNT, AT_ACCOUNT_FROM_ADDRESS, FROM_ADDRESS, REMEMBERED
from weetwie.errors import Forbidden, Invalid, TooMany, _
from weetwie.events import audit
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.identity import SignInAttempt
from weetwie.tables.people import Person

_WRONG = _("The name or the password is not right.")
_WAIT = _("There were too many tries. Please wait {seconds} seconds.")
_NOT_ACTIVE = _("This account is not active at the moment. Please ask an administrator.")

_BY_PROVIDER = _(
    "Members sign in with the account of the organisation here. Please use the button on the sign-in page."
)

_CODE = _("Please type your password once more, and the code that your app for one-time codes shows.")
_WRONG_CODE = _(
    "This code is not right, or was used already. Please wait for the next one, or use a recovery code."
)

_BY_HANDLE = Query(select(Person.id).where(func.lower(Person.handle) == func.lower(param("handle", Text))))
_LOCK = Query(select(func.pg_advisory_xact_lock(func.hashtextextended(param("about", Text), 0))))
_FAILURES = Query(
    select(SignInAttempt.about, func.count().label("failures"), func.max(SignInAttempt.at).label("last"))
    .where(
        SignInAttempt.about == func.any(param("about", ARRAY(LargeBinary))),
        SignInAttempt.at > param("since", DateTime(timezone=True)),
    )
    .group_by(SignInAttempt.about)
)
_FAILED = Query(
    insert(SignInAttempt)
    .values(about=param("about", LargeBinary), at=param("at", DateTime(timezone=True)))
    .returning(SignInAttempt.id)
)
_TAKE_BACK = Query(delete(SignInAttempt).where(SignInAttempt.id == func.any(param("ids", ARRAY(BigInteger)))))
_FORGIVE = Query(delete(SignInAttempt).where(SignInAttempt.about == param("about", LargeBinary)))
_SWEEP = Query(delete(SignInAttempt).where(SignInAttempt.at < param("before", DateTime(timezone=True))))


class CodeNeeded(Invalid):
    """The password was right; a one-time code is missing or wrong."""


class Knock(msgspec.Struct, frozen=True):
    """A try that is written down and not yet decided."""

    person_id: int | None
    hash: str | None
    pair: bytes
    """The account together with where the try came from."""
    ids: list[int]


async def knock(db: Db, name: str, client_address: str) -> Knock:
    """Writes the try down. Raises TooMany when it comes too soon after failures."""
    person_id = await named(db, name)
    secret = await key(db, "sign-in")
    account = f"person:{person_id}" if person_id else f"name:{rules.plain(name)}"
    place = place_of(client_address)
    pair, at_account, from_place = (
        hmac.digest(secret, about.encode("utf-8", "surrogatepass"), hashlib.sha256)
        for about in (f"{account} {place}", account, place)
    )
    # Locked in one order, so that tries that come together are counted one after the other.
    for about in sorted((at_account.hex(), from_place.hex())):
        await db.value(_LOCK, about=about)
    now = clock.now()
    limits = {pair: AT_ACCOUNT_FROM_ADDRESS, at_account: AT_ACCOUNT, from_place: FROM_ADDRESS}
    rows = await db.rows(_FAILURES, about=list(limits), since=now - REMEMBERED)
    waits = [limits[row["about"]].wait(row["failures"]) - (now - row["last"]) for row in rows]
    seconds = ceil(max((wait.total_seconds() for wait in waits), default=0))
    if seconds > 0:
        raise TooMany(_WAIT, retry_after=seconds, seconds=seconds)
    ids = [await db.value(_FAILED, about=about, at=now) for about in limits]
    hash = await passwords.hash_of(db, person_id) if person_id else None
    return Knock(person_id, hash, pair, ids)


async def check(attempt: Knock, password: str) -> int:
    """Whose password it is; slow, and outside of any transaction. Raises Invalid for a wrong one, and for nobody's."""
    fits = await passwords.fits(attempt.hash, password)
    if not fits or attempt.person_id is None:
        raise Invalid(_WRONG)
    return attempt.person_id


async def enter(db: Db, viewer: Viewer, attempt: Knock, agent: str, code: str = "") -> str:
    """Begins the session of the person who has shown their password; `viewer` is that person. Gives its token."""
    if viewer.person_id != attempt.person_id or not viewers.is_active(viewer, clock.now()):
        raise Forbidden(_NOT_ACTIVE)
    check_own_means(viewer)
    if not await one_time.check(db, viewer.person_id, code):
        raise CodeNeeded(_WRONG_CODE if code else _CODE)
    await take_back(db, attempt)
    await audit(db, viewer, "session.begin", viewer.person_id)
    return await sessions.begin(db, viewer.person_id, agent)


def check_own_means(viewer: Viewer) -> None:
    """Raises Forbidden for members of an organisation that lets them in by its provider alone."""
    if not may_by_own_means(viewer):
        raise Forbidden(_BY_PROVIDER)


def may_by_own_means(viewer: Viewer) -> bool:
    return viewer.policy.sign_in != "sso" or viewer.standing is not Standing.member


async def take_back(db: Db, attempt: Knock) -> None:
    """The password was right: this try, and those before it from here, no longer count."""
    await db.run(_TAKE_BACK, ids=attempt.ids)
    await db.run(_FORGIVE, about=attempt.pair)


async def sweep(db: Db) -> int:
    """For the schedule: tries that no longer count."""
    return await db.run(_SWEEP, before=_old(clock.now()))


def _old(now: datetime) -> datetime:
    return now - REMEMBERED


async def named(db: Db, name: str) -> int | None:
    name = name.strip().replace("\x00", "").encode("utf-8", "replace").decode()
    by_handle = name.removeprefix("@")
    person_id: int | None = await db.value(_BY_HANDLE, handle=by_handle)
    return person_id if person_id or "@" not in name else await addresses.owner(db, name)


def place_of(client_address: str) -> str:
    """A client address as it counts: of IPv6 the network that one household or office has."""
    try:
        address = ipaddress.ip_address(client_address)
    except ValueError:
        return client_address
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
