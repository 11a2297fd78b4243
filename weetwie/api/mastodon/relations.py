"""Follow, block, mute and their like: each answers with what the two now are to one another."""

from typing import Annotated

from msgspec import Meta, Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, render_relations as render
from weetwie.domain.relations import block as blocking, follow as following, mute as muting
from weetwie.domain.relations.relationship import relationships
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import NotFound

routes = Routes("accounts")


class FollowGiven(Struct, frozen=True, kw_only=True):
    reblogs: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None


class MuteGiven(Struct, frozen=True, kw_only=True):
    notifications: bool = True
    duration: Annotated[int, Meta(ge=0)] = 0


@routes.post("/api/v1/accounts/{id}/follow", scopes=["write:follows"])
async def follow(call: Call, given: FollowGiven) -> wire.Relationship:
    """Follow an account, request to follow a locked one, or change how you follow it."""
    db = await call.db()
    options = FollowOptions(shows_boosts=given.reblogs, notifies=given.notify, languages=given.languages)
    await following.follow(db, call.viewer, call.id, options)
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/unfollow", scopes=["write:follows"])
async def unfollow(call: Call) -> wire.Relationship:
    """Unfollow an account, or withdraw the request."""
    await following.unfollow(await call.db(), call.viewer, call.id)
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/remove_from_followers", scopes=["write:follows"])
async def remove_from_followers(call: Call) -> wire.Relationship:
    """Remove an account from your followers."""
    await following.remove_follower(await call.db(), call.viewer, call.id)
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/block", scopes=["write:blocks"])
async def block(call: Call) -> wire.Relationship:
    """Block an account; follows between the two end."""
    await blocking.block(await call.db(), call.viewer, call.id)
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/unblock", scopes=["write:blocks"])
async def unblock(call: Call) -> wire.Relationship:
    """Unblock an account."""
    await blocking.unblock(await call.db(), call.viewer, call.id)
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/mute", scopes=["write:mutes"])
async def mute(call: Call, given: MuteGiven) -> wire.Relationship:
    """Mute an account, for some seconds or permanently."""
    await muting.mute(
        await call.db(),
        call.viewer,
        call.id,
        hides_notifications=given.notifications,
        duration=given.duration,
    )
    return await now(call, call.id)


@routes.post("/api/v1/accounts/{id}/unmute", scopes=["write:mutes"])
async def unmute(call: Call) -> wire.Relationship:
    """Unmute an account."""
    await muting.unmute(await call.db(), call.viewer, call.id)
    return await now(call, call.id)


async def now(call: Call, person_id: int) -> wire.Relationship:
    """What the viewer and a person are to one another now."""
    found = await relationships(await call.db(), call.viewer, [person_id])
    if not found:
        raise NotFound
    return render.relationship(found[0])
