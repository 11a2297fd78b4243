"""Filters: there are none yet, and apps are told so."""

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire

routes = Routes("filters")


@routes.get("/api/v2/filters", scopes=["read:filters"])
async def filters(call: Call) -> list[wire.Filter]:
    """One's filters."""
    return []


@routes.get("/api/v1/filters", scopes=["read:filters"], deprecated=True)
async def old_filters(call: Call) -> list[wire.V1Filter]:
    """One's filters, in the form of old."""
    return []
