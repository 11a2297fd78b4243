"""What a person is told, one by one. (In groups: `notification_groups.py`.)"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from msgspec import Struct

from weetwie.access.viewer import Viewer
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, render_relations as render
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.paging import link_page
from weetwie.api.mastodon.render import Renderer
from weetwie.api.parameters import Id, LongPageParams, LooseId, at_most
from weetwie.database.pool import Db
from weetwie.domain.notifications import dismiss as dismissal
from weetwie.domain.notifications.list import KINDS, OwnNotification, notification, notifications, unread
from weetwie.errors import or_not_found
from weetwie.hydration.views import Hydrated
from weetwie.runtime.ids import moment_of
from weetwie.views import people as seen_people, posts as seen_posts
from weetwie.views.people import SeenPerson
from weetwie.views.posts import SeenPost

routes = Routes("notifications")


class NotificationsParams(LongPageParams, frozen=True, kw_only=True):
    types: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    account_id: LooseId | None = None
    include_filtered: bool = False
    supported_types: tuple[str, ...] = ()


class CountChoice(Struct, frozen=True, kw_only=True):
    types: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    account_id: LooseId | None = None
    grouped_types: tuple[str, ...] = ()
    limit: Annotated[int, at_most(100, 1000)] = 100


class _Loaded(NamedTuple):
    """A notification with what it is about, as the viewer sees it."""

    told: OwnNotification
    person: SeenPerson
    post: SeenPost | None


@routes.get("/api/v1/notifications", scopes=["read:notifications"], answer=list[wire.Notification])
async def listed(call: Call, wanted: NotificationsParams) -> bytes:
    """Your notifications, newest first."""
    found = await _found(call, wanted)
    loaded, hydrated = await _load(await call.db(), call.viewer, call.renderer, found)
    return b"[%b]" % b",".join(_rendered(call.renderer, one, hydrated) for one in loaded)


@routes.get("/api/v1/notifications/unread_count", scopes=["read:notifications"])
async def unread_count(call: Call, wanted: CountChoice) -> wire.UnreadCount:
    """Number of unread notifications."""
    return await _count(call, wanted)


@routes.get("/api/v1/notifications/{id}", scopes=["read:notifications"], answer=wire.Notification)
async def single(call: Call) -> bytes:
    """One notification."""
    return or_not_found(
        await notification_as_json(await call.db(), call.viewer, call.renderer, call.id, with_held=True)
    )


@routes.post("/api/v1/notifications/clear", scopes=["write:notifications"])
async def clear(call: Call) -> wire.Empty:
    """Dismiss all notifications."""
    await dismissal.clear(await call.db(), call.viewer)
    return wire.Empty()


@routes.post("/api/v1/notifications/{id}/dismiss", scopes=["write:notifications"])
async def dismiss(call: Call) -> wire.Empty:
    """Dismiss a notification."""
    return await _dismiss(call, call.id)


class NotificationParams(Struct, frozen=True, kw_only=True):
    id: Id


@routes.post("/api/v1/notifications/dismiss", scopes=["write:notifications"], deprecated=True)
async def dismiss_as_of_old(call: Call, given: NotificationParams) -> wire.Empty:
    """Dismiss a notification."""
    return await _dismiss(call, given.id)


async def _dismiss(call: Call, id: int) -> wire.Empty:
    db = await call.db()
    or_not_found(await notification(db, call.viewer, id, with_held=True))
    await dismissal.dismiss(db, call.viewer, id)
    return wire.Empty()


async def _found(call: Call, wanted: NotificationsParams) -> list[OwnNotification]:
    found = await notifications(
        await call.db(),
        call.viewer,
        page_of(wanted),
        kinds=kinds_of(wanted),
        from_id=wanted.account_id or 0,
        with_held=wanted.include_filtered,
    )
    link_page(call, wanted, [told.id for told in found])
    return found


async def _count(call: Call, wanted: CountChoice) -> wire.UnreadCount:
    count = await unread(
        await call.db(),
        call.viewer,
        kinds=kinds_of(wanted),
        from_id=wanted.account_id or 0,
        limit=wanted.limit,
    )
    return wire.UnreadCount(count=count)


def kinds_of(wanted: NotificationsParams | CountChoice) -> list[str]:
    return [
        kind
        for kind in KINDS
        if (not wanted.types or kind in wanted.types) and kind not in wanted.exclude_types
    ]


async def notification_as_json(
    db: Db, viewer: Viewer, renderer: Renderer, notification_id: int, *, with_held: bool = False
) -> bytes | None:
    """One of the viewer's notifications, for a stream; None for what they do not see (any more)."""
    told = await notification(db, viewer, notification_id, with_held=with_held)
    loaded, hydrated = await _load(db, viewer, renderer, [told] if told else [])
    return _rendered(renderer, loaded[0], hydrated) if loaded else None


async def _load(
    db: Db, viewer: Viewer, renderer: Renderer, found: Sequence[OwnNotification]
) -> tuple[list[_Loaded], Hydrated]:
    """What went between finding and loading is left out."""
    if not found:
        return [], Hydrated(viewer=viewer)
    posts = await seen_posts.posts(db, viewer, {told.post_id for told in found if told.post_id})
    people = await seen_people.cards(db, viewer, {told.from_id for told in found})
    hydrated = await renderer.hydrator.posts(db, viewer, posts)
    await renderer.hydrator.people(db, people)
    gone = {post.post_id for post in renderer.hydrator.missing(posts)}
    post_by_id = {post.post_id: post for post in posts if post.post_id not in gone}
    person_by_id = {person.id: person for person in people}
    loaded = [
        _Loaded(told, person_by_id[told.from_id], post_by_id.get(told.post_id) if told.post_id else None)
        for told in found
        if told.from_id in person_by_id and (told.post_id is None or told.post_id in post_by_id)
    ]
    return loaded, hydrated


def _rendered(renderer: Renderer, one: _Loaded, hydrated: Hydrated) -> bytes:
    return render.notification(
        one.told,
        wire.date_time(moment_of(one.told.id)),
        renderer.account(one.person),
        renderer.status(one.post, hydrated) if one.post is not None else None,
    )
