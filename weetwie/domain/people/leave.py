"""A person leaves: a member becomes an alumnus who sleeps, a guest falls asleep, both at once."""

from weetwie.access.viewer import Viewer
from weetwie.domain.people import steps
from weetwie.events import PersonLeft, record
from weetwie.kit.db import Db


async def leave(db: Db, viewer: Viewer, person_id: int) -> None:
    """Raises Conflict when they have left already."""
    await steps.take(db, viewer, person_id, "leave")
    await record(db, viewer, PersonLeft(person_id))
