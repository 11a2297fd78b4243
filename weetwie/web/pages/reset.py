"""A new password by mail, for who has forgotten theirs. The answer is the same for everybody, and takes as long."""

import asyncio
import time
from typing import Final

from starlette.responses import Response

from weetwie.errors import NotFound
from weetwie.flows import sign_in
from weetwie.web.visit import Visit

_AS_LONG: Final = 0.3


async def show(visit: Visit) -> Response:
    _check_mail(visit)
    return visit.show("reset.html", is_asked=False)


async def ask(visit: Visit) -> Response:
    _check_mail(visit)
    given = await visit.form()
    began = time.monotonic()
    async with visit.site.database.transaction() as db:
        await sign_in.send_password_link(visit.context(db), given.get("name", ""), visit.client_address)
    await asyncio.sleep(max(0.0, _AS_LONG - (time.monotonic() - began)))
    return visit.show("reset.html", is_asked=True)


def _check_mail(visit: Visit) -> None:
    """Raises NotFound where no emails are sent."""
    if not visit.site.sends_mail:
        raise NotFound
