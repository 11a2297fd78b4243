"""What is done to the ways in which somebody signs in: its owner hears of every change, whoever made it.

They find it for good among their settings, by mail at every address that they have shown to be theirs, and, where somebody else
did it, on every page of each browser in which they sign in afterwards, until they say there that they have read it. (Whoever came
in by it may say so in their browser; in the next one it stands again.)
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Text, and_, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.rows import structs
from weetwie.database.sql import there_is
from weetwie.errors import _
from weetwie.events import AccountChanged, audit, record
from weetwie.runtime import clock
from weetwie.tables.identity import AccountEvent, Address, Session

MOST_LISTED: Final = 100
STANDS_FOR: Final = timedelta(days=90)

SENTENCES: Final = {
    "password.set": _("Your password was changed."),
    "passkey.add": _("A passkey was added."),
    "passkey.remove": _("A passkey was removed."),
    "one_time.begin": _("Two-step verification was turned on."),
    "one_time.end": _("Two-step verification was turned off."),
    "one_time.reset": _("Two-step verification was turned off."),
    "one_time.recover": _("A recovery code was used."),
    "one_time.guess": _("Someone entered wrong verification codes several times."),
    "address.confirm": _("An e-mail address was added."),
    "address.change": _("An e-mail address was changed."),
    "address.drop": _("An e-mail address was removed."),
    "address.release": _("An e-mail address was removed."),
    "identity.connect": _("A single sign-on account was connected."),
    "identity.disconnect": _("A single sign-on account was disconnected."),
    "grant": _("An app was allowed to act for you."),
    "token.issue": _("An access token was created for you."),
    "feed.make": _("A secret feed address was made."),
    "chat.link": _("A chat account was linked."),
    "chat.unlink": _("A chat account was unlinked."),
    "access.end": _(
        "You're back. Anything set up while you were away with a link others could see no longer logs in."
    ),
    "person.link": _("You were sent a link to choose a password for your account."),
}
SHOWN_LINK: Final = _("Someone made a link to choose a password for your account, and others could see it.")

_PUT = Query(
    insert(AccountEvent)
    .values(
        person_id=param("person_id", BigInteger),
        act=param("act", Text),
        by_id=param("by_id", BigInteger),
        is_shown=param("is_shown", Boolean),
        gone=param("gone", Text),
        at=param("at", DateTime(timezone=True)),
    )
    .returning(AccountEvent.id)
)
_COLUMNS = (
    AccountEvent.id, AccountEvent.person_id, AccountEvent.act, AccountEvent.by_id, AccountEvent.is_shown, AccountEvent.gone,
    AccountEvent.at,
)  # fmt: skip
_PERSON = AccountEvent.person_id == param("person_id", BigInteger)
_LISTED = Query(select(*_COLUMNS).where(_PERSON).order_by(AccountEvent.id.desc()).limit(MOST_LISTED))
_ONE = Query(select(*_COLUMNS).where(AccountEvent.id == param("id", BigInteger)))
_session = select(Session.told_id).where(Session.id == param("session_id", BigInteger)).scalar_subquery()
_UNREAD = Query(
    select(*_COLUMNS)
    .where(
        _PERSON,
        AccountEvent.by_id.is_distinct_from(AccountEvent.person_id),
        or_(AccountEvent.act != "person.link", AccountEvent.is_shown),
        AccountEvent.at > param("since", DateTime(timezone=True)),
        AccountEvent.id > _session,
    )
    .order_by(AccountEvent.id.desc())
    .limit(MOST_LISTED)
)
ANY_BY_OTHERS = there_is(
    AccountEvent,
    AccountEvent.person_id == param("viewer_id", BigInteger),
    AccountEvent.by_id.is_distinct_from(AccountEvent.person_id),
    AccountEvent.id > _session,
)
"""Whether others may have done something that was not yet read in this browser."""
_READ = Query(
    update(Session)
    .where(Session.id == param("session_id", BigInteger))
    .values(
        told_id=select(func.coalesce(func.max(AccountEvent.id), 0))
        .where(AccountEvent.person_id == Session.person_id)
        .scalar_subquery()
    )
)
_LATELY = Query(
    select(AccountEvent.id).where(
        _PERSON,
        AccountEvent.act == param("act", Text),
        AccountEvent.at > param("since", DateTime(timezone=True)),
    )
)
_ADDRESSES = Query(
    select(Address.address)
    .where(
        and_(Address.person_id == param("person_id", BigInteger), Address.is_verified),
        Address.address.is_not(None),
    )
    .order_by(Address.id)
)


_FORGET_GONE = Query(
    update(AccountEvent).where(AccountEvent.id == func.any(param("ids", ARRAY(BigInteger)))).values(gone=None)
)


class AccountChange(msgspec.Struct, frozen=True):
    id: int
    person_id: int
    act: str
    by_id: int | None
    """None: nobody in particular, such as the command line, a provider or a directory."""
    is_shown: bool
    gone: str | None
    """An address that was theirs until then."""
    at: datetime

    @property
    def sentence(self) -> str:
        return SHOWN_LINK if self.is_shown else SENTENCES.get(self.act, self.act)


async def changed(
    db: Db,
    viewer: Viewer,
    act: str,
    person_id: int,
    *,
    is_shown: bool = False,
    gone: str | None = None,
    is_mailed: bool = True,
    **ids: int,
) -> None:
    """Written down for those who may have to answer for it, and for the person. `is_shown`: what was made could be seen by others
    than the person; `gone`: an address that is theirs no longer, and is told of it too."""
    await audit(db, viewer, act, person_id, door="", **ids)
    id = await db.value(
        _PUT,
        person_id=person_id,
        act=act,
        by_id=viewer.person_id or None,
        is_shown=is_shown,
        gone=gone,
        at=clock.now(),
    )
    if is_mailed:
        await record(db, viewer, AccountChanged(id))


async def happened(db: Db, viewer: Viewer) -> list[AccountChange]:
    """One's own, the newest first."""
    return structs(AccountChange, await db.rows(_LISTED, person_id=viewer.person_id))


