"""News as the events that apps hear: each encoded once for all who hear it alike."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from weetwie.access.authenticate import Memory
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.api.mastodon import announcements, conversations
from weetwie.api.mastodon.notifications import notification_as_json
from weetwie.api.mastodon.render import Renderer
from weetwie.api.mastodon.streams import NOTIFICATIONS, STATUSES, may_hear
from weetwie.database.pool import Database, Db
from weetwie.domain.announcements import announcements as all_of
from weetwie.domain.conversations import conversations as own_conversations
from weetwie.domain.timelines import stream_news
from weetwie.domain.timelines.arrivals import Reached
from weetwie.domain.timelines.live import Live
from weetwie.domain.timelines.stream_news import News
from weetwie.errors import NotFound
from weetwie.hydration.filters import CompiledFilter
from weetwie.hydration.hydrate import is_quote
from weetwie.hydration.views import Hydrated
from weetwie.security.ratelimit import RateLimits
from weetwie.views import polls as seen_polls, reach
from weetwie.views.polls import SeenPoll
from weetwie.views.posts import SeenPost


class StreamMessage(NamedTuple):
    event: str
    payload: bytes
    """Empty where there is none."""


class OwnPart(NamedTuple):
    """What hangs on a post that each viewer sees in their own way."""

    polls: Mapping[int, SeenPoll]
    quotes: Mapping[int, SeenPost]


class Streaming:
    """What an open stream needs of the installation."""

    def __init__(
        self,
        live: Live,
        database: Database,
        memory: Memory,
        renderer: Renderer,
        limits: RateLimits | None = None,
    ) -> None:
        self.live = live
        self.database = database
        self.memory = memory
        self.renderer = renderer
        self.limits = limits
        live.prepare = self._prepare

    async def messages(self, viewer: Viewer, news: News) -> Sequence[StreamMessage]:
        """What is sent of a piece of news; nothing of what is no longer there, or not for this token."""
        if not may_hear(viewer, NOTIFICATIONS if isinstance(news, stream_news.Notified) else STATUSES):
            return ()
        match news:
            case stream_news.Arrived():
                return await self._post(viewer, news)
            case stream_news.Gone():
                return (StreamMessage("delete", b"%d" % news.post_id),)
            case stream_news.Notified():
                return await _once(news, lambda: self._notification(viewer, news.notification_id))
            case stream_news.SpokenIn():
                return await _once(news, lambda: self._conversation(viewer, news.conversation_id))
            case stream_news.AnnouncementArrived():
                return await _once(news, lambda: self._announcement(viewer, news.announcement_id))
            case stream_news.AnnouncementReacted():
                return await _once(news, lambda: self._reactions(viewer, news.announcement_id))
            case stream_news.AnnouncementGone():
                return (StreamMessage("announcement.delete", b"%d" % news.announcement_id),)
            case stream_news.FiltersAreOthers():
                return (StreamMessage("filters_changed", b""),)
        return ()

    async def _post(self, viewer: Viewer, news: stream_news.Arrived) -> Sequence[StreamMessage]:
        is_alike = not viewer.filters_version and news.beside is None and not _has_own_addresses(news.post)
        if is_alike:
            told: Sequence[StreamMessage] | None = news.told.get("post")
            if told is None:
                told = news.told["post"] = self._rendered(news, Hydrated(viewer=viewer))
            return told
        polls, quotes = news.beside or ({}, {})
        filters = await self._filters(viewer)
        return self._rendered(news, Hydrated(viewer=viewer, polls=polls, quotes=quotes, filters=filters))

    def _rendered(self, news: stream_news.Arrived, hydrated: Hydrated) -> Sequence[StreamMessage]:
        view = self.renderer.hydrator.view(news.post, hydrated)
        if view is None or view.is_hidden(_context(news)):
            return ()
        event = "status.update" if isinstance(news, stream_news.Edited) else "update"
        return (StreamMessage(event, self.renderer.shown(view)),)

    async def _filters(self, viewer: Viewer) -> Sequence[CompiledFilter]:
        kept = self.renderer.hydrator.kept_filters(viewer)
        if kept is None:
            async with self.database.reading() as db:
                kept = await self.renderer.hydrator.filters(db, viewer)
        return kept

    async def _prepare(
        self, db: Db, viewer: Viewer, reached: Sequence[Reached]
    ) -> dict[tuple[int, int], OwnPart]:
        """Words, people, polls and quotes for all who are reached, in as many statements as there are kinds of these."""
        await self.renderer.hydrator.common(db, [post for _person, post in reached])
        special = [(person_id, post) for person_id, post in reached if not post.is_the_same_for_all]
        if not special:
            return {}
        quotes = await self._quotes(db, viewer, special)
        shown_posts = [
            *special,
            *((person, post) for person, found in quotes.items() for post in found.values()),
        ]
        polls = await seen_polls.of_people(db, shown_posts)
        return {
            (person_id, post.id): OwnPart(polls.get(person_id, {}), quotes.get(person_id, {}))
            for person_id, post in special
        }

    async def _quotes(
        self, db: Db, viewer: Viewer, reached: Sequence[Reached]
    ) -> dict[int, dict[int, SeenPost]]:
        """What is quoted, and what that quotes again, as far as each of them sees it."""
        found: dict[int, dict[int, SeenPost]] = {}
        for _depth in range(2):
            wanted = {post.quote_of_id for _person, post in reached if post.quote_of_id and is_quote(post)}
            if not wanted:
                break
            people = {person_id for person_id, post in reached if is_quote(post)}
            reached = await reach.TO_PEOPLE.posts(db, viewer, wanted, people)
            for person_id, post in reached:
                found.setdefault(person_id, {})[post.post_id] = post
        await self.renderer.hydrator.common(db, [post for own in found.values() for post in own.values()])
        return found

    # What is loaded for the one who hears it

    async def _notification(self, viewer: Viewer, id: int) -> Sequence[StreamMessage]:
        async with self.database.reading() as db:
            fresh = await self.memory.person(db, viewer.person_id)
            payload = await notification_as_json(db, fresh, self.renderer, id) if fresh else None
        return (StreamMessage("notification", payload),) if payload is not None else ()

    async def _conversation(self, viewer: Viewer, id: int) -> Sequence[StreamMessage]:
        async with self.database.reading() as db:
            fresh = await self.memory.person(db, viewer.person_id)
            if fresh is None:
                return ()
            try:
                talk = await own_conversations.conversation(db, fresh, id)
            except NotFound:
                return ()
            payloads = await conversations.as_json(db, fresh, self.renderer, [talk])
        return [StreamMessage("conversation", payload) for payload in payloads]

    async def _announcement(self, viewer: Viewer, id: int) -> Sequence[StreamMessage]:
        """Without what is one viewer's own, so that it is the same for all who see it."""
        async with self.database.reading() as db:
            fresh = await self.memory.person(db, viewer.person_id)
            found = await all_of.announcements(db, fresh, only=id) if fresh else []
            reactions = await all_of.reactions_to(db, viewer, [one.id for one in found])
        return [
            StreamMessage(
                "announcement", msgspec.json.encode(announcements.for_all(self.renderer, one, reactions))
            )
            for one in found
        ]

    async def _reactions(self, viewer: Viewer, id: int) -> Sequence[StreamMessage]:
        async with self.database.reading() as db:
            found = await all_of.reactions_to(db, viewer, [id])
        return [
            StreamMessage(
                "announcement.reaction",
                msgspec.json.encode({"name": one.name, "count": one.count, "announcement_id": str(id)}),
            )
            for one in found
        ]


async def _once(
    news: News, load: Callable[[], Awaitable[Sequence[StreamMessage]]]
) -> Sequence[StreamMessage]:
    """For all who hear this piece of news at the same time."""
    loading: asyncio.Future[Sequence[StreamMessage]] | None = news.told.get("loading")
    if loading is None:
        loading = news.told["loading"] = asyncio.ensure_future(load())
    return await asyncio.shield(loading)


def _has_own_addresses(post: SeenPost) -> bool:
    """Files that are not for the world have other addresses for each viewer."""
    return post.has_media and not (post.ring == Ring.world and post.post_visibility <= Visibility.unlisted)


def _context(news: News) -> str:
    return "public" if news.channel[0] in ("public", "public_media", "tag") else "home"
