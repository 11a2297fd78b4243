"""The front page: whether one is signed in, and how to go on with an app. Beside it: what this place is."""

from starlette.responses import Response

from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    return visit.show("front.html")


async def about(visit: Visit) -> Response:
    return visit.show("about.html")
