"""Streaming: what is new, as server-sent events or over one WebSocket."""

from collections.abc import AsyncGenerator
from typing import Final

from weetwie.access.recognise import Memory
from weetwie.access.viewer import Viewer
from weetwie.api.call import Answer, Call, Stream
from weetwie.api.endpoint import Routes, holders
from weetwie.api.mastodon import shown
from weetwie.api.mastodon.beside import Beside
from weetwie.api.mastodon.notifications import notification_as_json
from weetwie.api.mastodon.render import Renderer
from weetwie.domain.timelines.live import Arrived, FiltersAreOthers, Gone, Live, News, Notified
from weetwie.errors import Unavailable
from weetwie.kit.db import Database
from weetwie.seen.posts import SeenPost

routes = Routes("streaming")

THUMP_SECONDS: Final = 15.0
NEEDED: Final = ("read:statuses", "read:notifications")
"""One of these opens a stream; what is sent in it is what the token may read."""
KINDS: Final = ("user", "user:notification")

Message = tuple[str, bytes]
"""The name of an event and its payload."""


class Streaming:
    """What an open stream needs of the house."""

    def __init__(self, live: Live, database: Database, memory: Memory, renderer: Renderer) -> None:
        self.live = live
        self.database = database
        self.memory = memory
        self.renderer = renderer
        live.prepare = lambda db, posts: shown.load_kept(db, renderer, posts)

    async def message(self, viewer: Viewer, news: News, kind: str) -> Message | None:
        """What is sent of a piece of news; None for what is not of this stream or no longer there."""
        needed = "read:notifications" if isinstance(news, Notified) else "read:statuses"
        if viewer.scopes.isdisjoint(holders(needed)):
            return None
        if isinstance(news, Notified):
            return await self._notification(viewer, news.notification_id)
        if kind == "user:notification":
            return None
        if isinstance(news, FiltersAreOthers):
            return "filters_changed", b""
        if isinstance(news, Gone):
            return "delete", b"%d" % news.post_id
        shown_post = self.renderer.statuses([news.post], await self._beside(viewer, news.post))[1:-1]
        return (
            ("update" if isinstance(news, Arrived) else "status.update", shown_post) if shown_post else None
        )

    async def _beside(self, viewer: Viewer, post: SeenPost) -> Beside:
        if not post.is_the_same_for_all:
            async with self.database.reading() as db:
                return await shown.load(db, self.renderer, viewer, [post])
        if not viewer.filters_version:
            return Beside(viewer=viewer)
        kept = self.renderer.filters.get((viewer.person_id, viewer.filters_version))
        if kept is None:
            async with self.database.reading() as db:
                kept = await shown.load_filters(db, self.renderer, viewer)
        return Beside(viewer=viewer, filters=kept)

    async def _notification(self, viewer: Viewer, notification_id: int) -> Message | None:
        async with self.database.reading() as db:
            fresh = await self.memory.person(db, viewer.person_id)
            if fresh is None:
                return None
            payload = await notification_as_json(db, fresh, self.renderer, notification_id)
        return ("notification", payload) if payload is not None else None

    async def events(self, viewer: Viewer, kind: str) -> AsyncGenerator[bytes, None]:
        """Server-sent events, until the stream is closed or its reader goes. It is opened by who reads: of an answer that
        nobody reads (to HEAD, say) nothing would ever close it."""
        stream = self.live.open(viewer)
        try:
            yield b":)\n\n"
            while stream.is_open:
                news = await stream.next(THUMP_SECONDS)
                if news is None:
                    yield b":thump\n\n"
                elif message := await self.message(stream.viewer, news, kind):
                    yield b"event: %b\ndata: %b\n\n" % (message[0].encode(), message[1])
        finally:
            self.live.forget(stream)


@routes.get("/api/v1/streaming/health", answer=str, rate="none")
async def health(call: Call) -> Answer:
    return Answer(body=b"OK", content_type="text/plain; charset=utf-8")


@routes.get("/api/v1/streaming/user", scopes=NEEDED)
async def user(call: Call) -> Stream:
    """What arrives in one's home, and one's notifications."""
    return _stream(call, "user")


@routes.get("/api/v1/streaming/user/notification", scopes=NEEDED[1:])
async def user_notification(call: Call) -> Stream:
    """One's notifications alone."""
    return _stream(call, "user:notification")


def _stream(call: Call, kind: str) -> Stream:
    streaming: Streaming | None = call.streaming
    if streaming is None:
        raise Unavailable
    return Stream(streaming.events(call.viewer, kind))
