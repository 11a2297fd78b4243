"""Streaming as server-sent events: one stream for each answer that goes on."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Final

import msgspec

from weetwie.access.viewer import Viewer
from weetwie.api.call import Answer, Call, StreamedAnswer
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import streams
from weetwie.api.mastodon.streamed import Streaming
from weetwie.api.mastodon.streams import NOTIFICATIONS, STATUSES, StreamRequest
from weetwie.api.refusals import Malformed
from weetwie.domain.timelines.stream_news import Beat, Channel, StreamEnding
from weetwie.errors import Unavailable, _
from weetwie.runtime.asgi import Scope

routes = Routes("streaming")

PATH: Final = "/api/v1/streaming"
ABORT: Final = "weetwie.abort"
"""The extension by which the server gives up a connection without waiting for its reader."""
PARTING_SECONDS: Final = 2.0
"""How long a reader may take to hear that it is over."""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    only_media: bool = False


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    tag: str = ""


class ListStreamParams(msgspec.Struct, frozen=True, kw_only=True):
    list: str = ""


@routes.get("/api/v1/streaming/health", answer=str, rate="none")
async def health(call: Call) -> Answer:
    """Whether streaming works."""
    return Answer(body=b"OK", content_type="text/plain; charset=utf-8")


@routes.get("/api/v1/streaming/user", scopes=(STATUSES, NOTIFICATIONS))
async def user(call: Call) -> StreamedAnswer:
    """Stream your home and notifications."""
    return await _stream(call, StreamRequest("user"))


@routes.get("/api/v1/streaming/user/notification", scopes=(NOTIFICATIONS,))
async def user_notification(call: Call) -> StreamedAnswer:
    """Stream your notifications only."""
    return await _stream(call, StreamRequest("user:notification"))


@routes.get("/api/v1/streaming/public", scopes=(STATUSES,))
async def public(call: Call, wanted: Media) -> StreamedAnswer:
    """Stream public posts."""
    return await _stream(call, StreamRequest("public:media" if wanted.only_media else "public"))


@routes.get("/api/v1/streaming/public/local", scopes=(STATUSES,))
async def public_local(call: Call, wanted: Media) -> StreamedAnswer:
    """The same: everything here is local."""
    return await _stream(call, StreamRequest("public:media" if wanted.only_media else "public"))


@routes.get("/api/v1/streaming/public/remote", scopes=(STATUSES,))
async def public_remote(call: Call, wanted: Media) -> StreamedAnswer:
    """Nothing: everything here is local."""
    return await _stream(call, StreamRequest("public:remote"))


@routes.get("/api/v1/streaming/hashtag", scopes=(STATUSES,))
async def hashtag(call: Call, wanted: Tag) -> StreamedAnswer:
    """Public posts with a hashtag."""
    return await _stream(call, StreamRequest("hashtag", tag=wanted.tag))


@routes.get("/api/v1/streaming/hashtag/local", scopes=(STATUSES,))
async def hashtag_local(call: Call, wanted: Tag) -> StreamedAnswer:
    """The same: everything here is local."""
    return await _stream(call, StreamRequest("hashtag", tag=wanted.tag))


@routes.get("/api/v1/streaming/list", scopes=(STATUSES,))
async def list_(call: Call, wanted: ListStreamParams) -> StreamedAnswer:
    """Stream one of your lists."""
    return await _stream(call, StreamRequest("list", list=wanted.list))


@routes.get("/api/v1/streaming/direct", scopes=(STATUSES,))
async def direct(call: Call) -> StreamedAnswer:
    """Stream your conversations."""
    return await _stream(call, StreamRequest("direct"))


@routes.get("/api/v1/streaming/{stream}", hidden=True)
async def unknown(call: Call) -> Answer:
    """Any other."""
    raise Malformed(_("There's no such stream."))


async def _stream(call: Call, wish: StreamRequest) -> StreamedAnswer:
    if (streaming := call.streaming) is None:
        raise Unavailable
    await call.release()
    channels = await streams.channels(streaming.database, call.viewer, wish)
    streaming.live.check_room(call.viewer)
    abort = abort_of(call.scope)
    return StreamedAnswer(
        events(streaming, call.viewer, channels, abort), headers={"x-accel-buffering": "no"}
    )


def abort_of(scope: Scope) -> Callable[[], None]:
    """How this connection is given up; nothing where the server knows no way."""
    extensions = scope.get("extensions")
    abort = extensions.get(ABORT) if isinstance(extensions, dict) else None
    return abort if callable(abort) else _do_nothing


def _do_nothing() -> None:
    pass


async def events(
    streaming: Streaming,
    viewer: Viewer,
    channels: tuple[Channel, ...],
    abort: Callable[[], None] = _do_nothing,
) -> AsyncGenerator[bytes, None]:
    """Until the stream is closed or its reader goes. It is opened by who reads: of an answer that nobody reads (to HEAD, say)
    nothing would ever close it."""
    stream = streaming.live.open(viewer, channels, wants_beats=True)
    last_call: asyncio.TimerHandle | None = None

    def end(ending: StreamEnding) -> None:
        # Who is stuck in sending does not hear that it is over.
        nonlocal last_call
        patience = 0.0 if ending is StreamEnding.slow else PARTING_SECONDS
        last_call = asyncio.get_running_loop().call_later(patience, abort)

    stream.on_close = end
    try:
        yield b":)\n\n"
        while (news := await stream.next()) is not None:
            if isinstance(news, Beat):
                yield b":thump\n\n"
                continue
            for event, payload in await streaming.messages(stream.viewer, news):
                yield b"event: %b\ndata: %b\n\n" % (event.encode(), payload)
    finally:
        streaming.live.forget(stream)
        if last_call is not None:
            last_call.cancel()
