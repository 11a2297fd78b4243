"""The departments that one follows: with everybody in them, and who joins later."""

from starlette.responses import Response

from weetwie.domain.relations import units
from weetwie.errors import NotFound
from weetwie.flows.units import follow_unit
from weetwie.web import reading
from weetwie.web.visit import Visit

_HERE = "/settings/departments"


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        mine = await units.own(db, visit.viewer)
        return await reading.show(visit, db, "settings_departments.html", units=mine)


async def act(visit: Visit) -> Response:
    given = await visit.form()
    name = given.get("unit", "")
    async with visit.site.database.transaction() as db:
        if given.get("act") == "follow":
            await follow_unit(visit.context(db), name)
        elif given.get("act") == "unfollow":
            await units.unfollow(db, visit.viewer, name)
        else:
            raise NotFound
    return visit.back(_HERE)
