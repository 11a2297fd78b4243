"""Posts that wait for their time: look, move, take back."""

from datetime import datetime

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Empty, ScheduledStatus
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.mastodon.paging import link_page
from weetwie.api.mastodon.render_media import attachment_renderer
from weetwie.api.mastodon.timelines import page_of
from weetwie.api.parameters import PageParams
from weetwie.domain.scheduled import scheduled
from weetwie.domain.scheduled.scheduled import Scheduled
from weetwie.errors import NotFound
from weetwie.flows import publish
from weetwie.runtime.json import Json
from weetwie.views import media as seen_media

routes = Routes("scheduled")


class MoveParams(msgspec.Struct, kw_only=True, frozen=True):
    scheduled_at: datetime


@routes.get("/api/v1/scheduled_statuses", scopes=["read:statuses"], answer=list[ScheduledStatus])
async def waiting(call: Call, params: PageParams) -> bytes:
    """Your scheduled posts, including those that could not be published."""
    posts = await scheduled.waiting(await call.db(), call.viewer, page_of(params))
    link_page(call, params, [post.id for post in posts])
    return msgspec.json.encode([await as_wire(call, post) for post in posts])


@routes.get("/api/v1/scheduled_statuses/{id}", scopes=["read:statuses"], answer=ScheduledStatus)
async def single(call: Call) -> bytes:
    """One scheduled post."""
    return await by_id(call, call.id)


@routes.put("/api/v1/scheduled_statuses/{id}", scopes=["write:statuses"], answer=ScheduledStatus)
async def move(call: Call, params: MoveParams) -> bytes:
    """Reschedule a post."""
    post = await publish.move(await call.context(), call.id, params.scheduled_at)
    return msgspec.json.encode(await as_wire(call, post))


@routes.delete("/api/v1/scheduled_statuses/{id}", scopes=["write:statuses"])
async def take_back(call: Call) -> Empty:
    """Cancel a scheduled post."""
    await publish.take_back(await call.context(), call.id)
    return Empty()


async def by_id(call: Call, id: int) -> bytes:
    """Raises NotFound."""
    return msgspec.json.encode(await as_wire(call, await scheduled.single(await call.db(), call.viewer, id)))


async def as_wire(call: Call, post: Scheduled) -> dict[str, Json]:
    draft, ballot = post.written["draft"], post.written.get("ballot")
    media, allowed = await _attachments(call, post.media_ids), draft.get("allowed_mentions")
    poll = ballot and {
        "options": ballot["options"],
        "expires_in": ballot["lasts"],
        "multiple": ballot.get("is_multiple", False),
        "hide_totals": ballot.get("hides_totals", False),
    }
    answer: dict[str, Json] = {
        "id": str(post.id),
        "scheduled_at": date_time(post.at),
        "params": {
            "text": draft["text"],
            "poll": poll or None,
            "media_ids": [str(id) for id in post.media_ids] or None,
            "sensitive": draft.get("is_sensitive"),
            "spoiler_text": draft.get("warning") or None,
            "visibility": post.written["visibility"],
            "in_reply_to_id": draft.get("reply_to_id"),
            "language": draft.get("language"),
            "allowed_mentions": [str(id) for id in allowed] if allowed is not None else None,
            "application_id": draft.get("app_id") or 0,
            "scheduled_at": None,
            "idempotency": None,
            "with_rate_limit": False,
        },
        "media_attachments": media,
    }
    if post.refusal:
        answer["error"] = post.refusal
    return answer


async def _attachments(call: Call, ids: list[int]) -> list[msgspec.Raw]:
    """Those that are still there."""
    attachments = []
    for id in ids:
        try:
            one = await seen_media.one(await call.db(), call.viewer, id)
        except NotFound:
            continue
        where = await present.addresses(call)
        attachments.append(msgspec.Raw(attachment_renderer(one).render(where, call.viewer.person_id)))
    return attachments
