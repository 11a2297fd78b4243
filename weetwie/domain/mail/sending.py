"""Emails on their way: written out, handed to the mail server, tried again, ever later, and given up in the end."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, case, delete, select, update

from weetwie.database.pool import Database, Db, Query, Record, param
from weetwie.domain.mail.emails import HTML, TEXT
from weetwie.domain.mail.write import WrittenEmail
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.security import sealing
from weetwie.smtp.failed import SendFailed
from weetwie.tables.mail import Email

if TYPE_CHECKING:
    from weetwie.smtp.client import SmtpClient

log = logger(__name__)

_HELD: Final = timedelta(minutes=5)
"""For so long an email is one process's to send."""
_LONGEST_WAIT: Final = timedelta(hours=4)
_LONGEST_WAIT_FOR_US: Final = timedelta(minutes=30)
"""Where this installation is at fault: soon after it has been set right, emails go."""

Write = Callable[[int, datetime, str], Awaitable[WrittenEmail | None]]
"""To whom, what came after when, and where it is stopped."""
Sent = Callable[[Db, int, datetime], Awaitable[None]]
"""To whom, and when it was taken to be sent; in the transaction in which it is gone from here."""
Returns = Callable[[Db, int, str], Awaitable[str]]
"""To whom and at which address; where mail servers say that an email to them could not be delivered."""


class WrittenLater(msgspec.Struct, frozen=True):
    """A kind of emails of which it is said when they are sent what stands in them."""

    write: Write
    sent: Sent | None = None


_ID = Email.id == param("id", BigInteger)
_NOW = param("now", DateTime(timezone=True))
_due = select(Email.id).where(Email.failed_at.is_(None), Email.due_at <= _NOW)
WAITS = _due.exists()
_first_due = _due.order_by(Email.due_at).limit(1).with_for_update(skip_locked=True).scalar_subquery()
_CLAIM = Query(
    update(Email)
    .where(Email.id == _first_due)
    .values(
        # What is written when it is sent is tried again only if the mail server said no: whoever ends meanwhile, nobody gets it twice.
        due_at=case((Email.kind == "", param("held_until", DateTime(timezone=True))), else_=Email.ends_at),
        attempts=Email.attempts + 1,
    )
    .returning(
        Email.id,
        Email.person_id,
        Email.kind,
        Email.since,
        Email.address,
        Email.subject,
        Email.text,
        Email.html,
        Email.stop,
        Email.reply_to,
        Email.attempts,
        Email.ends_at,
    )
)
_SENT = Query(delete(Email).where(_ID))
_LATER = Query(
    update(Email).where(_ID).values(due_at=param("due_at", DateTime(timezone=True)), why=param("why", Text))
)
_FAILED = Query(
    update(Email)
    .where(_ID)
    .values(failed_at=_NOW, why=param("why", Text), address="", subject="", text=b"", html=b"")
)


async def work(
    database: Database,
    post: "SmtpClient",
    later: Mapping[str, WrittenLater] | None = None,
    returns: Returns | None = None,
) -> bool:
    """Sends one email that is due; says whether there was one. `later` is what is written when it is sent, by kind."""
    returns_to = ""
    async with database.transaction() as db:
        now = clock.now()
        row = await db.row(_CLAIM, now=now, held_until=now + _HELD)
        if row is not None and row["person_id"] is not None and returns is not None:
            returns_to = await returns(db, row["person_id"], row["address"])
    if row is None:
        return False
    try:
        if row["ends_at"] <= now:
            raise SendFailed("it was too old", is_final=True)
        kind = (later or {}).get(row["kind"])
        written = await _written(row, kind)
        if written is not None:
            more = {"reply_to": written.reply_to, "returns_to": returns_to}
            given = {name: address for name, address in more.items() if address}
            await post.send(row["address"], written.subject, written.text, written.html, row["stop"], **given)
    except SendFailed as error:
        await _not_sent(database, row["id"], row["attempts"], row["ends_at"], error)
    else:
        async with database.transaction() as db:
            await db.run(_SENT, id=row["id"])
            if written is not None and kind is not None and kind.sent is not None:
                await kind.sent(db, row["person_id"], now)
    return True


async def _written(row: Record, kind: WrittenLater | None) -> WrittenEmail | None:
    """None where there is nothing to say."""
    if row["kind"]:
        return None if kind is None else await kind.write(row["person_id"], row["since"], row["stop"])
    plain, html = (_opened(place, row) for place in (TEXT, HTML))
    return WrittenEmail(row["subject"], plain, html, row["reply_to"])


def _opened(place: str, row: Record) -> str:
    try:
        return sealing.opened(place, row["address"], bytes(row[place.removeprefix("letters.")])).decode()
    except sealing.CannotOpen as error:
        raise SendFailed("the key that it was sealed with is lost", is_final=True) from error


async def _not_sent(
    database: Database, email_id: int, attempts: int, ends_at: datetime, error: SendFailed
) -> None:
    pause = min(wait(attempts), _LONGEST_WAIT_FOR_US) if error.is_ours else wait(attempts)
    later = clock.now() + pause
    async with database.transaction() as db:
        if error.is_final or later >= ends_at:
            log.error("an email could not be sent", number=email_id, why=str(error), attempts=attempts)
            await db.run(_FAILED, id=email_id, now=clock.now(), why=str(error))
        elif error.is_ours:
            log.error(
                "the mail server does not take emails from here",
                number=email_id,
                why=str(error),
                attempts=attempts,
            )
            await db.run(_LATER, id=email_id, due_at=later, why=str(error))
        else:
            log.warning("an email is tried again", number=email_id, why=str(error), attempts=attempts)
            await db.run(_LATER, id=email_id, due_at=later, why="")


def wait(attempts: int) -> timedelta:
    """Half a minute at first, then ever longer."""
    return min(timedelta(seconds=15 * 2 ** min(attempts, 20)), _LONGEST_WAIT)
