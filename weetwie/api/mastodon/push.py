"""Push to phones: not there yet. An app that asks for its subscription is told that it has none."""

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.errors import NotFound

routes = Routes("push")


@routes.get("/api/v1/push/subscription", scopes=["push"])
async def subscription(call: Call) -> wire.WebPushSubscription:
    """The subscription that belongs to this token."""
    raise NotFound


@routes.delete("/api/v1/push/subscription", scopes=["push"])
async def unsubscribe(call: Call) -> wire.Empty:
    """Ends the subscription that belongs to this token, if there is one."""
    return wire.Empty()
