"""Tries at a secret, counted in the database: who guesses waits longer after each failure, whichever process or host is asked.

A try is written down by `begin` in a transaction of its own, before the secret is looked at, so that a thousand tries at once
count as a thousand; `take_back` removes it when the secret was right. A transaction that is rolled back counts nothing.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from math import ceil

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.database.pool import Database, Db, Query, param
from weetwie.domain.identity.keys import key
from weetwie.domain.identity.rules import REMEMBERED, WRONG_TOKENS, Guessing
from weetwie.errors import TooMany, _
from weetwie.runtime import clock
from weetwie.security.client_address import place_of
from weetwie.tables.identity import SignInAttempt

_WAIT = _("Too many attempts. Wait {seconds} seconds.")
_WAIT_ONE = _("Too many attempts. Wait a second.")

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
_about = SignInAttempt.about == param("about", LargeBinary)
_FORGIVE_BESIDE = Query(
    delete(SignInAttempt).where(
        SignInAttempt.id.in_(
            select(SignInAttempt.id)
            .where(
                SignInAttempt.about == param("beside", LargeBinary),
                SignInAttempt.at.in_(select(SignInAttempt.at).where(_about)),
            )
            .order_by(SignInAttempt.id)
            .limit(select(func.count()).where(_about).scalar_subquery())
        )
    )
)
_FORGIVE = Query(delete(SignInAttempt).where(SignInAttempt.about == param("about", LargeBinary)))
_SWEEP = Query(delete(SignInAttempt).where(SignInAttempt.at < param("before", DateTime(timezone=True))))


class Attempt(msgspec.Struct, frozen=True):
    """A try that is written down and not yet decided."""

    ids: list[int]


async def begin(db: Db, limits: Mapping[str, Guessing]) -> Attempt:
    """Writes one try down under each name (`code of 17`, `from 203.0.113.4`). Raises TooMany when it comes too soon after
    failures under one of them; then nothing is written."""
    secret = await key(db, "sign-in")
    by_digest = {_digest(secret, about): limit for about, limit in limits.items()}
    # Locked in one order, so that tries that come together are counted one after the other.
    for digest in sorted(by_digest):
        await db.value(_LOCK, about=digest.hex())
    now = clock.now()
    rows = await db.rows(_FAILURES, about=list(by_digest), since=now - REMEMBERED)
    waits = [by_digest[row["about"]].wait(row["failures"]) - (now - row["last"]) for row in rows]
    seconds = ceil(max((wait.total_seconds() for wait in waits), default=0))
    if seconds > 0:
        raise TooMany(_WAIT if seconds > 1 else _WAIT_ONE, retry_after=seconds, seconds=seconds)
    return Attempt([await db.value(_FAILED, about=digest, at=now) for digest in by_digest])


async def take_back(db: Db, attempt: Attempt, forgiven: str, beside: Sequence[str] = ()) -> None:
    """The secret was right: this try does not count, nor do earlier ones under the name `forgiven`, as often as they were counted
    under the names `beside` it as well: many people behind one address mistype, and are right in the end."""
    await db.run(_TAKE_BACK, ids=attempt.ids)
    secret = await key(db, "sign-in")
    about = _digest(secret, forgiven)
    for name in beside:
        await db.run(_FORGIVE_BESIDE, about=about, beside=_digest(secret, name))
    await db.run(_FORGIVE, about=about)


async def wrong_token(database: Database, client_address: str) -> None:
    """Somebody has shown a token, a code or a link that leads nowhere. What is right is never refused for what others behind
    the same address have shown. Raises TooMany."""
    place = place_of(client_address)
    async with database.transaction_in_turn(place) as db:
        await begin(db, {f"token from {place}": WRONG_TOKENS})


async def sweep(db: Db) -> int:
    """For the schedule: tries that no longer count."""
    return await db.run(_SWEEP, before=clock.now() - REMEMBERED)


def _digest(secret: bytes, about: str) -> bytes:
    return hmac.digest(secret, about.encode("utf-8", "surrogatepass"), hashlib.sha256)
