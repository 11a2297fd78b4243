"""An inspection: one of compliance asks, another confirms, and for some days these two read what one person wrote, as far as the
policy lets them. Each reading is written down; the person is told, unless the law forbids it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    SmallInteger,
    Text,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.enums import Role, Standing
from weetwie.access.policy import COMPLIANCE_READS, from_choices
from weetwie.access.settled import SETTLED, is_settled
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, _, or_not_found
from weetwie.events import PolicyChanged, audit
from weetwie.runtime import clock
from weetwie.tables.inspections import Inspection
from weetwie.tables.people import Person
from weetwie.tables.policy import PolicyRow
from weetwie.text.text import LONGEST_CASE_NUMBER, is_case_number

MOST_DAYS: Final = 14
WAITS: Final = timedelta(days=7)
_NOT_HERE: Final = _("Compliance review is off here: nobody can read more than they normally see.")
_TWO: Final = _("Someone else in compliance has to confirm this.")

_NOW, _ID = param("now", DateTime(timezone=True)), param("id", BigInteger)
_VIEWER = param("viewer_id", BigInteger)
_COLUMNS = (
    Inspection.id,
    Inspection.person_id,
    Inspection.asked_by_id,
    Inspection.confirmed_by_id,
    Inspection.reason,
    Inspection.days,
    Inspection.is_silent,
    Inspection.reads,
    Inspection.asked_at,
    Inspection.begins_at,
    Inspection.ends_at,
)
_reads_something = Inspection.reads != "nothing"
_waits = and_(
    _reads_something,
    Inspection.begins_at.is_(None),
    Inspection.ends_at.is_(None),
    Inspection.asked_at > param("since", DateTime(timezone=True)),
)
_in_force = and_(_reads_something, Inspection.begins_at <= _NOW, Inspection.ends_at > _NOW)
_is_mine = or_(Inspection.asked_by_id == _VIEWER, Inspection.confirmed_by_id == _VIEWER)
_ASK = Query(
    insert(Inspection)
    .values(
        person_id=param("person_id", BigInteger),
        asked_by_id=_VIEWER,
        reason=param("reason", Text),
        days=param("days", SmallInteger),
        is_silent=param("is_silent", Boolean),
        reads=param("reads", Text),
        asked_at=_NOW,
    )
    .returning(Inspection.id)
)
_ONE = Query(select(*_COLUMNS).where(Inspection.id == _ID).with_for_update())
_CONFIRM = Query(
    update(Inspection)
    .where(Inspection.id == _ID)
    .values(confirmed_by_id=_VIEWER, begins_at=_NOW, ends_at=param("ends_at", DateTime(timezone=True)))
)
_NARROW = Query(
    update(Inspection)
    .where(
        Inspection.reads == func.any(param("wider", ARRAY(Text))),
        or_(Inspection.ends_at.is_(None), Inspection.ends_at > _NOW),
    )
    .values(reads=param("reads", Text))
)
_POLICY = Query(select(PolicyRow.version, PolicyRow.choices))
_IS_OF_COMPLIANCE = Query(
    select(Person.id).where(
        Person.id == param("person_id", BigInteger),
        Person.is_compliance,
        Person.standing == int(Standing.member),
        Person.is_dormant.is_(False),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
)
_END = Query(update(Inspection).where(Inspection.id == _ID).values(ends_at=_NOW))
_OPEN = Query(select(*_COLUMNS).where(Inspection.id == _ID, _in_force, _is_mine))
_LISTED = Query(
    select(*_COLUMNS).where(or_(_waits, and_(_in_force, _is_mine))).order_by(Inspection.id.desc()).limit(100)
)
_ABOUT = Query(
    select(*_COLUMNS)
    .where(
        Inspection.person_id == param("person_id", BigInteger),
        Inspection.is_silent.is_(False),
        Inspection.begins_at.is_not(None),
    )
    .order_by(Inspection.id.desc())
    .limit(50)
)


class Inspected(msgspec.Struct, frozen=True):
    id: int
    person_id: int
    asked_by_id: int
    confirmed_by_id: int | None
    reason: str
    days: int
    is_silent: bool
    reads: str
    """As far as the policy let it read when it was asked for."""
    asked_at: datetime
    begins_at: datetime | None
    ends_at: datetime | None


async def ask(
    db: Db, viewer: Viewer, person_id: int, reason: str, days: int, *, is_silent: bool = False
) -> int:
    """Raises Forbidden, and Invalid for a reason that is no number of a case and for too many days."""
    await _check_settled(db, viewer)
    reason = reason.strip()
    if not is_case_number(reason):
        raise Invalid(
            _("Give the number of the case, such as 2026/114: at most {most} letters, digits and dashes."),
            field="reason",
            most=LONGEST_CASE_NUMBER,
        )
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(_("A review lasts 1 to {most} days."), field="days", most=MOST_DAYS)
    if person_id == viewer.person_id:
        raise Invalid(_("That's you. Choose someone else."), field="handle")
    id = await db.value(
        _ASK,
        person_id=person_id,
        viewer_id=viewer.person_id,
        reason=reason,
        days=days,
        is_silent=is_silent,
        reads=viewer.policy.compliance_reads,
        now=clock.now(),
    )
    await audit(db, viewer, "inspection.ask", person_id, inspection=int(id))
    return int(id)


async def confirm(db: Db, viewer: Viewer, inspection_id: int) -> Inspected:
    """By another than who asked. It begins now. Raises Forbidden, NotFound, Conflict."""
    await _check_settled(db, viewer)
    one, now = await _one(db, inspection_id), clock.now()
    is_open = one.begins_at is None and one.ends_at is None and one.reads != "nothing"
    if not is_open or one.asked_at <= now - WAITS:
        raise NotFound
    if viewer.person_id in (one.asked_by_id, one.person_id):
        raise Conflict(_TWO)
    if await db.value(_IS_OF_COMPLIANCE, person_id=one.asked_by_id) is None:
        raise Conflict(_("The person who asked for this is no longer in compliance. Ask again."))
    ends_at = now + timedelta(days=one.days)
    await db.run(_CONFIRM, id=one.id, viewer_id=viewer.person_id, now=now, ends_at=ends_at)
    await audit(db, viewer, "inspection.confirm", one.person_id, inspection=one.id)
    return await _one(db, inspection_id)


async def end(db: Db, viewer: Viewer, inspection_id: int) -> None:
    """Before its time, or before it began, by anybody of compliance. Raises Forbidden and NotFound."""
    allowed.check(viewer, permissions.inspect)
    one = await _one(db, inspection_id)
    if one.ends_at is not None and one.ends_at <= clock.now():
        raise NotFound
    await db.run(_END, id=one.id, now=clock.now())
    await audit(db, viewer, "inspection.end", one.person_id, inspection=one.id)


async def read(db: Db, viewer: Viewer, inspection_id: int) -> Inspected:
    """For the two who opened it, while it lasts; it is written down that they read. Raises Forbidden and NotFound."""
    await _check_settled(db, viewer)
    row = or_not_found(await db.row(_OPEN, id=inspection_id, viewer_id=viewer.person_id, now=clock.now()))
    one = Inspected(*row)
    await audit(db, viewer, "inspection.read", one.person_id, inspection=one.id)
    return one


async def listed(db: Db, viewer: Viewer) -> list[Inspected]:
    """Those that wait for a second person, and one's own in force. Raises Forbidden."""
    allowed.check(viewer, permissions.inspect)
    now = clock.now()
    rows = await db.rows(_LISTED, viewer_id=viewer.person_id, now=now, since=now - WAITS)
    return structs(Inspected, rows)


