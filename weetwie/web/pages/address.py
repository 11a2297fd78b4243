"""An e-mail address is shown to be one's own: by a link in an email to it, and a button, so that programs that look into
emails do not use it up. And the address that is one's own, not the organisation's."""

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.identity import asked, links
from weetwie.domain.identity.links import OneTimeLink
from weetwie.domain.identity.rules import check_address
from weetwie.errors import NotFound
from weetwie.flows import sign_in
from weetwie.text.signs import bare_address
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        link = await _link(visit, db)
    return visit.show("address.html", address=link.address, is_done=False)


async def confirm(visit: Visit) -> Response:
    await visit.form()
    async with visit.site.database.transaction() as db:
        link = await _link(visit, db)
        await sign_in.confirm_address(visit.context(db), link, visit.request.path_params["token"])
    return visit.show("address.html", address=link.address or "", is_done=True)


async def _link(visit: Visit, db: Db) -> OneTimeLink:
    token = visit.request.path_params["token"]
    try:
        return await links.look(db, "own-address", token)
    except NotFound:
        return await links.look(db, "address", token)


async def choose(visit: Visit, given: str) -> None:
    """Sends the email; the address counts once it was answered. Empty: there is none any more. Raises Invalid."""
    reading.check_signed_in(visit)
    address = bare_address(given)
    async with visit.site.database.transaction() as db:
        if address:
            await check(visit, db, address)
        await sign_in.choose_address(visit.context(db), address)


async def check(visit: Visit, db: Db, address: str) -> None:
    """Whether it is an address, and asked for from a place that does not ask again and again. Raises Invalid, TooMany."""
    check_address(address)
    await asked.check_place(db, visit.client_address)
