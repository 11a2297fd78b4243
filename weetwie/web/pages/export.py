"""Taking along everything about oneself."""

from starlette.responses import Response, StreamingResponse

from weetwie.domain.exports import exports
from weetwie.errors import NotFound, Refusal, Unavailable
from weetwie.events import audit
from weetwie.flows.exports.ties import EXPORTED, export as ties
from weetwie.runtime import clock
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def ask(visit: Visit) -> Response:
    await visit.form()
    try:
        async with visit.site.database.transaction() as db:
            await exports.ask(db, visit.viewer)
    except Refusal as refusal:
        return await _page(visit, 409, error=refusal)
    return visit.go("/settings/export")


async def fetch(visit: Visit) -> Response:
    """For its owner alone."""
    store = visit.site.store
    if store is None:
        raise Unavailable
    async with visit.site.database.transaction() as db:
        found = await exports.own(db, visit.viewer)
        await audit(db, visit.viewer, "export.fetch", visit.viewer.person_id)
    file = exports.place(found.name)
    size = await store.size(file)
    headers = {
        "content-disposition": f'attachment; filename="{visit.viewer.handle}-{found.asked_at:%Y-%m-%d}.zip"',
        "content-length": str(size),
    }
    return StreamingResponse(await store.read(file, 0, size), media_type="application/zip", headers=headers)


async def table(visit: Visit) -> Response:
    """One kind of ties, at once."""
    kind = visit.request.path_params["kind"]
    chosen = next((one for one in EXPORTED if one == kind), None)
    if chosen is None:
        raise NotFound
    async with visit.site.database.reading() as db:
        content = await ties(visit.context(db), chosen)
    headers = {"content-disposition": f'attachment; filename="{kind}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _page(visit: Visit, status: int = 200, /, **more: Shown) -> Response:
    async with visit.site.database.reading() as db:
        found = await exports.asked(db, visit.viewer)
        if found is not None and found.ready_at and found.ready_at < clock.now() - exports.LASTS:
            found = None
        shown = await reading.show(
            visit,
            db,
            "export.html",
            status,
            asked=found,
            steps=exports.STEPS,
            lasts=exports.LASTS,
            kinds=EXPORTED,
            **more,
        )
    if found is not None and not found.ready_at and not found.failed:
        shown.headers["refresh"] = "3"
    return shown
