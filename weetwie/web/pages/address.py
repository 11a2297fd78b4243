"""An e-mail address is shown to be one's own: by a link in a letter to it, and a button, so that programs that look into
letters do not use it up. And the address that is one's own, not the organisation's."""

from typing import cast

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.identity import account, addresses, asked, links
from weetwie.domain.identity.links import Link, Purpose
from weetwie.domain.identity.rules import check_address
from weetwie.domain.mail import emails, write
from weetwie.errors import NotFound
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
        await links.use(db, cast("Purpose", link.purpose), visit.request.path_params["token"])
        person_id, address = link.person_id or 0, link.address or ""
        person = await visit.site.memory.person(db, person_id)
        if person is None:
            raise NotFound
        gone = None
        if link.purpose == "own-address":
            gone = await addresses.personal(db, person_id)
            await addresses.choose_personal(db, person_id, address)
        else:
            await addresses.add(db, person_id, address, is_verified=True)
        await account.changed(db, person, "address.confirm", person_id, gone=gone)
    return visit.show("address.html", address=address, is_done=True)


async def _link(visit: Visit, db: Db) -> Link:
    token = visit.request.path_params["token"]
    try:
        return await links.look(db, "own-address", token)
    except NotFound:
        return await links.look(db, "address", token)


async def choose(visit: Visit, given: str) -> None:
    """Sends the letter; the address counts once it was answered. Empty: there is none any more. Raises Invalid."""
    reading.check_signed_in(visit)
    address = bare_address(given)
    async with visit.site.database.transaction() as db:
        if not address:
            await addresses.drop_personal(db, visit.viewer)
            return
        check_address(address)
        await asked.check_place(db, visit.client_address)
        token = await links.make(db, "own-address", visit.viewer.person_id, address=address)
        link = f"{visit.site.base_url}/auth/address/{token}"
        viewer = visit.viewer
        written = write.confirm_address(viewer.language, viewer.policy.name, viewer.handle, link)
        await emails.put(db, viewer.person_id, address, written, links.LASTS["own-address"])
