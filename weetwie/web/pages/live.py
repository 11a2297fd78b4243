"""What is new for an open page, as server-sent events: that something arrived where it looks, that one has been told something.

Only that, and not what: the page asks for it when its reader wants to see it, under the law of that moment.
"""

from collections.abc import AsyncGenerator, Sequence

from starlette.responses import Response, StreamingResponse

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.domain.timelines import list as lists
from weetwie.domain.timelines.live import Live
from weetwie.domain.timelines.stream_news import (
    DIRECT,
    HOME,
    NOTIFICATIONS,
    PUBLIC,
    Arrived,
    Beat,
    Channel,
    Edited,
    Notified,
    SpokenIn,
    of_list,
    tagged,
)
from weetwie.errors import Unavailable
from weetwie.text.signs import whole_number
from weetwie.text.text import tag_key
from weetwie.views.posts import SeenPost
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    """`?of=` says what the page shows: home, all, messages, a tag, a list or a thread."""
    if not visit.is_signed_in:
        return Response(status_code=204)  # so that a page whose session has ended asks no more
    live = visit.site.live
    if live is None:
        raise Unavailable
    live.check_room(visit.viewer)
    return StreamingResponse(
        _events(live, visit.viewer, await _channels(visit)),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def _channels(visit: Visit) -> Sequence[Channel]:
    """Raises NotFound for a list of somebody else's."""
    kind, _colon, key = visit.request.query_params.get("of", "").partition(":")
    match kind:
        case "home":
            return HOME, NOTIFICATIONS
        case "all":
            return PUBLIC, NOTIFICATIONS
        case "messages":
            return DIRECT, NOTIFICATIONS
        case "thread":
            return HOME, PUBLIC, NOTIFICATIONS
        case "tag":
            return tagged(tag_key(key[:100])), NOTIFICATIONS
        case "list" if (list_id := whole_number(key)) is not None:
            async with visit.site.database.reading() as db:
                await lists.check_own(db, visit.viewer, list_id)
            return of_list(list_id), NOTIFICATIONS
    return (NOTIFICATIONS,)


def _is_shown(post: SeenPost, viewer: Viewer) -> bool:
    """Messages have a room of their own; what one writes stands on the page already."""
    return post.author.id != viewer.person_id and post.post_visibility != Visibility.direct


async def _events(live: Live, viewer: Viewer, channels: Sequence[Channel]) -> AsyncGenerator[bytes, None]:
    stream = live.open(viewer, channels, wants_beats=True)
    try:
        yield b": open\n\n"
        while (news := await stream.next()) is not None:
            match news:
                case Beat():
                    yield b"event: beat\ndata:\n\n"
                case Edited():
                    pass
                case Arrived() if _is_shown(news.post, viewer):
                    yield b"event: post\ndata: %d %d\n\n" % (news.post.id, news.post.reply_to_id or 0)
                case SpokenIn():
                    yield b"event: message\ndata:\n\n"
                case Notified():
                    yield b"event: notification\ndata: %d\n\n" % news.notification_id
    finally:
        live.forget(stream)