async def about(db: Db, person_id: int) -> list[Inspected]:
    """What a person is told of: those that were opened about them, unless the law forbids it."""
    return structs(Inspected, await db.rows(_ABOUT, person_id=person_id))


async def _one(db: Db, inspection_id: int) -> Inspected:
    row = or_not_found(await db.row(_ONE, id=inspection_id))
    return Inspected(*row)


async def narrowed(db: Db, _viewer: Viewer, facts: Sequence[PolicyChanged]) -> None:
    """Where compliance reads less from now on, what was asked for before reads less for good: it gains nothing when the policy is
    made wider again."""
    if not any("compliance_reads" in fact.names for fact in facts):
        return
    row = await db.row(_POLICY)
    assert row is not None, "there is always one policy"
    reads = from_choices(row["version"], row["choices"]).compliance_reads
    wider = COMPLIANCE_READS[COMPLIANCE_READS.index(reads) + 1 :]
    await db.run(_NARROW, wider=list(wider), reads=reads, now=clock.now())


async def _check_settled(db: Db, viewer: Viewer) -> None:
    """One administrator could make the two. Raises Forbidden."""
    allowed.check(viewer, permissions.inspect)
    if not await is_settled(db, viewer, Role.compliance):
        raise Forbidden(
            _(
                "In the last {days} days you were given this role, or someone else created your account or a login link for you. A review needs two people who have been in compliance for longer."
            ),
            days=SETTLED.days,
        )
    if viewer.policy.compliance_reads == "nothing":
        raise Forbidden(_NOT_HERE)
