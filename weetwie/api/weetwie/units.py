"""Departments that one follows, with everybody in them."""

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Empty
from weetwie.api.mastodon.entities.formats import date_time
from weetwie.api.weetwie import entities as wire
from weetwie.domain.relations import units
from weetwie.flows.units import follow_unit

routes = Routes("accounts")


class UnitNamed(Struct, frozen=True, kw_only=True):
    name: str


@routes.get("/api/weetwie/v1/me/units", scopes=["read:follows"])
async def own(call: Call) -> list[wire.FollowedUnit]:
    """The departments you follow, by name."""
    return await _own(call)


@routes.put("/api/weetwie/v1/me/units", scopes=["write:follows"])
async def follow(call: Call, wanted: UnitNamed) -> list[wire.FollowedUnit]:
    """Follow everybody in a department whom you see there, and who joins it later, until you say no."""
    await follow_unit(await call.context(), wanted.name)
    return await _own(call)


@routes.delete("/api/weetwie/v1/me/units", scopes=["write:follows"])
async def unfollow(call: Call, wanted: UnitNamed) -> Empty:
    """Nobody else is followed because of it. You still follow those in it."""
    await units.unfollow(await call.db(), call.viewer, wanted.name)
    return Empty()


async def _own(call: Call) -> list[wire.FollowedUnit]:
    found = await units.own(await call.db(), call.viewer)
    return [wire.FollowedUnit(name=one.name, followed_at=date_time(one.created_at)) for one in found]
