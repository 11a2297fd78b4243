"""A tour of the pages themselves: five stops, each on the page it is about. Offered once."""

from starlette.responses import Response

from weetwie.domain.people.benefit import end_tour
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    return visit.go("/?tour=1#tour")


async def end(visit: Visit) -> Response:
    """Taken, left in the middle, or not wanted."""
    await visit.form()
    async with visit.site.database.transaction() as db:
        await end_tour(db, visit.viewer)
    return visit.go("/")
