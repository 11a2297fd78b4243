"""The window of ours in which somebody allows a site to show them, in a frame, what they see; it hands the frame its token."""

from starlette.responses import Response

from weetwie.domain.identity import embedded
from weetwie.errors import Forbidden, _
from weetwie.web import reading
from weetwie.web.embed import check_on, origins
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    origin = _origin(visit)
    reading.check_signed_in(visit)
    return visit.show("embed_allow.html", origin=origin, token_of_frame="")


async def allow(visit: Visit) -> Response:
    origin = _origin(visit)
    reading.check_signed_in(visit)
    await visit.form()
    async with visit.site.database.transaction() as db:
        token = await embedded.allow(db, visit.viewer, origin)
    return visit.show("embed_allow.html", origin=origin, token_of_frame=token)


def _origin(visit: Visit) -> str:
    """Never shown in a frame itself, wherever frames are allowed. Raises NotFound, Forbidden."""
    check_on(visit.viewer.policy)
    visit.framed_by, visit.is_living = (), True
    origin = visit.request.query_params.get("origin", "")
    if origin not in origins(visit.viewer.policy, visit.site.base_url):
        raise Forbidden(_("This site isn't on your organisation's list."))
    return origin
