"""The front page: what this is, for whom, and how to log in. Beside it: about the organisation and its rules."""

from typing import Final

from starlette.responses import Response

from weetwie.access.policy import Policy
from weetwie.database.paging import Page
from weetwie.domain.invitations import ask as asking
from weetwie.domain.timelines import public as publics
from weetwie.web import reading
from weetwie.web.pages import sign_on
from weetwie.web.visit import Visit

_PUBLIC: Final = 5


async def show(visit: Visit) -> Response:
    """With the newest posts for everybody on the web, where there are any."""
    async with visit.site.database.reading() as db:
        found = await reading.timeline(
            visit, db, lambda db, _page: publics.public(db, visit.viewer, Page(_PUBLIC))
        )
    return visit.show(
        "front.html",
        posts=found["posts"],
        plain_description=Policy().description,
        providers=sign_on.offered(visit),
    )


async def about(visit: Visit) -> Response:
    may_join = visit.site.sends_mail and asking.is_possible(visit.viewer.policy)
    return visit.show("about.html", may_join=may_join)
