"""The outbox: emails wait in the database, are tried again, ever later, and given up in the end."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    Text,
    case,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Database, Db, Query, Record, param
from weetwie.domain.mail.write import WrittenEmail
from weetwie.errors import Forbidden
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.runtime.log import logger
from weetwie.security import sealing
from weetwie.smtp.failed import SendFailed
from weetwie.tables.mail import Email, MailChoice
from weetwie.tables.people import Person

if TYPE_CHECKING:
    from weetwie.smtp.client import SmtpClient

log = logger(__name__)

_TEXT: Final = "letters.text"
_HTML: Final = "letters.html"
_HELD: Final = timedelta(minutes=5)
"""For so long an email is one process's to send."""
_LONGEST_WAIT: Final = timedelta(hours=4)
_LONGEST_WAIT_FOR_US: Final = timedelta(minutes=30)
"""Where this installation is at fault: soon after it has been set right, emails go."""
_FAILURES_LAST: Final = timedelta(days=30)

WEEKLY: Final = "week"
UNREAD: Final = "unread"
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


_NOW = param("now", DateTime(timezone=True))
_PUT = Query(
    insert(Email).values(
        person_id=param("person_id", BigInteger),
        address=param("address", Text),
        subject=param("subject", Text),
        text=param("text", LargeBinary),
        html=param("html", LargeBinary),
        kind=param("kind", Text),
        since=param("since", DateTime(timezone=True)),
        stop=param("stop", Text),
        reply_to=param("reply_to", Text),
        due_at=param("due_at", DateTime(timezone=True)),
        ends_at=param("ends_at", DateTime(timezone=True)),
    )
)
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
_gathered = insert_or_not(Email).values(
    person_id=param("person_id", BigInteger),
    address=param("address", Text),
    subject=text("''"),
    text=text("''"),
    html=text("''"),
    kind=text(f"'{UNREAD}'"),
    since=param("since", DateTime(timezone=True)),
    stop=param("stop", Text),
    due_at=param("due_at", DateTime(timezone=True)),
    ends_at=param("ends_at", DateTime(timezone=True)),
)
_GATHER = Query(
    _gathered.on_conflict_do_update(
        index_elements=[Email.person_id],
        index_where=text(f"kind = '{UNREAD}' and attempts = 0"),
        set_={"due_at": func.least(Email.due_at, _gathered.excluded.due_at)},
    )
)
_ID = Email.id == param("id", BigInteger)
_SENT = Query(delete(Email).where(_ID))
_LATER = Query(
    update(Email).where(_ID).values(due_at=param("due_at", DateTime(timezone=True)), why=param("why", Text))
)
_STUCK = Query(
    select(func.count(), func.max(Email.why)).where(Email.failed_at.is_(None), Email.why != text("''"))
)
_FAILED = Query(
    update(Email)
    .where(_ID)
    .values(failed_at=_NOW, why=param("why", Text), address="", subject="", text=b"", html=b"")
)
_HAS_FAILED = Query(
    select(
        select(Email.id)
        .join(Person, Person.id == Email.person_id)
        .where(Email.person_id == param("person_id", BigInteger), Email.failed_at > Person.left_at)
        .exists()
    )
)
_NOT_DELIVERED = Query(
    select(Email.person_id, Email.why)
    .join(Person, Person.id == Email.person_id)
    .where(Email.failed_at.is_not(None), Person.has_joined.is_(False), Person.erased_at.is_(None))
    .order_by(Email.failed_at.desc())
    .limit(param("limit", BigInteger))
)
_SWEEP = Query(delete(Email).where(Email.failed_at < param("before", DateTime(timezone=True))))
_WITHDRAWN = Query(
    delete(Email).where(
        Email.person_id == param("person_id", BigInteger),
        func.folded(Email.address) == func.folded(param("address", Text)),
    )
)
_OF_ERASED = [
    Query(delete(table).where(table.person_id == func.any(param("ids", ARRAY(BigInteger)))))
    for table in (Email, MailChoice)
]


async def put(
    db: Db,
    person_id: int | None,
    address: str,
    written: WrittenEmail,
    lasts: timedelta,
    stop: str = "",
    *,
    after: timedelta = timedelta(),
) -> None:
    """In the transaction of the act. `lasts` says for how long it is of any use, `stop` where one ends emails of this kind,
    `after` how long it waits before it is sent."""
    now = clock.now()
    await db.run(
        _PUT,
        person_id=person_id,
        address=address,
        subject=written.subject,
        text=sealing.seal(_TEXT, address, written.text.encode()),
        html=sealing.seal(_HTML, address, written.html.encode()),
        kind="",
        since=None,
        stop=stop,
        reply_to=written.reply_to,
        due_at=now + after,
        ends_at=now + lasts,
    )
    db.wake_after_commit()


async def put_weekly(
    db: Db, person_id: int, address: str, since: datetime, lasts: timedelta, stop: str
) -> None:
    """What it says is written when it is sent, by what its reader sees then."""
    now = clock.now()
    await db.run(
        _PUT,
        person_id=person_id,
        address=address,
        subject="",
        text=b"",
        html=b"",
        kind=WEEKLY,
        since=since,
        stop=stop,
        reply_to="",
        due_at=now,
        ends_at=now + lasts,
    )
    db.wake_after_commit()


async def gather(
    db: Db, person_id: int, address: str, since: datetime, due_at: datetime, lasts: timedelta, stop: str
) -> None:
    """An email about what they have not read by then. Where one waits already it tells of this too."""
    await db.run(
        _GATHER,
        person_id=person_id,
        address=address,
        since=since,
        stop=stop,
        due_at=due_at,
        ends_at=due_at + lasts,
    )


async def withdraw(db: Db, person_id: int, address: str) -> None:
    """What still waits for somebody is not sent to an address that is theirs no longer."""
    await db.run(_WITHDRAWN, person_id=person_id, address=address)


async def has_failed(db: Db, person_id: int) -> bool:
    """Whether somebody who has left was written to since, and the email could not be sent."""
    return bool(await db.value(_HAS_FAILED, person_id=person_id))


async def not_delivered(db: Db, viewer: Viewer, limit: int) -> list[tuple[int, str]]:
    """Who has not joined and could not be written to, and why; the latest first. Raises Forbidden."""
    if not permissions.look_after_people(viewer, clock.now()):
        raise Forbidden
    return [(row["person_id"], row["why"]) for row in await db.rows(_NOT_DELIVERED, limit=limit)]


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
    plain, html = (_opened(place, row) for place in (_TEXT, _HTML))
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


async def stuck(db: Db) -> tuple[int, str]:
    """How many emails wait because this installation is at fault, and what the mail server says."""
    row = await db.row(_STUCK)
    return (row[0], row[1] or "") if row else (0, "")


async def sweep(db: Db) -> int:
    """For the schedule: failures that nobody asks about any more."""
    return await db.run(_SWEEP, before=clock.now() - _FAILURES_LAST)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    for query in _OF_ERASED:
        await db.run(query, ids=[fact.person_id for fact in facts])
