"""Holds: what a person wrote stays, and they are not erased, until the hold is lifted or ends."""

from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, ColumnElement, DateTime, Text, insert, or_, select, update

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Invalid, _, or_not_found
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.tables.retention import Hold
from weetwie.text.text import LONGEST_CASE_NUMBER, is_case_number

_NOW = param("now", DateTime(timezone=True))


def in_force(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    return Hold.lifted_at.is_(None) & or_(Hold.ends_at.is_(None), Hold.ends_at > now)


_PUT = Query(
    insert(Hold)
    .values(
        person_id=param("person_id", BigInteger),
        reason=param("reason", Text),
        created_at=_NOW,
        ends_at=param("ends_at", DateTime(timezone=True)),
    )
    .returning(Hold.id)
)
_LIFT = Query(
    update(Hold)
    .where(Hold.id == param("id", BigInteger), in_force(_NOW))
    .values(lifted_at=_NOW)
    .returning(Hold.person_id)
)
_LISTED = Query(
    select(Hold.id, Hold.person_id, Hold.reason, Hold.created_at, Hold.ends_at)
    .where(in_force(_NOW))
    .order_by(Hold.id)
)


class ActiveHold(msgspec.Struct, frozen=True):
    id: int
    person_id: int | None
    reason: str
    since: datetime
    ends_at: datetime | None


async def hold(
    db: Db, viewer: Viewer, person_id: int | None, reason: str, ends_at: datetime | None = None
) -> int:
    """Of one person, or of everybody. Raises Forbidden, and Invalid for a reason that is no number of a case."""
    allowed.check(viewer, permissions.administer)
    reason, now = reason.strip(), clock.now()
    if not is_case_number(reason):
        raise Invalid(
            _("Give the number of the case, such as 2026/114: at most {most} letters, digits and dashes."),
            field="reason",
            most=LONGEST_CASE_NUMBER,
        )
    if ends_at is not None and ends_at <= now:
        raise Invalid(_("Choose a day in the future."), field="until")
    hold_id = int(await db.value(_PUT, person_id=person_id, reason=reason, now=now, ends_at=ends_at))
    await audit(db, viewer, "hold.put", person_id, hold=hold_id)
    return hold_id


async def lift(db: Db, viewer: Viewer, hold_id: int) -> None:
    """Raises Forbidden and NotFound."""
    allowed.check(viewer, permissions.administer)
    row = or_not_found(await db.row(_LIFT, id=hold_id, now=clock.now()))
    await audit(db, viewer, "hold.lift", row["person_id"], hold=hold_id)


async def listed(db: Db, viewer: Viewer) -> list[ActiveHold]:
    """Those in force. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    return [ActiveHold(*row) for row in await db.rows(_LISTED, now=clock.now())]
