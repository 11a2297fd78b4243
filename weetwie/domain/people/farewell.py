"""After leaving: who has left says whether they want to stay in touch, and how. Nothing else wakes an alumnus."""

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Text, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import allowed, permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer, system
from weetwie.database.pool import Db, Query, param
from weetwie.domain.people import steps
from weetwie.errors import Conflict, NotFound, _
from weetwie.events import PersonReturned, RankingChosen, audit, record
from weetwie.runtime import clock
from weetwie.tables.people import Farewell, Person

_NOT_OPEN = _("This person hasn't left, is already back, or can't return without an administrator.")
_NOT_SAID = _("This person hasn't agreed to stay in touch yet.")

_ID = param("id", BigInteger)
_made = insert(Farewell).values(person_id=_ID, reason=param("reason", Text))
_BEGIN = Query(
    _made.on_conflict_do_update(
        index_elements=[Farewell.person_id], set_={"reason": _made.excluded.reason, "accepted_at": None}
    )
)
_OVER = Query(delete(Farewell).where(Farewell.person_id == _ID))
_OPEN = Query(
    select(Farewell.accepted_at, Person.may_rank)
    .join(Person, Person.id == Farewell.person_id)
    .where(
        Farewell.person_id == _ID,
        Person.standing == int(Standing.alumnus),
        Person.is_dormant,
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
    .with_for_update(of=Person, key_share=True)
)
_ACCEPT = Query(
    update(Farewell).where(Farewell.person_id == _ID).values(accepted_at=param("at", DateTime(timezone=True)))
)
_CHOOSE = Query(
    update(Person)
    .where(Person.id == _ID)
    .values(
        is_discoverable=param("is_found", Boolean),
        may_rank=param("is_asked", Boolean),
        version=Person.version + 1,
    )
)


class FarewellChoices(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody wants to be an alumnus."""

    is_found: bool
    """In the directory."""
    is_asked: bool
    """By who knows what."""


async def begin(db: Db, person_id: int, reason: str) -> None:
    await db.run(_BEGIN, id=person_id, reason=reason)


async def over(db: Db, person_id: int) -> None:
    """They are back, or gone for good."""
    await db.run(_OVER, id=person_id)


async def check(db: Db, person_id: int) -> None:
    """Whether they may say yes. Raises Conflict."""
    if await db.row(_OPEN, id=person_id) is None:
        raise Conflict(_NOT_OPEN)


async def accept(db: Db, viewer: Viewer, person_id: int, wishes: FarewellChoices) -> bool:
    """Their own yes, by a link that is theirs. Whether they are awake now, or wait for an administrator.

    Raises Conflict where there is nothing to say yes to.
    """
    row = await db.row(_OPEN, id=person_id)
    if row is None:
        raise Conflict(_NOT_OPEN)
    await db.run(_ACCEPT, id=person_id, at=clock.now())
    await db.run(_CHOOSE, id=person_id, is_found=wishes.is_found, is_asked=wishes.is_asked)
    if row["may_rank"] != wishes.is_asked:
        await record(db, viewer, RankingChosen(person_id))
    await audit(db, viewer, "person.accept", person_id)
    if viewer.policy.alumni_wake == "approval":
        return False
    await _wake(db, system(viewer.policy), person_id)
    return True


async def approve(db: Db, viewer: Viewer, person_id: int) -> None:
    """An administrator's yes, after their own. Raises Conflict before it."""
    allowed.check(viewer, permissions.look_after_people)
    row = await db.row(_OPEN, id=person_id)
    if row is None:
        raise NotFound(_NOT_OPEN)
    if row["accepted_at"] is None:
        raise Conflict(_NOT_SAID)
    await _wake(db, viewer, person_id)


async def _wake(db: Db, viewer: Viewer, person_id: int) -> None:
    await steps.take(db, viewer, person_id, "wake")
    await record(db, viewer, PersonReturned(person_id))
