"""Tags: how they are used, and following them. One that the viewer has met nowhere looks like one that nobody uses."""

from typing import Annotated

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, render_relations as render
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import PageParams, at_most
from weetwie.domain.posts import tags as names
from weetwie.domain.relations import tags as following
from weetwie.flows import profile
from weetwie.views import tags as seen_tags

routes = Routes("tags")


class FollowedTagsParams(PageParams, frozen=True, kw_only=True):
    limit: Annotated[int, at_most(100, 200)] = 100


@routes.get("/api/v1/tags/{name}", access="public", scopes=["read"])
async def tag(call: Call) -> wire.Tag:
    """A hashtag and its recent use."""
    names.check_name(call.text("name"))
    return await _shown(call)


@routes.post("/api/v1/tags/{name}/follow", scopes=["write:follows"])
async def follow(call: Call) -> wire.Tag:
    """Follow a hashtag."""
    await profile.follow_tag(await call.context(), call.text("name"))
    return await _shown(call)


@routes.post("/api/v1/tags/{name}/unfollow", scopes=["write:follows"])
async def unfollow(call: Call) -> wire.Tag:
    """Unfollow a hashtag."""
    await profile.unfollow_tag(await call.context(), call.text("name"))
    return await _shown(call)


@routes.get("/api/v1/followed_tags", scopes=["read:follows"])
async def followed_tags(call: Call, wanted: FollowedTagsParams) -> list[wire.Tag]:
    """Hashtags you follow."""
    db = await call.db()
    found = await following.followed_tags(db, call.viewer, page_of(wanted))
    link_page(call, wanted, [one.number for one in found])
    tags = await seen_tags.tags(db, call.viewer, [one.id for one in found])
    return [render.tag(one, call.base_url, tells_following=True) for one in tags]


async def _shown(call: Call) -> wire.Tag:
    (seen,) = await seen_tags.named(await call.db(), call.viewer, [call.text("name")])
    return render.tag(seen, call.base_url, tells_following=call.viewer.is_person)
