"""The outbox: emails wait in the database, and what became of them. (How they are sent: `sending.py`.)"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert as insert_or_not

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.mail.write import WrittenEmail
from weetwie.events import PersonErased
from weetwie.runtime import clock
from weetwie.security import sealing
from weetwie.tables.mail import Email, MailChoice
from weetwie.tables.people import Person

TEXT: Final = "letters.text"
HTML: Final = "letters.html"
_FAILURES_LAST: Final = timedelta(days=30)

WEEKLY: Final = "week"
UNREAD: Final = "unread"

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
_STUCK = Query(
    select(func.count(), func.max(Email.why)).where(Email.failed_at.is_(None), Email.why != text("''"))
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
        text=sealing.seal(TEXT, address, written.text.encode()),
        html=sealing.seal(HTML, address, written.html.encode()),
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
    allowed.check(viewer, permissions.look_after_people)
    return [(row["person_id"], row["why"]) for row in await db.rows(_NOT_DELIVERED, limit=limit)]


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
