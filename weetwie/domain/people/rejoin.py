"""A person comes back: an alumnus as a member, a sleeping guest as a guest; or an alumnus wakes as an alumnus."""

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.people import farewell, steps
from weetwie.events import PersonReturned, record


async def rejoin(db: Db, viewer: Viewer, person_id: int) -> None:
    """Raises Conflict when they are here already."""
    await steps.take(db, viewer, person_id, "rejoin")
    await farewell.over(db, person_id)
    await record(db, viewer, PersonReturned(person_id))


async def wake(db: Db, viewer: Viewer, person_id: int) -> None:
    """Raises Conflict unless they are an alumnus who sleeps."""
    await steps.take(db, viewer, person_id, "wake")
    await record(db, viewer, PersonReturned(person_id))
