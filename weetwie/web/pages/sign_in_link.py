"""Signing in by a link in an email: for who has no password at hand. The answer is the same for everybody, and takes as long.

The link leads to a page with a button, so that programs that look into emails do not use it up.
"""

import asyncio
import time
from typing import Final

from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.domain.identity import links, one_time, sessions
from weetwie.errors import Invalid, NotFound, TooMany
from weetwie.events import audit
from weetwie.flows import sign_in
from weetwie.web import first, reading
from weetwie.web.visit import Visit

_AS_LONG: Final = 0.3


async def show(visit: Visit) -> Response:
    _check_mail(visit)
    return visit.show("sign_in_link.html", is_asked=False)


async def ask(visit: Visit) -> Response:
    _check_mail(visit)
    given = await visit.form()
    began = time.monotonic()
    async with visit.site.database.transaction() as db:
        await sign_in.send_link(visit.context(db), given.get("name", ""), visit.client_address)
    await asyncio.sleep(max(0.0, _AS_LONG - (time.monotonic() - began)))
    return visit.show("sign_in_link.html", is_asked=True)


async def show_door(visit: Visit) -> Response:
    person, has_codes = await _person(visit)
    return visit.show("sign_in_by_link.html", handle=person.handle, asks_code=has_codes)


async def enter(visit: Visit) -> Response:
    """A code is asked for as beside a password; a wrong one does not use the link up."""
    given = await visit.form()
    person, has_codes = await _person(visit)
    try:
        await one_time.prove(visit.site.database, person.person_id, given.get("code", ""))
    except (Invalid, TooMany) as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        response = visit.show(
            "sign_in_by_link.html", status, handle=person.handle, asks_code=has_codes, error=refusal
        )
        if isinstance(refusal, TooMany):
            response.headers["retry-after"] = str(refusal.retry_after)
        return response
    async with visit.site.database.transaction() as db:
        await links.use(db, "sign-in", visit.request.path_params["token"])
        await audit(db, person, "session.begin", person.person_id)
        token = await sessions.begin(db, person.person_id, visit.agent)
        if visit.session:
            await sessions.end(db, visit.session)
    visit.begin_session(token)
    return visit.go(await first.page(visit, token, "/"))


async def _person(visit: Visit) -> tuple[Viewer, bool]:
    """Whose link it is, and whether they are asked for a code. Raises NotFound for a link that is not good (any more)."""
    async with visit.site.database.reading() as db:
        person = await reading.person_of_link(visit, db, "sign-in")
        if not sign_in.may_enter(person):
            raise NotFound
        return person, await one_time.is_on(db, person.person_id)


def _check_mail(visit: Visit) -> None:
    """Raises NotFound where no emails are sent."""
    if not visit.site.sends_mail:
        raise NotFound
