"""A new password by mail, for who has forgotten theirs. The answer is the same for everybody, and takes as long."""

import asyncio
import time
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from weetwie.access import viewer as viewers
from weetwie.domain.identity import links, sign_in
from weetwie.domain.identity.asked import asked
from weetwie.domain.mail import emails, write
from weetwie.errors import NotFound
from weetwie.runtime import clock
from weetwie.web.visit import Visit

LASTS: Final = timedelta(hours=1)
_AS_LONG: Final = 0.3


async def show(visit: Visit) -> Response:
    _check_mail(visit)
    return visit.show("reset.html", is_asked=False)


async def ask(visit: Visit) -> Response:
    _check_mail(visit)
    given = await visit.form()
    began = time.monotonic()
    await _write_to(visit, given.get("name", ""))
    await asyncio.sleep(max(0.0, _AS_LONG - (time.monotonic() - began)))
    return visit.show("reset.html", is_asked=True)


async def _write_to(visit: Visit, name: str) -> None:
    site = visit.site
    async with site.database.transaction() as db:
        asker = await asked(db, name, visit.client_address)
        person = await site.memory.person(db, asker.person_id) if asker else None
        if asker is None or person is None:
            return
        if not viewers.is_active(person, clock.now()) or not sign_in.may_by_own_means(person):
            return
        token = await links.make(db, "set-password", person.person_id, lasts=LASTS)
        link = f"{site.base_url}/auth/password/{token}"
        written = write.new_password(person.language, person.policy.name, person.handle, link)
        await emails.put(db, person.person_id, asker.address, written, LASTS)


def _check_mail(visit: Visit) -> None:
    """Raises NotFound where no letters are sent."""
    if not visit.site.sends_mail:
        raise NotFound
