"""For administrators: what all of their pages ask first, and the health of the installation."""

from collections.abc import Callable
from datetime import datetime

from starlette.responses import Response

from weetwie.access import permissions
from weetwie.access.viewer import Viewer, system
from weetwie.database.pool import Db
from weetwie.errors import NotFound
from weetwie.runtime import clock
from weetwie.runtime.finding import TITLES
from weetwie.views import people as seen_people
from weetwie.views.people import Profile
from weetwie.web import reading
from weetwie.web.visit import Visit


def check(visit: Visit, rule: Callable[[Viewer, datetime], bool] = permissions.administer) -> None:
    """For everybody else there is nothing here. Raises NotFound, and SignInFirst for strangers."""
    reading.check_signed_in(visit)
    if not rule(visit.viewer, clock.now()):
        raise NotFound


async def show_health(visit: Visit) -> Response:
    check(visit)
    found = await visit.site.look_over() if visit.site.look_over else []
    async with visit.site.database.reading() as db:
        return await reading.show(visit, db, "admin_health.html", found=found, titles=TITLES)


async def profiles(db: Db, viewer: Viewer, ids: list[int]) -> list[Profile]:
    """Whoever looks after people sees all of them, also those who have blocked them."""
    return await seen_people.records(db, system(viewer.policy), ids)
