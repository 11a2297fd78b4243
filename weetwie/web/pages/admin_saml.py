"""For administrators: what to enter at providers that speak SAML, which certificates they and we have, and the change of ours."""

from starlette.responses import Response

from weetwie.errors import NotFound
from weetwie.flows import saml as flow, saml_check
from weetwie.runtime import clock
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    """Nothing of the database is held while providers are asked."""
    site = visit.site
    providers, keys = await saml_check.shown(site.database, site)
    async with site.database.reading() as db:
        return await reading.show(
            visit,
            db,
            "admin_saml.html",
            providers=providers,
            keys=keys,
            now=clock.now(),
            is_saved="saved" in visit.request.query_params,
        )


async def change_keys(visit: Visit) -> Response:
    await visit.form()
    verb = visit.request.path_params["verb"]
    if verb not in ("next", "change") or not visit.site.saml:
        raise NotFound
    await flow.change_keys(visit.site.database, visit.viewer, visit.site, is_next=verb == "next")
    return visit.go("/admin/connections/saml?saved=1")
