"""Quotes: who quotes a post, who may, and taken back."""

from typing import Literal

import msgspec

from weetwie.access.enums import QuotePolicy
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Status
from weetwie.api.mastodon.timelines import page_of, statuses
from weetwie.api.parameters import PageParams
from weetwie.domain.posts import quotes as quotes_of
from weetwie.views import posts as seen_posts

routes = Routes("statuses")

QuotePolicyName = Literal["public", "followers", "nobody"]


class PolicyParams(msgspec.Struct, kw_only=True, frozen=True):
    quote_approval_policy: QuotePolicyName


@routes.get("/api/v1/statuses/{id}/quotes", scopes=["read:statuses"], answer=list[Status])
async def quotes(call: Call, params: PageParams) -> bytes:
    """The posts that quote a post."""
    db = await call.db()
    post = await seen_posts.post(db, call.viewer, call.id)
    return await statuses(
        call, params, await quotes_of.quotes(db, call.viewer, post.post_id, page_of(params))
    )


@routes.post("/api/v1/statuses/{id}/quotes/{quoting_id}/revoke", scopes=["write:statuses"], answer=Status)
async def revoke_quote(call: Call) -> bytes:
    """Remove your post from one that quotes it."""
    quoting_id = call.number("quoting_id")
    await quotes_of.revoke(await call.db(), call.viewer, call.id, quoting_id)
    return await present.status_by_id(call, quoting_id)


@routes.put("/api/v1/statuses/{id}/interaction_policy", scopes=["write:statuses"], answer=Status)
async def set_policy(call: Call, params: PolicyParams) -> bytes:
    """Set who can quote your post."""
    await quotes_of.set_policy(
        await call.db(), call.viewer, call.id, QuotePolicy[params.quote_approval_policy]
    )
    return await present.status_by_id(call, call.id)
