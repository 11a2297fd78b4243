"""How far one has read, so that the next app goes on from there."""

from typing import Literal

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, render_relations as render
from weetwie.api.parameters import Id
from weetwie.domain.notifications import markers as reading

routes = Routes("markers")


class Timelines(Struct, frozen=True, kw_only=True):
    timeline: list[Literal["home", "notifications"]] = []


class MarkerGiven(Struct, frozen=True, kw_only=True):
    last_read_id: Id


class MarkersGiven(Struct, frozen=True, kw_only=True):
    home: MarkerGiven | None = None
    notifications: MarkerGiven | None = None


@routes.get("/api/v1/markers", scopes=["read:statuses"])
async def markers(call: Call, wanted: Timelines) -> dict[str, wire.Marker]:
    """How far you have read these timelines."""
    found = await reading.markers(await call.db(), call.viewer, list(wanted.timeline))
    return {read.timeline: render.marker(read) for read in found}


@routes.post("/api/v1/markers", scopes=["write:statuses"])
async def mark(call: Call, given: MarkersGiven) -> dict[str, wire.Marker]:
    """Save how far you have read."""
    db = await call.db()
    timelines: list[reading.Timeline] = []
    if given.home is not None:
        timelines.append("home")
        await reading.mark(db, call.viewer, "home", given.home.last_read_id)
    if given.notifications is not None:
        timelines.append("notifications")
        await reading.mark(db, call.viewer, "notifications", given.notifications.last_read_id)
    found = await reading.markers(db, call.viewer, timelines)
    return {read.timeline: render.marker(read) for read in found}
