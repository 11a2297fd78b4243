"""For administrators: the health of the installation."""

from starlette.responses import Response

from weetwie.access.viewer import Viewer, system
from weetwie.database.pool import Db
from weetwie.runtime.finding import TITLES
from weetwie.views import people as seen_people
from weetwie.views.people import Profile
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show_health(visit: Visit) -> Response:
    found = await visit.site.look_over() if visit.site.look_over else []
    async with visit.site.database.reading() as db:
        return await reading.show(visit, db, "admin_health.html", found=found, titles=TITLES)


async def profiles(db: Db, viewer: Viewer, ids: list[int]) -> list[Profile]:
    """Whoever looks after people sees all of them, also those who have blocked them."""
    return await seen_people.records(db, system(viewer.policy), ids)
