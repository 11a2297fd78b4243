"""What a person is told: one by one, or in groups of the same kind about the same thing."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from msgspec import UNSET, Struct

from weetwie.access.viewer import Viewer
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon import render_relations as render
from weetwie.api.mastodon import shown
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.beside import Beside
from weetwie.api.mastodon.paging import link_page
from weetwie.api.mastodon.render import Renderer, moment_of
from weetwie.api.parameters import Id, LongPageParams, LooseId, at_most
from weetwie.domain.notifications import dismiss as dismissal
from weetwie.domain.notifications.list import KINDS, Told, notification, notifications, unread
from weetwie.errors import NotFound
from weetwie.kit.db import Db
from weetwie.seen import people as seen_people
from weetwie.seen import posts as seen_posts
from weetwie.seen.people import SeenPerson
from weetwie.seen.posts import SeenPost

routes = Routes("notifications")


class Choice(LongPageParams, frozen=True, kw_only=True):
    types: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    account_id: LooseId | None = None
    include_filtered: bool = False
    supported_types: tuple[str, ...] = ()


class GroupedChoice(Choice, frozen=True, kw_only=True):
    grouped_types: tuple[str, ...] = ()
    expand_accounts: str = "full"


class CountChoice(Struct, frozen=True, kw_only=True):
    types: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    account_id: LooseId | None = None
    grouped_types: tuple[str, ...] = ()
    limit: Annotated[int, at_most(100, 1000)] = 100


class OneGiven(Struct, frozen=True, kw_only=True):
    id: Id


class _Loaded(NamedTuple):
    """A notification with what it is about, as the viewer sees it."""

    told: Told
    person: SeenPerson
    post: SeenPost | None


@routes.get("/api/v1/notifications", scopes=["read:notifications"], answer=list[wire.Notification])
async def listed(call: Call, wanted: Choice) -> bytes:
    """What one has been told, the newest first."""
    found = await _found(call, wanted)
    loaded, beside = await _load(await call.db(), call.viewer, call.renderer, found)
    return b"[%b]" % b",".join(_rendered(call.renderer, one, beside) for one in loaded)


@routes.get("/api/v1/notifications/unread_count", scopes=["read:notifications"])
async def unread_count(call: Call, wanted: CountChoice) -> wire.UnreadCount:
    """How much of it is new."""
    return await _count(call, wanted)


@routes.get("/api/v2/notifications/unread_count", scopes=["read:notifications"])
async def unread_groups_count(call: Call, wanted: CountChoice) -> wire.UnreadCount:
    """How much of it is new, each by itself."""
    return await _count(call, wanted)


@routes.get("/api/v1/notifications/requests", scopes=["read:notifications"])
async def requests(call: Call, wanted: LongPageParams) -> list[wire.NotificationRequest]:
    """What is held back: nothing."""
    return []


@routes.get("/api/v2/notifications/policy", scopes=["read:notifications"])
async def policy(call: Call) -> wire.NotificationPolicy:
    """What is held back: nothing, whoever it comes from."""
    return wire.NotificationPolicy(
        for_not_following="accept",
        for_not_followers="accept",
        for_new_accounts="accept",
        for_private_mentions="accept",
        for_limited_accounts="accept",
        summary=wire.NotificationPolicySummary(pending_requests_count=0, pending_notifications_count=0),
    )


@routes.get("/api/v1/notifications/{id}", scopes=["read:notifications"], answer=wire.Notification)
async def single(call: Call) -> bytes:
    """One notification."""
    found = await notification_as_json(await call.db(), call.viewer, call.renderer, call.id)
    if found is None:
        raise NotFound
    return found


@routes.post("/api/v1/notifications/clear", scopes=["write:notifications"])
async def clear(call: Call) -> wire.Empty:
    """Forgets all that one has been told."""
    await dismissal.clear(await call.db(), call.viewer)
    return wire.Empty()


@routes.post("/api/v1/notifications/{id}/dismiss", scopes=["write:notifications"])
async def dismiss(call: Call) -> wire.Empty:
    """Forgets one notification."""
    db = await call.db()
    if await notification(db, call.viewer, call.id) is None:
        raise NotFound
    await dismissal.dismiss(db, call.viewer, call.id)
    return wire.Empty()


@routes.get("/api/v2/notifications", scopes=["read:notifications"], answer=wire.GroupedNotificationsResults)
async def grouped(call: Call, wanted: GroupedChoice) -> bytes:
    """What one has been told; what is of one kind about one thing stands together."""
    found = await _found(call, wanted)
    loaded, beside = await _load(await call.db(), call.viewer, call.renderer, found)
    people = {one.person.id: one.person for one in loaded}
    posts = {one.post.post_id: one.post for one in loaded if one.post is not None}
    groups: dict[str, list[Told]] = {}
    for one in loaded:
        groups.setdefault(_key(one.told, wanted.grouped_types), []).append(one.told)
    return b'{"accounts":%b,"statuses":%b,"notification_groups":%b}' % (
        call.renderer.accounts(people.values()),
        call.renderer.statuses(list(posts.values()), beside),
        render.encoded([_group(key, told) for key, told in groups.items()]),
    )


_SAMPLES = 8


def _group(key: str, told: Sequence[Told]) -> wire.NotificationGroup:
    newest, oldest = told[0], told[-1]
    senders = list(dict.fromkeys(str(one.from_id) for one in told))
    return wire.NotificationGroup(
        group_key=key,
        notifications_count=len(told),
        type=newest.kind,  # type: ignore[arg-type]
        most_recent_notification_id=str(newest.id),
        page_min_id=str(oldest.id),
        page_max_id=str(newest.id),
        latest_page_notification_at=wire.date_time(moment_of(newest.id)),
        sample_account_ids=senders[:_SAMPLES],
        status_id=str(newest.post_id) if newest.post_id else UNSET,
    )


def _key(told: Told, grouped_types: Sequence[str]) -> str:
    if grouped_types and told.kind not in grouped_types:
        return f"ungrouped-{told.id}"
    return render.group_key(told)


async def _found(call: Call, wanted: Choice) -> list[Told]:
    found = await notifications(
        await call.db(),
        call.viewer,
        page_of(wanted),
        kinds=_kinds(wanted),
        from_id=wanted.account_id or 0,
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


def _kinds(wanted: Choice | CountChoice) -> list[str]:
    return [
        kind
        for kind in KINDS
        if (not wanted.types or kind in wanted.types) and kind not in wanted.exclude_types
    ]


async def notification_as_json(
    db: Db, viewer: Viewer, renderer: Renderer, notification_id: int
) -> bytes | None:
    """One of the viewer's notifications, for a stream; None for what they do not see (any more)."""
    told = await notification(db, viewer, notification_id)
    loaded, beside = await _load(db, viewer, renderer, [told] if told else [])
    return _rendered(renderer, loaded[0], beside) if loaded else None


async def _load(
    db: Db, viewer: Viewer, renderer: Renderer, found: Sequence[Told]
) -> tuple[list[_Loaded], Beside]:
    """What went between finding and loading is left out."""
    if not found:
        return [], Beside(viewer=viewer)
    posts = await seen_posts.posts(db, viewer, {told.post_id for told in found if told.post_id})
    people = await seen_people.cards(db, viewer, {told.from_id for told in found})
    beside = await shown.load(db, renderer, viewer, posts)
    await shown.load_people(db, renderer, people)
    gone = {post.post_id for post in renderer.missing_words(posts)}
    post_by_id = {post.post_id: post for post in posts if post.post_id not in gone}
    person_by_id = {person.id: person for person in people}
    loaded = [
        _Loaded(told, person_by_id[told.from_id], post_by_id.get(told.post_id) if told.post_id else None)
        for told in found
        if told.from_id in person_by_id and (told.post_id is None or told.post_id in post_by_id)
    ]
    return loaded, beside


def _rendered(renderer: Renderer, one: _Loaded, beside: Beside) -> bytes:
    return render.notification(
        one.told,
        wire.date_time(moment_of(one.told.id)),
        renderer.account(one.person),
        renderer.status(one.post, beside) if one.post is not None else None,
    )
