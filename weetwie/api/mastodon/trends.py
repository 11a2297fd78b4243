"""What is talked about: tags, posts and links, out of what the viewer sees."""

from typing import Annotated

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, present, render_relations as render
from weetwie.api.parameters import OffsetParams, at_most
from weetwie.domain.timelines import trends
from weetwie.views import posts as seen_posts, tags as seen_tags

routes = Routes("trends")


class FewParams(OffsetParams, kw_only=True, frozen=True):
    limit: Annotated[int, at_most(10, 20)] = 10


@routes.get("/api/v1/trends/tags", access="public", scopes=["read"])
async def tags(call: Call, wanted: FewParams) -> list[wire.Tag]:
    """Trending hashtags."""
    db = await call.db()
    ids = await trends.tags(db, call.viewer, limit=wanted.limit, offset=wanted.offset)
    found = await seen_tags.tags(db, call.viewer, ids)
    return [render.tag(one, call.base_url, tells_following=call.viewer.is_person) for one in found]


@routes.get("/api/v1/trends", access="public", scopes=["read"], deprecated=True)
async def tags_of_old(call: Call, wanted: FewParams) -> list[wire.Tag]:
    """The same, under its older name."""
    return await tags(call, wanted)


@routes.get("/api/v1/trends/statuses", access="public", scopes=["read"], answer=list[wire.Status])
async def statuses(call: Call, wanted: OffsetParams) -> bytes:
    """Trending posts."""
    db = await call.db()
    ids = await trends.posts(db, call.viewer, limit=wanted.limit, offset=wanted.offset)
    return await present.statuses(call, await seen_posts.posts(db, call.viewer, ids))


@routes.get("/api/v1/trends/links", access="public", scopes=["read"])
async def links(call: Call, wanted: FewParams) -> list[wire.TrendsLink]:
    """Trending links."""
    found = await trends.links(await call.db(), call.viewer, limit=wanted.limit, offset=wanted.offset)
    return [render.trending_link(one, call.base_url) for one in found]
