"""Posts from beyond one's circle, each with the reason why one is shown it."""

from typing import Final, Literal

import msgspec
from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.paging import link_page
from weetwie.api.mastodon.timelines import page_of
from weetwie.api.parameters import PageParams
from weetwie.api.weetwie import entities as wire
from weetwie.domain.beyond import choice
from weetwie.domain.beyond.choice import how_often
from weetwie.domain.beyond.rules import HowOften
from weetwie.flows import beyond

routes = Routes("timelines")
_NAMES: Final[tuple[Literal["off", "rare", "often"], ...]] = ("off", "rare", "often")
_encode = msgspec.json.encode


class HowOftenGiven(Struct, frozen=True, kw_only=True):
    how_often: Literal["off", "rare", "often"]


@routes.get("/api/weetwie/v1/timelines/beyond", scopes=["read:statuses"], answer=list[wire.BeyondStatus])
async def timeline(call: Call, params: PageParams) -> bytes:
    """Posts by people you don't follow that you were shown in the last 90 days, each with a reason. The first page adds new ones."""
    found = await beyond.timeline(await call.db(), call.viewer, page_of(params))
    posts = [one.post for one in found]
    link_page(call, params, [one.key for one in posts])
    renderer = call.renderer
    hydrated = await renderer.hydrator.posts(await call.db(), call.viewer, posts)
    shown = {view.seen.post_id: renderer.shown(view) for view in renderer.hydrator.views(posts, hydrated)}
    return b"[%b]" % b",".join(
        b'%b,"reason":%b}'
        % (
            shown[one.post.post_id][:-1],
            _encode(beyond.in_words(one.reason, call.viewer.language)),
        )
        for one in found
        if one.post.post_id in shown
    )


@routes.get("/api/weetwie/v1/me/beyond", scopes=["read:accounts"])
async def own(call: Call) -> wire.Beyond:
    """How often you are shown a post from beyond your circle."""
    return wire.Beyond(how_often=_NAMES[await how_often(await call.db(), call.viewer)])


@routes.put("/api/weetwie/v1/me/beyond", scopes=["write:accounts"])
async def choose(call: Call, wanted: HowOftenGiven) -> wire.Beyond:
    """Choose how often: off, rare (one in twenty openings of home, one a day here) or often."""
    await choice.choose(await call.db(), call.viewer, HowOften[wanted.how_often])
    return await own(call)
