"""For administrators: the documentation that comes with this version, such as how a connection is set up."""

import asyncio

from starlette.responses import Response

from weetwie.errors import NotFound
from weetwie.web import documentation, reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    page = await asyncio.to_thread(documentation.page, visit.request.path_params["page"])  # read once
    if page is None:
        raise NotFound
    async with visit.site.database.reading() as db:
        return await reading.show(visit, db, "documentation.html", page=page)
