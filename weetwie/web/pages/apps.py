"""Which apps act for one, and that they no longer do."""

from starlette.responses import Response

from weetwie.domain.identity import tokens
from weetwie.errors import NotFound
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    async with visit.site.database.reading() as db:
        found = await tokens.apps_of(db, visit.viewer)
        return await reading.show(
            visit, db, "settings_apps.html", apps=found, is_saved="saved" in visit.request.query_params
        )


async def act(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    await visit.form()
    if visit.request.path_params["verb"] != "remove":
        raise NotFound
    async with visit.site.database.transaction() as db:
        await tokens.revoke_app(db, visit.viewer, visit.request.path_params["id"])
    return visit.go("/settings/apps?saved=1")
