"""Of whom a provider says that they are not in the organisation any more: since when, and whether somebody has confirmed it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.identity import ClaimedLeaver, Identity
from weetwie.tables.people import Person

LATELY: Final = timedelta(days=1)
_MOST_AT_ONCE: Final = 2000

_ISSUER = ClaimedLeaver.issuer == param("issuer", Text)
_NOW = param("now", DateTime(timezone=True))
_WAITS = ClaimedLeaver.left_at.is_(None)
_is_member = (
    Person.id == ClaimedLeaver.person_id,
    Person.standing == int(Standing.member),
    Person.erased_at.is_(None),
)

_made = insert(ClaimedLeaver).values(
    person_id=param("person_id", BigInteger), issuer=param("issuer", Text), since=_NOW
)
_NOTE = Query(
    _made.on_conflict_do_update(
        index_elements=["person_id"],
        set_={
            "issuer": _made.excluded.issuer,
            "since": _made.excluded.since,
            "confirmed_at": None,
            "left_at": None,
        },
        where=ClaimedLeaver.left_at.is_not(None),
    )
)
_FORGET = Query(
    delete(ClaimedLeaver).where(ClaimedLeaver.person_id == param("person_id", BigInteger), _ISSUER, _WAITS)
)
_columns = (
    ClaimedLeaver.person_id,
    ClaimedLeaver.since,
    ClaimedLeaver.confirmed_at,
)
_NOTED = Query(
    select(*_columns)
    .join(Person, Person.id == ClaimedLeaver.person_id)
    .where(_WAITS, *_is_member, ClaimedLeaver.issuer == func.any(param("issuers", ARRAY(Text))))
    .order_by(ClaimedLeaver.since, ClaimedLeaver.person_id)
    .limit(param("limit", BigInteger))
)
_DUE = Query(
    select(*_columns)
    .join(Person, Person.id == ClaimedLeaver.person_id)
    .where(_WAITS, *_is_member, _ISSUER, ClaimedLeaver.since <= param("before", DateTime(timezone=True)))
    .order_by(ClaimedLeaver.since, ClaimedLeaver.person_id)
    .limit(_MOST_AT_ONCE)
    .with_for_update(of=ClaimedLeaver, skip_locked=True)
)
_HERE = Query(
    select(func.count(Identity.person_id.distinct()))
    .join(Person, Person.id == Identity.person_id)
    .where(
        Identity.issuer == param("issuer", Text),
        Person.standing == int(Standing.member),
        Person.erased_at.is_(None),
    )
)
_LEFT_LATELY = Query(
    select(func.count()).where(
        _ISSUER,
        ClaimedLeaver.left_at > param("since", DateTime(timezone=True)),
        ClaimedLeaver.confirmed_at.is_(None),
    )
)
_LEFT = Query(
    update(ClaimedLeaver)
    .where(ClaimedLeaver.person_id == param("person_id", BigInteger))
    .values(left_at=_NOW)
)
_CONFIRM = Query(
    update(ClaimedLeaver)
    .where(
        ClaimedLeaver.person_id == func.any(param("ids", ARRAY(BigInteger))),
        ClaimedLeaver.confirmed_at.is_(None),
        _WAITS,
    )
    .values(confirmed_at=_NOW)
)
_SWEEP = Query(
    delete(ClaimedLeaver).where(
        or_(
            ClaimedLeaver.left_at <= param("since", DateTime(timezone=True)),
            _WAITS & ~exists().where(*_is_member),
        )
    )
)


class ClaimedToLeave(msgspec.Struct, frozen=True):
    """Somebody who is still here."""

    person_id: int
    since: datetime
    confirmed_at: datetime | None


async def note(db: Db, person: Viewer, issuer: str, *, has_left: bool) -> None:
    """What a provider says as somebody signs in: it holds until it says otherwise. Guests and alumni have their own ends."""
    if not has_left:
        await db.run(_FORGET, person_id=person.person_id, issuer=issuer)
    elif person.standing == Standing.member:
        await db.run(_NOTE, person_id=person.person_id, issuer=issuer, now=clock.now())


async def noted(db: Db, issuers: Sequence[str], most: int) -> list[ClaimedToLeave]:
    """Those first who have been for longest."""
    return [ClaimedToLeave(**row) for row in await db.rows(_NOTED, issuers=list(issuers), limit=most)]


async def due(db: Db, issuer: str, grace: timedelta) -> list[ClaimedToLeave]:
    """Whose time of grace is over; held until the transaction ends."""
    return [ClaimedToLeave(**row) for row in await db.rows(_DUE, issuer=issuer, before=clock.now() - grace)]


async def count_here(db: Db, issuer: str) -> int:
    """How many members the provider knows."""
    return int(await db.value(_HERE, issuer=issuer))


async def left_lately(db: Db, issuer: str) -> int:
    """How many have left because of it within a day, but for those whom somebody has confirmed."""
    return int(await db.value(_LEFT_LATELY, issuer=issuer, since=clock.now() - LATELY))


async def left(db: Db, person_id: int) -> None:
    await db.run(_LEFT, person_id=person_id, now=clock.now())


async def confirm(db: Db, viewer: Viewer, ids: Sequence[int]) -> int:
    """These have really left. Says how many. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    confirmed = await db.run(_CONFIRM, ids=list(ids), now=clock.now())
    if confirmed:
        await audit(db, viewer, "sign_on.confirm", people=confirmed)
    return confirmed


async def sweep(db: Db) -> int:
    """For the schedule."""
    return await db.run(_SWEEP, since=clock.now() - LATELY)
