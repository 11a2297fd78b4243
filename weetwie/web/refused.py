"""The pages that say no: what went wrong, and what was filled in where it can be sent again."""

import os
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from weetwie.access.policy import Policy
from weetwie.access.viewer import nobody
from weetwie.database.unavailable import outage
from weetwie.errors import Forbidden, Invalid, NotFound, Refusal, TooMany, Unavailable, _
from weetwie.http import body
from weetwie.runtime.log import logger
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit, WebSite, visit_of

log = logger(__name__)

STATUS: Final[dict[type[Refusal], int]] = {
    NotFound: 404,
    Forbidden: 403,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
    **body.STATUS,
}
_SECRET: Final = frozenset(("password", "current", "code"))
"""Fields that are never shown again."""

_FAILED: Final = _("Something went wrong on our side. Give the administrators this number: {number}")


async def too_often(come: Visit, refusal: TooMany) -> Response:
    """What was filled in is kept on the page, to be sent once more."""
    if come.request.method == "POST" and not come.is_from_script:
        with suppress(Refusal):
            if not come.several:
                await come.form()
    kept = {} if come.files else come.several
    return refused(come, refusal, again=None if not kept or _SECRET & kept.keys() else kept)


def out_of_order(request: Request, site: WebSite) -> Response:
    """A page without a database behind it, for nobody."""
    viewer = site.memory.recall() or nobody(Policy())
    come = visit_of(request, site, viewer)
    come.new_cookies.clear()
    return come.finish(refused(come, Unavailable()))


def refused(come: Visit, refusal: Refusal, **values: Shown) -> Response:
    status = next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 422)
    if come.is_from_script:
        response: Response = JSONResponse({"error": come.say(refusal.sentence, **refusal.values)}, status)
    else:
        response = come.show("refusal.html", status, error=refusal, **{"again": None, **values})
    if isinstance(refusal, tuple(body.STATUS)):
        response.headers["connection"] = "close"  # the rest of the body is not read
    if isinstance(refusal, TooMany | Unavailable):
        response.headers["retry-after"] = str(refusal.retry_after)
    return response


def failed(come: Visit, error: Exception) -> Response:
    if passing := outage(error):
        return refused(come, passing)
    number = os.urandom(8).hex()
    log.error("a page failed", number=number, exc_info=error)
    return come.show("refusal.html", 500, error=Refusal(_FAILED, number=number), again=None)
