"""The address at the end of an email that ends emails of its kind, with one click (RFC 8058): the address itself is the proof."""

import hashlib
import hmac

from weetwie.database.pool import Db
from weetwie.domain.identity.keys import key
from weetwie.domain.people import staying
from weetwie.errors import NotFound


async def token(db: Db, person_id: int) -> str:
    proof = hmac.digest(await key(db, "letters"), f"questions {person_id}".encode(), hashlib.sha256)
    return f"{person_id}.{proof.hex()}"


async def whose(db: Db, given: str) -> int:
    """Raises NotFound for a token that we did not make."""
    number = given.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound
    if not hmac.compare_digest(await token(db, int(number)), given):
        raise NotFound
    return int(number)


async def stop(db: Db, given: str) -> None:
    await staying.want_week(db, await whose(db, given), wants=False)
