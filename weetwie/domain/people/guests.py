"""Guests and who answers for them: whose they are, when their time is over, what becomes of them when their sponsor leaves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, case, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.events import PersonChanged, PersonErased, PersonLeft, audit, record
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person

TOLD_BEFORE: Final = timedelta(days=14)

_NOW = param("now", DateTime(timezone=True))
_IS_GUEST = (Person.standing == int(Standing.guest), Person.is_dormant.is_(False), Person.erased_at.is_(None))
_MINE = Query(
    select(Person.id, Person.until)
    .where(Person.sponsor_id == param("sponsor_id", BigInteger), *_IS_GUEST)
    .order_by(Person.until)
)
_ENDING = Query(
    update(Person)
    .where(
        *_IS_GUEST,
        Person.sponsor_id.is_not(None),
        Person.until > _NOW,
        Person.until < param("soon", DateTime(timezone=True)),
        Person.end_told.is_distinct_from(Person.until),
    )
    .values(end_told=Person.until)
    .returning(Person.id, Person.sponsor_id, Person.until)
)
_sponsor, _manager = aliased(Person), aliased(Person)
_ids = param("ids", ARRAY(BigInteger))
_NEW_SPONSORS = Query(
    select(Person.id, _manager.id.label("manager_id"))
    .join(_sponsor, _sponsor.id == Person.sponsor_id)
    .outerjoin(
        _manager,
        (_manager.id == _sponsor.manager_id)
        & (_manager.standing == int(Standing.member))
        & _manager.suspended_at.is_(None)
        & _manager.erased_at.is_(None)
        & (_manager.id != func.all(_ids)),
    )
    .where(Person.sponsor_id == func.any(_ids), *_IS_GUEST)
    .order_by(Person.id)
    .with_for_update(of=Person, key_share=True)
)
_HAND_OVER = Query(
    update(Person)
    .where(Person.id == param("id", BigInteger))
    .values(
        sponsor_id=param("sponsor_id", BigInteger),
        # Nobody answers for them any more: their time is over now, if it was not before.
        until=case(
            (param("sponsor_id", BigInteger).is_(None), func.least(Person.until, _NOW)), else_=Person.until
        ),
        version=Person.version + 1,
    )
)


class Stay(msgspec.Struct, frozen=True):
    guest_id: int
    until: datetime


class EndingGuest(msgspec.Struct, frozen=True):
    guest_id: int
    sponsor_id: int
    until: datetime


def last_day(until: datetime | None) -> datetime | None:
    """A stay ends as a day begins: the day before is the last one."""
    return until - timedelta(seconds=1) if until else None


async def mine(db: Db, viewer: Viewer) -> list[Stay]:
    """Whom the viewer answers for; whose time is over first, comes first."""
    return [Stay(*row) for row in await db.rows(_MINE, sponsor_id=viewer.person_id)]


async def ending(db: Db) -> list[EndingGuest]:
    """Guests whose time is over soon and whose sponsor has not been told of it; from now on they count as told."""
    now = clock.now()
    return [EndingGuest(*row) for row in await db.rows(_ENDING, now=now, soon=now + TOLD_BEFORE)]


async def hand_over(db: Db, viewer: Viewer, facts: Sequence[PersonLeft | PersonErased]) -> None:
    """The manager of a sponsor who has gone answers for their guests; where there is none, the guests' time is over."""
    for row in await db.rows(_NEW_SPONSORS, ids=[fact.person_id for fact in facts]):
        await db.run(_HAND_OVER, id=row["id"], sponsor_id=row["manager_id"], now=clock.now())
        await record(db, viewer, PersonChanged(row["id"]))
        await audit(db, viewer, "guest.hand-over", row["id"])
