"""For administrators: what everybody is told, for how long."""

from starlette.responses import Response

from weetwie.access.enums import Ring
from weetwie.database.pool import Db
from weetwie.domain.announcements import announcements
from weetwie.errors import NotFound, Refusal
from weetwie.web import reading
from weetwie.web.days import end_of
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    in_force = await announcements.announcements(db, visit.viewer, language=visit.language)
    return await reading.show(
        visit, db, "admin_announcements.html", status, announcements=in_force, **({"given": {}} | more)
    )


async def add(visit: Visit) -> Response:
    given = dict(await visit.form())
    try:
        ends = end_of(given["until"]) if given.get("until") else None
        ring = Ring.colleagues if given.get("ring") == "0" else Ring.network
        async with visit.site.database.transaction() as db:
            await announcements.announce(db, visit.viewer, given.get("text", ""), ring=ring, ends_at=ends)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go("/admin/announcements")


async def act(visit: Visit) -> Response:
    await visit.form()
    if visit.request.path_params["verb"] != "withdraw":
        raise NotFound
    async with visit.site.database.transaction() as db:
        await announcements.withdraw(db, visit.viewer, visit.request.path_params["id"])
    return visit.go("/admin/announcements")
