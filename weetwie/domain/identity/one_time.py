"""One-time codes as a second proof (TOTP, RFC 6238), and recovery codes for who has lost the phone."""

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

from weetwie.access.recognise import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.errors import Invalid, _
from weetwie.events import audit
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.identity import OneTime

STEP: Final = 30
RECOVERY_CODES: Final = 10
_WRONG: Final = _("This code is not right, or was used already. Please type the one that the app shows now.")

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


async def is_on(db: Db, person_id: int) -> bool:
    row = await db.row(_SECRET, person_id=person_id)
    return row is not None and row["confirmed_at"] is not None


async def begin(db: Db, viewer: Viewer, place: str) -> tuple[str, str]:
    """The secret for the app, as text and as an address; of use once a code has shown that the app has it."""
    await db.run(_BEGIN_QUERY, person_id=viewer.person_id, secret=secrets.token_bytes(20))
    row = await db.row(_SECRET, person_id=viewer.person_id)
    if row is None or row["confirmed_at"] is not None:
        raise Invalid(_("One-time codes are on already."))
    secret = base64.b32encode(row["secret"]).decode()
    label = quote(f"{place}:{viewer.handle}")
    return secret, f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': place}, quote_via=quote)}"


async def confirm(db: Db, viewer: Viewer, code: str) -> list[str]:
    """From now on a code is asked for. Gives the recovery codes, which are told this one time. Raises Invalid."""
    if await is_on(db, viewer.person_id) or not await _fits(db, viewer.person_id, code):
        raise Invalid(_WRONG)
    codes = [_recovery_code() for _code in range(RECOVERY_CODES)]
    hashes = [credential_hash(_bare(one)) for one in codes]
    await db.run(_CONFIRM, person_id=viewer.person_id, at=clock.now(), hashes=hashes)
    await audit(db, viewer, "one_time.begin", viewer.person_id)
    return codes


async def check(db: Db, person_id: int, code: str) -> bool:
    """Whether it is the code of now, or a recovery code; each is good once. True for who has no codes."""
    if not await is_on(db, person_id):
        return True
    if await _fits(db, person_id, code):
        return True
    return bool(_bare(code)) and bool(
        await db.run(_USE_RECOVERY, person_id=person_id, hash=credential_hash(_bare(code)))
    )


async def end(db: Db, viewer: Viewer, code: str) -> None:
    """No code is asked for any more. Raises Invalid."""
    if not await check(db, viewer.person_id, code):
        raise Invalid(_WRONG)
    await db.run(_END, person_id=viewer.person_id)
    await audit(db, viewer, "one_time.end", viewer.person_id)


async def _fits(db: Db, person_id: int, code: str) -> bool:
    """One step earlier or later is let pass, for clocks differ; no step twice."""
    row = await db.row(_SECRET, person_id=person_id)
    bare = "".join(code.split())
    if row is None or not (bare.isascii() and bare.isdigit() and len(bare) == 6):
        return False
    now = _step(clock.now())
    step = next(
        (one for one in (now, now - 1, now + 1) if hmac.compare_digest(at(row["secret"], one), bare)), 0
    )
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


def _bare(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum())
