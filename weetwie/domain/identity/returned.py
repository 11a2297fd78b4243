"""Somebody is back as a member: what was set up while they were away, by a link that others could see, signs nobody in.

Who looks after people can let somebody leave and come back. Where a link was shown in between, whoever had it may have chosen a
password, or connected a device, as them.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, delete, func, select, text

from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import account, passwords, sessions, tokens
from weetwie.events import PersonReturned
from weetwie.tables.audit import Audit
from weetwie.tables.identity import (
    AccountEvent,
    Address,
    Identity,
    OneTime,
    Passkey,
    PasskeyChallenge,
    SignInLink,
    SignOn,
)
from weetwie.tables.people import Person

_PERSON_ID, _SINCE = param("person_id", BigInteger), param("since", DateTime(timezone=True))
_left_at = (
    select(func.max(Audit.at))
    .where(Audit.subject_id == _PERSON_ID, Audit.act == "person.leave")
    .scalar_subquery()
)
_FIRST_SHOWN = Query(
    select(func.min(AccountEvent.at)).where(
        AccountEvent.person_id == _PERSON_ID,
        AccountEvent.act == "person.link",
        AccountEvent.is_shown,
        AccountEvent.at >= func.coalesce(_left_at, text("'-infinity'::timestamptz")),
        select(Person.id).where(Person.id == _PERSON_ID, Person.standing == int(Standing.member)).exists(),
    )
)
_END_SINCE = [
    Query(
        delete(Address).where(
            Address.person_id == _PERSON_ID, Address.is_personal, Address.created_at >= _SINCE
        )
    ),
    Query(delete(Identity).where(Identity.person_id == _PERSON_ID, Identity.created_at >= _SINCE)),
    Query(delete(Passkey).where(Passkey.person_id == _PERSON_ID, Passkey.created_at >= _SINCE)),
    Query(
        delete(OneTime).where(
            OneTime.person_id == _PERSON_ID, func.coalesce(OneTime.confirmed_at >= _SINCE, True)
        )
    ),
]
_END_BEGUN = [
    Query(delete(table).where(table.person_id == _PERSON_ID))
    for table in (SignInLink, SignOn, PasskeyChallenge)
]


async def returned(db: Db, viewer: Viewer, facts: Sequence[PersonReturned]) -> None:
    for fact in facts:
        since: datetime | None = await db.value(_FIRST_SHOWN, person_id=fact.person_id)
        if since is not None:
            await _end(db, viewer, fact.person_id, since)


async def _end(db: Db, viewer: Viewer, person_id: int, since: datetime) -> None:
    """Sessions, tokens and passwords of before went when they left."""
    await sessions.end_all(db, person_id)
    await tokens.revoke_of(db, viewer, person_id)
    await passwords.forget(db, person_id)
    for query in _END_SINCE:
        await db.run(query, person_id=person_id, since=since)
    for query in _END_BEGUN:
        await db.run(query, person_id=person_id)
    await account.changed(db, viewer, "access.end", person_id)
