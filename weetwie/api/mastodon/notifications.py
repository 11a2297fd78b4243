"""What a person is told: one by one, or in groups of the same kind about the same thing."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from msgspec import UNSET, Struct

from weetwie.access.viewer import Viewer
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon import present
from weetwie.api.mastodon import render_relations as render
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.paging import link_page
from weetwie.api.mastodon.render import Renderer
from weetwie.api.parameters import Id, LongPageParams, LooseId, at_most
from weetwie.database.pool import Db
from weetwie.domain.notifications import dismiss as dismissal
from weetwie.domain.notifications import groups
from weetwie.domain.notifications.groups import GroupedNotifications
from weetwie.domain.notifications.list import KINDS, OwnNotification, notification, notifications, unread
from weetwie.errors import NotFound
from weetwie.hydration.views import Hydrated
from weetwie.runtime.ids import moment_of
from weetwie.views import people as seen_people
from weetwie.views import posts as seen_posts
from weetwie.views.people import SeenPerson
from weetwie.views.posts import SeenPost

routes = Routes("notifications")


class NotificationsParams(LongPageParams, frozen=True, kw_only=True):
    types: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    account_id: LooseId | None = None
    include_filtered: bool = False
    supported_types: tuple[str, ...] = ()


class GroupedChoice(NotificationsParams, frozen=True, kw_only=True):
    grouped_types: tuple[str, ...] = ()
    expand_accounts: Literal["full", "partial_avatars"] = "full"


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


@routes.get("/api/v2/notifications/unread_count", scopes=["read:notifications"])
async def unread_groups_count(call: Call, wanted: CountChoice) -> wire.UnreadCount:
    """Number of unread groups."""
    count = await groups.unread(
        await call.db(),
        call.viewer,
        kinds=_kinds(wanted),
        grouped=wanted.grouped_types or KINDS,
        from_id=wanted.account_id or 0,
        limit=wanted.limit,
    )
    return wire.UnreadCount(count=count)


@routes.get("/api/v1/notifications/{id}", scopes=["read:notifications"], answer=wire.Notification)
async def single(call: Call) -> bytes:
    """One notification."""
    found = await notification_as_json(await call.db(), call.viewer, call.renderer, call.id, with_held=True)
    if found is None:
        raise NotFound
    return found


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
    if await notification(db, call.viewer, id, with_held=True) is None:
        raise NotFound
    await dismissal.dismiss(db, call.viewer, id)
    return wire.Empty()


@routes.get("/api/v2/notifications", scopes=["read:notifications"], answer=wire.GroupedNotificationsResults)
async def grouped(call: Call, wanted: GroupedChoice) -> bytes:
    """Your notifications, grouped by kind and post, ordered by the newest in each group."""
    found = await groups.groups(
        await call.db(),
        call.viewer,
        page_of(wanted),
        kinds=_kinds(wanted),
        grouped=wanted.grouped_types or KINDS,
        from_id=wanted.account_id or 0,
        with_held=wanted.include_filtered,
    )
    link_page(call, wanted, [group.newest.id for group in found])
    return await _grouped(call, found, wanted.expand_accounts, wanted.grouped_types)


@routes.get(
    "/api/v2/notifications/{group_key}",
    scopes=["read:notifications"],
    answer=wire.GroupedNotificationsResults,
)
async def single_group(call: Call) -> bytes:
    """One group."""
    told = await _members(call)
    senders = list(dict.fromkeys(one.from_id for one in told))[: groups.SAMPLES]
    return await _grouped(
        call, [groups.GroupedNotifications(told[0], told[-1].id, len(told), senders)], "full", ()
    )


@routes.get(
    "/api/v2/notifications/{group_key}/accounts", scopes=["read:notifications"], answer=list[wire.Account]
)
async def accounts_of_group(call: Call) -> bytes:
    """Everyone in a group, newest first."""
    senders = list(dict.fromkeys(told.from_id for told in await _members(call)))
    people = await seen_people.cards(await call.db(), call.viewer, senders)
    return await present.accounts(call, sorted(people, key=lambda person: senders.index(person.id)))


@routes.post("/api/v2/notifications/{group_key}/dismiss", scopes=["write:notifications"])
async def dismiss_group(call: Call) -> wire.Empty:
    """Dismiss a group."""
    told = await _members(call)
    await dismissal.dismiss_group(await call.db(), call.viewer, [one.id for one in told])
    return wire.Empty()


async def _members(call: Call) -> list[OwnNotification]:
    told = await groups.members(await call.db(), call.viewer, call.text("group_key"))
    if not told:
        raise NotFound
    return told


async def _grouped(
    call: Call, found: Sequence[GroupedNotifications], expand_accounts: str, grouped_types: Sequence[str]
) -> bytes:
    db = await call.db()
    posts = await seen_posts.posts(
        db, call.viewer, {one.newest.post_id for one in found if one.newest.post_id}
    )
    senders = dict.fromkeys(id for one in found for id in one.senders)
    people = {person.id: person for person in await seen_people.cards(db, call.viewer, senders)}
    hydrated = await call.renderer.hydrator.posts(db, call.viewer, posts)
    await call.renderer.hydrator.people(db, list(people.values()))
    there = {post.post_id for post in posts} - {
        post.post_id for post in call.renderer.hydrator.missing(posts)
    }
    shown_groups = [
        _group(one, grouped_types, [id for id in one.senders if id in people])
        for one in found
        if one.newest.post_id is None or one.newest.post_id in there
    ]
    first = dict.fromkeys(
        int(group.sample_account_ids[0]) for group in shown_groups if group.sample_account_ids
    )
    is_partial = expand_accounts == "partial_avatars"
    whole = [person for id, person in people.items() if not is_partial or id in first]
    partial = [person for id, person in people.items() if is_partial and id not in first]
    return b'{"accounts":%b,%b"statuses":%b,"notification_groups":%b}' % (
        call.renderer.accounts(whole),
        b'"partial_accounts":%b,' % render.partial_accounts(call.renderer.accounts(partial))
        if is_partial
        else b"",
        call.renderer.statuses(posts, hydrated),
        render.encoded(shown_groups),
    )


def _group(
    group: GroupedNotifications, grouped_types: Sequence[str], senders: Sequence[int]
) -> wire.NotificationGroup:
    newest = group.newest
    is_alone = grouped_types and newest.kind not in grouped_types
    return wire.NotificationGroup(
        group_key=f"ungrouped-{newest.id}" if is_alone else newest.group_key,
        notifications_count=group.count,
        type=newest.kind,  # type: ignore[arg-type]
        most_recent_notification_id=newest.id,
        page_min_id=str(group.oldest_id),
        page_max_id=str(newest.id),
        latest_page_notification_at=wire.date_time(moment_of(newest.id)),
        sample_account_ids=[str(id) for id in senders],
        status_id=str(newest.post_id) if newest.post_id else UNSET,
    )


async def _found(call: Call, wanted: NotificationsParams) -> list[OwnNotification]:
    found = await notifications(
        await call.db(),
        call.viewer,
        page_of(wanted),
        kinds=_kinds(wanted),
        from_id=wanted.account_id or 0,
        with_held=wanted.include_filtered,
    )
    link_page(call, wanted, [told.id for told in found])
    return found


async def _count(call: Call, wanted: CountChoice) -> wire.UnreadCount:
    count = await unread(
        await call.db(),
        call.viewer,
        kinds=_kinds(wanted),
        from_id=wanted.account_id or 0,
        limit=wanted.limit,
    )
    return wire.UnreadCount(count=count)


def _kinds(wanted: NotificationsParams | CountChoice) -> list[str]:
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
