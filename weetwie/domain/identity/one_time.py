"""One-time codes as a second proof (TOTP, RFC 6238), and recovery codes for people who have lost the phone.

Whoever signs in, or switches codes off, does so by `prove`, which counts the try in the database before it looks at the code: five are free, then each
failure doubles the wait, up to a quarter of an hour, for the person, wherever it is tried. So a code is tried some three hundred
times a day at most, of a million that there are.

Nobody can keep somebody out for good by guessing in their name. To get here takes their password, a link from their mail or
their browser; the wait ends a quarter of an hour after the last failure, one that comes too early does not prolong it, and a new
password (by mail) stops whoever knows the old one. Recovery codes, of 80 random bits, are counted by themselves: where somebody
guesses six figures, a recovery code is taken all the same. Passkeys and providers are not asked for codes at all.
"""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from sqlalchemy import BigInteger, DateTime, LargeBinary, any_, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.authenticate import credential_hash
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db, Query, param
from weetwie.domain.identity import account, attempts
from weetwie.domain.identity.rules import AT_CODES
from weetwie.errors import Invalid, TooMany, _
from weetwie.runtime import clock
from weetwie.security import sealing
from weetwie.tables.identity import OneTime

STEP: Final = 30
RECOVERY_CODES: Final = 10
_NEEDED: Final = _("Enter your password again, and the code from your authenticator app.")
_WRONG: Final = _("This code is wrong or was already used. Wait for the next one, or use a recovery code.")

_PLACE: Final = "one_time.secret"

_PERSON = OneTime.person_id == param("person_id", BigInteger)
_BEGIN = insert(OneTime).values(person_id=param("person_id", BigInteger), secret=param("secret", LargeBinary))
_BEGIN_QUERY = Query(
    _BEGIN.on_conflict_do_update(
        index_elements=[OneTime.person_id],
        set_={"last_step": 0},
        where=OneTime.confirmed_at.is_(None),
    )
)
_SECRET = Query(select(OneTime.secret, OneTime.confirmed_at).where(_PERSON))
_USE_STEP = Query(
    update(OneTime)
    .where(_PERSON, OneTime.last_step < param("step", BigInteger))
    .values(last_step=param("step", BigInteger))
)
_USE_RECOVERY = Query(
    update(OneTime)
    .where(
        _PERSON,
        OneTime.confirmed_at.is_not(None),
        param("hash", LargeBinary) == any_(OneTime.recovery_hashes),
    )
    .values(recovery_hashes=func.array_remove(OneTime.recovery_hashes, param("hash", LargeBinary)))
)
_CONFIRM = Query(
    update(OneTime)
    .where(_PERSON, OneTime.confirmed_at.is_(None))
    .values(
        confirmed_at=param("at", DateTime(timezone=True)),
        recovery_hashes=param("hashes", ARRAY(LargeBinary)),
    )
)
_END = Query(delete(OneTime).where(_PERSON))


class CodeNeeded(Invalid):
    """A one-time code is missing or wrong."""


async def is_on(db: Db, person_id: int) -> bool:
    row = await db.row(_SECRET, person_id=person_id)
    return row is not None and row["confirmed_at"] is not None


async def begin(db: Db, viewer: Viewer, place: str) -> tuple[str, str]:
    """The secret for the app, as text and as an address; of use once a code has shown that the app has it."""
    await db.run(_BEGIN_QUERY, person_id=viewer.person_id, secret=_sealed(viewer.person_id))
    row = await db.row(_SECRET, person_id=viewer.person_id)
    if row is None or row["confirmed_at"] is not None:
        raise Invalid(_("Two-step verification is already on."))
    secret = base64.b32encode(sealing.opened(_PLACE, viewer.person_id, row["secret"])).decode()
    label = quote(f"{place}:{viewer.handle}")
    return secret, f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': place}, quote_via=quote)}"


async def confirm(db: Db, viewer: Viewer, code: str) -> list[str]:
    """From now on a code is asked for. Gives the recovery codes, which are told this one time. Raises Invalid. Tries are not
    counted: whoever makes them has just been shown the secret."""
    if await is_on(db, viewer.person_id) or not await _fits(db, viewer.person_id, code):
        raise Invalid(_WRONG)
    codes = [_recovery_code() for _code in range(RECOVERY_CODES)]
    hashes = [credential_hash(_bare(one)) for one in codes]
    await db.run(_CONFIRM, person_id=viewer.person_id, at=clock.now(), hashes=hashes)
    await account.changed(db, viewer, "one_time.begin", viewer.person_id)
    return codes


async def prove(database: Database, person_id: int, code: str) -> None:
    """It is the code of now, or a recovery code, each good once; or they have no codes. In transactions of its own, so that nothing
    that follows takes the count back. Raises CodeNeeded for a wrong one and for none, TooMany."""
    async with database.reading() as db:
        if not await is_on(db, person_id):
            return
    if not _bare(code):
        raise CodeNeeded(_NEEDED, field="code")
    about = f"code of {person_id}" if _is_figures(code) else f"recovery code of {person_id}"
    try:
        async with database.transaction_in_turn(about) as db:
            attempt = await attempts.begin(db, {about: AT_CODES})
    except TooMany:
        async with database.transaction() as db:
            await account.guessed(db, person_id)
        raise
    async with database.transaction() as db:
        if not await _is_good(db, person_id, code):
            raise CodeNeeded(_WRONG, field="code")
        await attempts.take_back(db, attempt, about)


async def end(database: Database, viewer: Viewer, code: str) -> None:
    """No code is asked for any more. Raises Invalid, TooMany."""
    await prove(database, viewer.person_id, code)
    async with database.transaction() as db:
        await db.run(_END, person_id=viewer.person_id)
        await account.changed(db, viewer, "one_time.end", viewer.person_id)


async def _is_good(db: Db, person_id: int, code: str) -> bool:
    if _is_figures(code):
        return await _fits(db, person_id, code)
    if not await db.run(_USE_RECOVERY, person_id=person_id, hash=credential_hash(_bare(code))):
        return False
    await account.changed(db, Viewer(policy=Policy(), person_id=person_id), "one_time.recover", person_id)
    return True


def _sealed(person_id: int) -> bytes:
    return sealing.seal(_PLACE, person_id, secrets.token_bytes(20))


async def reset(db: Db, viewer: Viewer, person_id: int) -> None:
    """For who has lost the app and the recovery codes: no code is asked for, until they set codes up again."""
    allowed.check(viewer, permissions.administer)
    if not await db.run(_END, person_id=person_id):
        raise Invalid(_("Two-step verification is off."))
    await account.changed(db, viewer, "one_time.reset", person_id)


async def _fits(db: Db, person_id: int, code: str) -> bool:
    """One step earlier or later is let pass, for clocks differ; no step twice."""
    row = await db.row(_SECRET, person_id=person_id)
    bare = "".join(code.split())
    if row is None or not _is_figures(code):
        return False
    try:
        secret = sealing.opened(_PLACE, person_id, row["secret"])
    except sealing.CannotOpen:
        return False  # its key is lost: no code fits until an administrator has reset them
    now = _step(clock.now())
    step = next((one for one in (now, now - 1, now + 1) if hmac.compare_digest(at(secret, one), bare)), 0)
    return step > 0 and bool(await db.run(_USE_STEP, person_id=person_id, step=step))


def at(secret: bytes, step: int) -> str:
    """The six figures of a step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def _step(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def _is_figures(code: str) -> bool:
    bare = "".join(code.split())
    return bare.isascii() and bare.isdigit() and len(bare) == 6


def _bare(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum())
