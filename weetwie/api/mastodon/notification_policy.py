"""What is held back: by whose policy, from whom, and how they are let through."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Raw, Struct, structs

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, present, render_relations as render
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import LongPageParams, LooseId
from weetwie.database.paging import Page
from weetwie.domain.notifications import policy as own
from weetwie.domain.notifications.requests import Request, requests, totals
from weetwie.errors import NotFound
from weetwie.runtime.ids import moment_of
from weetwie.runtime.json import Json
from weetwie.views import people as seen_people, posts as seen_posts

routes = Routes("notifications")

Decision = Literal["accept", "filter", "drop"]
_DECISIONS: Final[tuple[Decision, ...]] = ("accept", "filter", "drop")


class PolicyGiven(Struct, frozen=True, kw_only=True):
    for_not_following: Decision | None = None
    for_not_followers: Decision | None = None
    for_new_accounts: Decision | None = None
    for_private_mentions: Decision | None = None
    for_limited_accounts: Decision | None = None


class OldPolicyGiven(Struct, frozen=True, kw_only=True):
    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


class RequestIdsParams(Struct, frozen=True, kw_only=True):
    id: Annotated[list[LooseId], Meta(max_length=100)]


class RequestsMerged(Struct, frozen=True, kw_only=True):
    merged: bool


@routes.get("/api/v2/notifications/policy", scopes=["read:notifications"])
async def policy(call: Call) -> wire.NotificationPolicy:
    """Whose notifications you filter."""
    now = await own.policy_of(await call.db(), call.viewer)
    asking, held = await totals(await call.db(), call.viewer)
    return wire.NotificationPolicy(
        **{name: _DECISIONS[getattr(now, rule)] for name, rule in _RULES.items()},
        summary=wire.NotificationPolicySummary(
            pending_requests_count=asking, pending_notifications_count=held
        ),
    )


@routes.patch("/api/v2/notifications/policy", scopes=["write:notifications"])
async def change(call: Call, given: PolicyGiven) -> wire.NotificationPolicy:
    """Change it; omitted fields stay as they are."""
    db = await call.db()
    new = {
        rule: _DECISIONS.index(decision)
        for name, rule in _RULES.items()
        if (decision := getattr(given, name)) is not None
    }
    await own.set_policy(db, call.viewer, structs.replace(await own.policy_of(db, call.viewer), **new))
    return await policy(call)


@routes.get("/api/v1/notifications/policy", scopes=["read:notifications"], deprecated=True)
async def old_policy(call: Call) -> wire.V1NotificationPolicy:
    """The same as booleans, as Mastodon for iOS reads it: whatever is not accepted is filtered."""
    now = await policy(call)
    return wire.V1NotificationPolicy(
        **{
            name: getattr(now, name.replace("filter_", "for_")) != "accept"
            for name in OldPolicyGiven.__struct_fields__
        },
        summary=now.summary,
    )


@routes.put("/api/v1/notifications/policy", scopes=["write:notifications"], deprecated=True)
async def change_old(call: Call, given: OldPolicyGiven) -> wire.V1NotificationPolicy:
    """Change it; omitted fields stay as they are, and what was dropped stays dropped."""
    now = await old_policy(call)
    changed = {
        name.replace("filter_", "for_"): "filter" if is_filtered else "accept"
        for name, is_filtered in structs.asdict(given).items()
        if is_filtered is not None and is_filtered != getattr(now, name)
    }
    await change(call, PolicyGiven(**changed))  # type: ignore[arg-type]
    return await old_policy(call)


_RULES: Final = dict(zip(PolicyGiven.__struct_fields__, own.RULES, strict=True))


@routes.get(
    "/api/v1/notifications/requests", scopes=["read:notifications"], answer=list[wire.NotificationRequest]
)
async def listed(call: Call, wanted: LongPageParams) -> bytes:
    """People whose notifications are waiting for review."""
    found = await requests(await call.db(), call.viewer, page_of(wanted))
    link_page(call, wanted, [request.newest for request in found])
    return render.encoded(await _shown(call, found))


@routes.get("/api/v1/notifications/requests/merged", scopes=["read:notifications"])
async def merged(call: Call) -> RequestsMerged:
    """Always true: allowing takes effect at once."""
    return RequestsMerged(merged=True)


@routes.get(
    "/api/v1/notifications/requests/{id}", scopes=["read:notifications"], answer=wire.NotificationRequest
)
async def single(call: Call) -> bytes:
    """A person whose notifications are waiting for review."""
    return render.encoded((await _shown(call, [await _request(call)]))[0])


@routes.post("/api/v1/notifications/requests/{id}/accept", scopes=["write:notifications"])
async def accept(call: Call) -> wire.Empty:
    """Allow a person, including earlier notifications."""
    await _request(call)
    await own.let_through(await call.db(), call.viewer, [call.id])
    return wire.Empty()


@routes.post("/api/v1/notifications/requests/{id}/dismiss", scopes=["write:notifications"])
async def dismiss(call: Call) -> wire.Empty:
    """Dismiss earlier notifications from a person."""
    await _request(call)
    await own.dismiss_held(await call.db(), call.viewer, [call.id])
    return wire.Empty()


@routes.post("/api/v1/notifications/requests/accept", scopes=["write:notifications"])
async def accept_several(call: Call, given: RequestIdsParams) -> wire.Empty:
    """Allow several people."""
    await own.let_through(await call.db(), call.viewer, await _asking(call, given.id))
    return wire.Empty()


@routes.post("/api/v1/notifications/requests/dismiss", scopes=["write:notifications"])
async def dismiss_several(call: Call, given: RequestIdsParams) -> wire.Empty:
    """Dismiss notifications from several people."""
    await own.dismiss_held(await call.db(), call.viewer, await _asking(call, given.id))
    return wire.Empty()


async def _request(call: Call) -> Request:
    """It has the id of the person who asks."""
    found = await requests(await call.db(), call.viewer, Page(1), from_id=call.id)
    if not found or found[0].from_id != call.id:
        raise NotFound
    return found[0]


async def _asking(call: Call, ids: Sequence[int]) -> list[int]:
    found = await requests(await call.db(), call.viewer, Page(1000))
    return [request.from_id for request in found if request.from_id in ids]


async def _shown(call: Call, found: Sequence[Request]) -> list[dict[str, Json]]:
    db = await call.db()
    cards = await seen_people.cards(db, call.viewer, [request.from_id for request in found])
    posts = await seen_posts.posts(db, call.viewer, [request.post_id for request in found if request.post_id])
    people = {person.id: person for person in cards}
    by_id = {post.post_id: post for post in posts}
    answer: list[dict[str, Json]] = []
    for request in found:
        if request.from_id not in people:
            continue
        one: dict[str, Json] = {
            "id": str(request.from_id),
            "created_at": wire.date_time(moment_of(request.oldest)),
            "updated_at": wire.date_time(moment_of(request.newest)),
            "account": Raw(await present.account(call, people[request.from_id])),
            "notifications_count": str(request.count),
        }
        if request.post_id in by_id:
            one["last_status"] = Raw(await present.status(call, by_id[request.post_id]))
        answer.append(one)
    return answer
