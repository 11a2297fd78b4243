"""The address at the end of an email that ends emails of its kind, with one click (RFC 8058): the address itself is the proof."""

import hashlib
import hmac
from typing import Final

from weetwie.database.pool import Db
from weetwie.domain.identity.keys import key
from weetwie.domain.mail import choices, emails
from weetwie.domain.people import staying
from weetwie.errors import NotFound, or_not_found
from weetwie.text.signs import whole_number

_SIGNED: Final = {emails.WEEKLY: "questions", emails.UNREAD: "unread"}
_BEGINS: Final = {emails.WEEKLY: "", emails.UNREAD: "u"}
"""How a token of each kind begins; those of the week are older than the others."""


async def token(db: Db, person_id: int, kind: str = emails.WEEKLY) -> str:
    proof = hmac.digest(await key(db, "letters"), f"{_SIGNED[kind]} {person_id}".encode(), hashlib.sha256)
    return f"{_BEGINS[kind]}{person_id}.{proof.hex()}"


async def whose(db: Db, given: str) -> tuple[int, str]:
    """Whose it is, and which kind of emails it ends. Raises NotFound for a token that we did not make."""
    kind = emails.UNREAD if given.startswith("u") else emails.WEEKLY
    person_id = or_not_found(whole_number(given.removeprefix(_BEGINS[kind]).partition(".")[0]))
    if not hmac.compare_digest(await token(db, person_id, kind), given):
        raise NotFound
    return person_id, kind


async def stop(db: Db, given: str) -> str:
    """Which kind of emails has ended. Raises NotFound."""
    person_id, kind = await whose(db, given)
    if kind == emails.UNREAD:
        await choices.end(db, person_id)
    else:
        await staying.want_week(db, person_id, wants=False)
    return kind
