"""A new installation is opened: a link, good for once, makes its first administrator."""

from collections.abc import Mapping

from starlette.responses import Response

from weetwie.domain.identity import links, passwords
from weetwie.domain.people.rules import Newcomer
from weetwie.errors import Conflict, Invalid
from weetwie.flows import onboard
from weetwie.web.visit import Visit

FIELDS = ("handle", "name", "address")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        await links.look(db, "first-admin", visit.request.path_params["token"])
    return visit.show("welcome.html", given=dict.fromkeys(FIELDS, ""))


async def begin(visit: Visit) -> Response:
    form = await visit.form()
    given = {field: form.get(field, "").strip() for field in FIELDS}
    try:
        token = await _make(visit, given, form.get("password", ""))
    except (Invalid, Conflict) as refusal:
        return visit.show("welcome.html", 422, given=given, error=refusal)
    visit.begin_session(token)
    return visit.go("/admin")


async def _make(visit: Visit, given: Mapping[str, str], password: str) -> str:
    """All of it or nothing: whatever is refused leaves the link as good as before."""
    async with visit.site.database.reading() as db:
        await links.look(db, "first-admin", visit.request.path_params["token"])
    hash = await passwords.hashed(password)
    async with visit.site.database.transaction() as db:
        newcomer = Newcomer(handle=given["handle"].removeprefix("@"), name=given["name"], is_admin=True)
        context, token = visit.context(db), visit.request.path_params["token"]
        return await onboard.open_installation(context, token, newcomer, given["address"], hash, visit.agent)
