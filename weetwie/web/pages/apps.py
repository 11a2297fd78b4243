"""Which apps act for one, on which sites frames show what one sees, and that they no longer do."""

from starlette.responses import Response

from weetwie.domain.identity import embedded, tokens
from weetwie.errors import NotFound
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await reading.show(
            visit,
            db,
            "settings_apps.html",
            apps=await tokens.apps_of(db, visit.viewer),
            sites=await embedded.allowed(db, visit.viewer),
            is_saved="saved" in visit.request.query_params,
        )


async def act(visit: Visit) -> Response:
    await visit.form()
    id = visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        match visit.request.path_params["verb"]:
            case "remove":
                await tokens.revoke_app(db, visit.viewer, id)
            case "remove_site":
                await embedded.end(db, visit.viewer, id)
            case _other:
                raise NotFound
    return visit.go("/settings/apps?saved=1")
