"""What is new for an open page, as server-sent events: that something arrived at home, that one has been told something.

Only that, and not what: the page asks for it when its reader wants to see it, under the law of that moment.
"""

from collections.abc import AsyncGenerator

from starlette.responses import Response, StreamingResponse

from weetwie.access.viewer import Viewer
from weetwie.domain.timelines.listeners import HOME, NOTIFICATIONS, Arrived, Beat, Edited, Notified
from weetwie.domain.timelines.live import Live
from weetwie.errors import Unavailable
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    live = visit.house.live
    if live is None:
        raise Unavailable
    live.check_room(visit.viewer)
    return StreamingResponse(
        _events(live, visit.viewer), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


async def _events(live: Live, viewer: Viewer) -> AsyncGenerator[bytes, None]:
    stream = live.open(viewer, (HOME, NOTIFICATIONS), wants_beats=True)
    try:
        yield b": open\n\n"
        while (news := await stream.next()) is not None:
            match news:
                case Beat():
                    yield b": still here\n\n"
                case Edited():
                    pass
                case Arrived() if news.post.author.id != viewer.person_id:
                    yield b"event: home\ndata: %d\n\n" % news.post.id
                case Notified():
                    yield b"event: notification\ndata: %d\n\n" % news.notification_id
    finally:
        live.forget(stream)
