"""What a person is told, in groups of the same kind about the same thing."""

from collections.abc import Sequence
from typing import Literal

from msgspec import UNSET

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, present, render_relations as render
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.notifications import CountChoice, NotificationsParams, kinds_of
from weetwie.api.mastodon.paging import link_page
from weetwie.domain.notifications import dismiss as dismissal, groups
from weetwie.domain.notifications.groups import GroupedNotifications
from weetwie.domain.notifications.list import KINDS, OwnNotification
from weetwie.errors import NotFound
from weetwie.runtime.ids import moment_of
from weetwie.views import people as seen_people, posts as seen_posts

routes = Routes("notifications")


class GroupedChoice(NotificationsParams, frozen=True, kw_only=True):
    grouped_types: tuple[str, ...] = ()
    expand_accounts: Literal["full", "partial_avatars"] = "full"


@routes.get("/api/v2/notifications/unread_count", scopes=["read:notifications"])
async def unread_groups_count(call: Call, wanted: CountChoice) -> wire.UnreadCount:
    """Number of unread groups."""
    count = await groups.unread(
        await call.db(),
        call.viewer,
        kinds=kinds_of(wanted),
        grouped=wanted.grouped_types or KINDS,
        from_id=wanted.account_id or 0,
        limit=wanted.limit,
    )
    return wire.UnreadCount(count=count)


@routes.get("/api/v2/notifications", scopes=["read:notifications"], answer=wire.GroupedNotificationsResults)
async def grouped(call: Call, wanted: GroupedChoice) -> bytes:
    """Your notifications, grouped by kind and post, ordered by the newest in each group."""
    found = await groups.groups(
        await call.db(),
        call.viewer,
        page_of(wanted),
        kinds=kinds_of(wanted),
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
