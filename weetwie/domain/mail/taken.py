"""Mails that came in: what one holds, that the same one does nothing twice, and how often somebody is written to about theirs."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from weetwie.database.pool import Db, Query, param
from weetwie.runtime import clock
from weetwie.tables.mail import TakenMail

MOST_RETURNED: Final = 5
"""Emails in an hour to one person about what was not posted."""
_HOUR: Final = timedelta(hours=1)
_KEPT: Final = timedelta(days=40)


class Bounce(msgspec.Struct, frozen=True):
    """What a mail server says of an email of ours (RFC 3464)."""

    is_final: bool
    """The address will never take one."""


class MailPicture(msgspec.Struct, frozen=True):
    """One that hangs on a mail, or stands in what its writer wrote."""

    name: str
    content: bytes
    is_inline: bool = False
    """It may be a logo that a mail program put there."""


class IncomingMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as far as it matters here."""

    token: str
    """Of the address of ours that it was sent to."""
    sender: str
    """The one address in `From`; empty where there are several or none."""
    message_id: str
    text: str
    """What its writer wrote, without what they quote."""
    pictures: tuple[MailPicture, ...] = ()
    has_files: bool = False
    """Others than these, which are not taken over."""
    is_automatic: bool = False
    is_genuine: bool = True
    """False where the receiving mail server says that it is not from its sender."""
    bounce: Bounce | None = None


def digest(mail: IncomingMail) -> bytes:
    """Known by its Message-ID; where it has none, by what it says."""
    known_by = mail.message_id or f"{mail.sender}\n{mail.text}"
    return hashlib.sha256(f"{mail.token}\n{known_by}".encode("utf-8", "surrogatepass")).digest()


async def is_first(db: Db, person_id: int, mail: IncomingMail) -> bool:
    """From now on it is known; another process with the same mail waits until this one's transaction ends."""
    return bool(await db.run(_TAKE, digest=digest(mail), person_id=person_id))


async def may_return(db: Db, person_id: int, mail: IncomingMail) -> bool:
    """Whether its writer is told that it was not posted; counts from now on."""
    since: datetime = clock.now() - _HOUR
    if await db.value(_COUNT, person_id=person_id, since=since) >= MOST_RETURNED:
        return False
    await db.run(_RETURN, digest=digest(mail))
    return True


async def sweep(db: Db) -> int:
    """For the schedule."""
    return await db.run(_SWEEP, before=clock.now() - _KEPT)


async def count(db: Db) -> int:
    """By how many people something came in lately."""
    return int(await db.value(_PEOPLE))


_PERSON_ID = TakenMail.person_id == param("person_id", BigInteger)
_DIGEST = TakenMail.digest == param("digest", LargeBinary)
_TAKE = Query(
    insert(TakenMail)
    .values(digest=param("digest", LargeBinary), person_id=param("person_id", BigInteger))
    .on_conflict_do_nothing()
)
_COUNT = Query(
    select(func.count()).where(
        _PERSON_ID, TakenMail.is_returned, TakenMail.at > param("since", DateTime(timezone=True))
    )
)
_RETURN = Query(update(TakenMail).where(_DIGEST).values(is_returned=True))
_SWEEP = Query(delete(TakenMail).where(TakenMail.at < param("before", DateTime(timezone=True))))
_PEOPLE = Query(select(func.count(TakenMail.person_id.distinct())))
