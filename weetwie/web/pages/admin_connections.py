"""For administrators: ways in and out for other programs; what is on, who uses it, a switch and a test for each."""

from starlette.responses import Response

from weetwie.access import plain_words
from weetwie.access.policy import FEWEST
from weetwie.database.pool import Db
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.flows import connections
from weetwie.web import reading
from weetwie.web.connections import CONNECTIONS
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def act(visit: Visit) -> Response:
    await visit.form()
    name, verb = visit.request.path_params["name"], visit.request.path_params["verb"]
    if name not in {one.name for one in CONNECTIONS} or verb not in ("on", "off", "test"):
        raise NotFound
    if verb == "test":
        return await _test(visit, name)
    try:
        async with visit.site.database.transaction() as db:
            await connections.switch(visit.context(db), name, verb == "on")
    except Invalid as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, tested=name, error=refusal)
    return visit.go(f"/admin/connections?saved=1#{name}")


async def _test(visit: Visit, name: str) -> Response:
    """Nothing of the database is held while it runs: it may ask others."""
    test, result = visit.site.connection_tests.get(name), ""
    failure: Refusal | None = None
    try:
        result = visit.say(await test() if test else _("There is nothing to test here."))
    except Refusal as refusal:
        failure = refusal
    async with visit.site.database.reading() as db:
        return await _page(
            visit, db, 200 if failure is None else 422, tested=name, result=result, error=failure
        )


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    shown = [
        (
            one,
            plain_words.CONNECTIONS[one.name],
            one.name in visit.viewer.policy.connections,
            await one.uses(db, visit.viewer),
            await connections.missing(visit.context(db), one.name),
        )
        for one in CONNECTIONS
    ]
    return await reading.show(
        visit,
        db,
        "admin_connections.html",
        status,
        connections=shown,
        base_url=visit.site.base_url,
        pages={"/admin/directory/ldap"} if visit.site.directory is not None else set(),
        fewest=FEWEST,
        is_saved="saved" in visit.request.query_params,
        **({"tested": "", "result": ""} | more),
    )
