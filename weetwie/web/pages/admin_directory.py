"""For administrators: what the directory of the organisation shows to be let in."""

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.scim import tokens
from weetwie.errors import NotFound, Refusal
from weetwie.flows import claimed_leaving
from weetwie.text.signs import whole_number
from weetwie.web import reading
from weetwie.web.pages import sign_on
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def make(visit: Visit) -> Response:
    """The token is shown this once."""
    given = await visit.form()
    try:
        async with visit.site.database.transaction() as db:
            _id, token = await tokens.make(db, visit.viewer, given.get("name", ""))
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal)
    async with visit.site.database.reading() as db:
        return await _page(visit, db, token_made=token)


async def act(visit: Visit) -> Response:
    await visit.form()
    if visit.request.path_params["verb"] != "revoke":
        raise NotFound
    async with visit.site.database.transaction() as db:
        await tokens.revoke(db, visit.viewer, visit.request.path_params["id"])
    return visit.go("/admin/directory")


async def confirm_leavers(visit: Visit) -> Response:
    await visit.form()
    ids = [id for one in visit.several.get("entry", []) if (id := whole_number(one))]
    async with visit.site.database.transaction() as db:
        await claimed_leaving.confirm(visit.context(db), ids)
    return visit.go("/admin/directory?saved=1")


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    return await reading.show(
        visit,
        db,
        "admin_directory.html",
        status,
        tokens=await tokens.listed(db, visit.viewer),
        address=f"{visit.site.base_url}/scim/v2",
        providers=sign_on.offered(visit),
        callback=f"{visit.site.base_url}/auth/sso",
        leavers=await claimed_leaving.standing(visit.context(db)),
        is_saved="saved" in visit.request.query_params,
        **({"token_made": ""} | more),
    )
