"""A link with which somebody sets their password, once."""

from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.domain.identity import passwords
from weetwie.errors import Invalid
from weetwie.flows import sign_in
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    return visit.show("password.html", handle=(await _person(visit)).handle)


async def put(visit: Visit) -> Response:
    given = await visit.form()
    handle = (await _person(visit)).handle
    try:
        hash = await passwords.hashed(given.get("password", ""))
    except Invalid as refusal:
        return visit.show("password.html", 422, handle=handle, error=refusal)
    async with visit.site.database.transaction() as db:
        await sign_in.set_password(visit.context(db), visit.request.path_params["token"], hash)
    visit.end_session()
    return visit.go("/auth/sign_in")


async def _person(visit: Visit) -> Viewer:
    """Whose link it is. Raises NotFound for one that is not good."""
    async with visit.site.database.reading() as db:
        return await reading.person_of_link(visit, db, "set-password")
