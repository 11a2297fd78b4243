"""Lists and conversations: there are none yet, and apps are told so."""

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.parameters import PageParams

routes = Routes("lists")


@routes.get("/api/v1/lists", scopes=["read:lists"])
async def lists(call: Call) -> list[wire.List]:
    """One's lists."""
    return []


@routes.get("/api/v1/conversations", scopes=["read:statuses"])
async def conversations(call: Call, wanted: PageParams) -> list[wire.Conversation]:
    """One's direct posts, by conversation."""
    return []
