"""Whom one has blocked or muted."""

from starlette.responses import Response

from weetwie.database.paging import Page
from weetwie.domain.relations import block, mute
from weetwie.web import reading
from weetwie.web.visit import Visit

_MOST = 200


async def show(visit: Visit) -> Response:
    presenter, viewer = visit.site.presenter, visit.viewer
    async with visit.site.database.reading() as db:
        blocked = [one.id for one in await block.blocks(db, viewer, Page(_MOST))]
        muted = [one.id for one in await mute.mutes(db, viewer, Page(_MOST))]
        return await reading.show(
            visit,
            db,
            "blocked.html",
            blocked=await presenter.people(db, viewer, blocked),
            muted=await presenter.people(db, viewer, muted),
        )
