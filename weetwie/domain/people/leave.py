"""A person leaves: a member becomes an alumnus who sleeps, a guest falls asleep, both at once and with all their keys."""

from typing import Final

from sqlalchemy import BigInteger, DateTime, select

from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.people import farewell, rules, steps, suspend
from weetwie.events import PersonLeft, record
from weetwie.runtime import clock
from weetwie.tables.people import Person

_MOST_AT_ONCE: Final = 200
_DUE = Query(
    select(Person.id)
    .where(
        Person.until <= param("now", DateTime(timezone=True)),
        Person.standing == int(Standing.member),
        Person.erased_at.is_(None),
    )
    .order_by(Person.until)
    .limit(param("limit", BigInteger))
    .with_for_update(skip_locked=True, key_share=True)
)


async def leave(db: Db, viewer: Viewer, person_id: int, reason: str = "left") -> None:
    """After some reasons, which the policy names, they are suspended as well.

    Raises Conflict when they have left already, Invalid for a reason that is no code.
    """
    rules.check_reason(reason)
    await steps.take(db, viewer, person_id, "leave")
    await farewell.begin(db, person_id, reason)
    await record(db, viewer, PersonLeft(person_id))
    if reason in viewer.policy.suspends_on:
        await suspend.make_sure(db, viewer, person_id)


async def due(db: Db) -> list[int]:
    """Members whose end has come; held until the transaction ends."""
    return columns(await db.rows(_DUE, now=clock.now(), limit=_MOST_AT_ONCE), "id")
