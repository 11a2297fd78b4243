"""The client API to be read: all endpoints by group, and the entities that they answer with."""

import asyncio

from starlette.responses import Response

from weetwie.errors import NotFound, or_not_found
from weetwie.web import reading
from weetwie.web.api_reference import ENTITIES, Reference
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    """Where to begin."""
    return await _show(visit, "api.html", await _of(visit))


async def show_group(visit: Visit) -> Response:
    """The endpoints of one group, or all entities. Raises NotFound."""
    of, slug = await _of(visit), visit.request.path_params["group"]
    if slug == ENTITIES:
        return await _show(visit, "api_entities.html", of)
    group = or_not_found(of.group(slug))
    return await _show(visit, "api_group.html", of, group=group)


async def _of(visit: Visit) -> Reference:
    if visit.site.api is None:
        raise NotFound
    return await asyncio.to_thread(visit.site.api)  # the first time it is made


async def _show(visit: Visit, template: str, of: Reference, **values: Shown) -> Response:
    async with visit.site.database.reading() as db:
        return await reading.show(visit, db, template, api=of, **values)
