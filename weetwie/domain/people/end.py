"""The day until which somebody is here: a member leaves then by the clock, a guest's time is over."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, DateTime, select, update

from weetwie.access import permissions
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, _
from weetwie.events import PersonChanged, audit, record
from weetwie.runtime import clock
from weetwie.tables.people import Person

_ID = param("id", BigInteger)
_PERSON = Query(
    select(Person.standing, Person.sponsor_id, Person.until)
    .where(Person.id == _ID, Person.erased_at.is_(None))
    .with_for_update(key_share=True)
)
_SET = Query(
    update(Person)
    .where(Person.id == _ID)
    .values(until=param("until", DateTime(timezone=True)), version=Person.version + 1)
)


async def set_end(db: Db, viewer: Viewer, person_id: int, until: datetime | None) -> None:
    """Administrators for anybody, sponsors for their guests. None takes the end of a member away.

    Raises NotFound for people whose end is not the viewer's to set, Invalid for a day that does not fit.
    """
    row = await db.row(_PERSON, id=person_id)
    looks_after = permissions.look_after_people(viewer, clock.now())
    if row is None:
        raise NotFound
    if not looks_after and (
        row["sponsor_id"] != viewer.person_id or not permissions.act(viewer, clock.now())
    ):
        raise Forbidden
    if row["standing"] == Standing.alumnus:
        raise Conflict(_("This person has already left."))
    if until is None and row["standing"] == Standing.guest:
        raise Invalid(_("A guest needs a host and an end date."), field="until")
    if row["standing"] == Standing.guest and not looks_after:
        _check_stay(until, viewer)
    if until is not None and until <= clock.now():
        raise Invalid(_("Choose a day in the future."), field="until")
    await db.run(_SET, id=person_id, until=until)
    await record(db, viewer, PersonChanged(person_id))
    await audit(db, viewer, "person.end", person_id)


async def over(db: Db, viewer: Viewer, guest_id: int) -> None:
    """The stay of a guest ends now. Raises as `set_end`."""
    await set_end(db, viewer, guest_id, clock.now() + timedelta(seconds=1))
    await db.run(_SET, id=guest_id, until=clock.now())


def _check_stay(until: datetime | None, viewer: Viewer) -> None:
    """Sponsors prolong a step at a time. Raises Invalid."""
    days = viewer.policy.guests_stay_days
    if until is not None and until > clock.now() + timedelta(days=days + 1):
        raise Invalid(
            _("Guest access lasts at most {days} days at a time. You can extend it later."),
            field="until",
            days=days,
        )
