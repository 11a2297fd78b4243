"""Who asks to follow oneself, and the answer."""

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.accounts import numbered, page_of
from weetwie.api.mastodon.relations import now
from weetwie.api.parameters import LongPageParams
from weetwie.domain.relations import requests

routes = Routes("follow_requests")


@routes.get("/api/v1/follow_requests", scopes=["read:follows"], answer=list[wire.Account])
async def waiting(call: Call, wanted: LongPageParams) -> bytes:
    """Open follow requests."""
    return await numbered(call, wanted, await requests.waiting(await call.db(), call.viewer, page_of(wanted)))


@routes.post("/api/v1/follow_requests/{account_id}/authorize", scopes=["write:follows"])
async def authorize(call: Call) -> wire.Relationship:
    """Accept a follow request."""
    db = await call.db()
    follower_id: int = call.number("account_id")
    await requests.accept(db, call.viewer, follower_id)
    return await now(call, follower_id)


@routes.post("/api/v1/follow_requests/{account_id}/reject", scopes=["write:follows"])
async def reject(call: Call) -> wire.Relationship:
    """Decline a follow request; the account is not notified."""
    follower_id: int = call.number("account_id")
    await requests.reject(await call.db(), call.viewer, follower_id)
    return await now(call, follower_id)