async def unread(db: Db, viewer: Viewer) -> list[AccountChange]:
    """What others did, and was not yet read in this browser."""
    since = clock.now() - STANDS_FOR
    rows = await db.rows(_UNREAD, person_id=viewer.person_id, session_id=viewer.session_id, since=since)
    return structs(AccountChange, rows)


async def read(db: Db, viewer: Viewer) -> None:
    await db.run(_READ, session_id=viewer.session_id)


async def one(db: Db, id: int) -> AccountChange | None:
    row = await db.row(_ONE, id=id)
    return AccountChange(*row) if row else None


async def guessed(db: Db, person_id: int) -> None:
    """Whoever guesses codes knows the password already: its owner hears of it, once an hour."""
    since = clock.now() - timedelta(hours=1)
    if await db.value(_LATELY, person_id=person_id, act="one_time.guess", since=since) is None:
        await changed(db, Viewer(policy=Policy()), "one_time.guess", person_id)


async def addresses(db: Db, person_id: int) -> list[str]:
    """All of which they have shown that they are theirs."""
    return columns(await db.rows(_ADDRESSES, person_id=person_id), "address")


async def told_at(db: Db, happened: AccountChange) -> list[str]:
    """Each address of which they have shown that it is theirs, and the one that was."""
    found = await addresses(db, happened.person_id)
    return list(dict.fromkeys([*found, happened.gone])) if happened.gone else found


async def forget_gone(db: Db, _viewer: Viewer, facts: Sequence[AccountChanged]) -> None:
    """Addresses are kept no longer than it takes to tell them."""
    await db.run(_FORGET_GONE, ids=[fact.event_id for fact in facts])
