"""Timelines: home, public, tags, lists."""

from typing import Annotated

import msgspec

from weetwie.access.authenticate import check
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Status
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import PageParams
from weetwie.database.paging import Page, page
from weetwie.domain.timelines import home as homes, list as lists, public as publics
from weetwie.errors import NotFound, _
from weetwie.flows import beyond
from weetwie.text.text import tag_key
from weetwie.views.posts import SeenPost

routes = Routes("timelines")


class PublicParams(PageParams, kw_only=True, frozen=True):
    local: bool = False
    remote: bool = False
    only_media: bool = False


class LinkParams(PageParams, kw_only=True, frozen=True):
    url: Annotated[str, msgspec.Meta(max_length=2048)]


MoreTags = Annotated[list[str], msgspec.Meta(max_length=20)]


class TagParams(PublicParams, kw_only=True, frozen=True):
    hashtag: str
    any: MoreTags = msgspec.field(default_factory=list)
    all: MoreTags = msgspec.field(default_factory=list)
    none: MoreTags = msgspec.field(default_factory=list)


def page_of(params: PageParams) -> Page:
    return page(params.limit, params.max_id, params.since_id, params.min_id)


async def statuses(call: Call, params: PageParams, posts: list[SeenPost]) -> bytes:
    """A page of posts as an answer, with the links to the pages around it."""
    link_page(call, params, [post.key for post in posts])
    return await present.statuses(call, posts)


@routes.get("/api/v1/timelines/home", scopes=["read:statuses"], answer=list[Status], hot=True)
async def home(call: Call, params: PageParams) -> bytes:
    """Your home: posts and boosts by people and with hashtags you follow."""
    return await statuses(call, params, await homes.home(await call.db(), call.viewer, page_of(params)))


@routes.get(
    "/api/v1/timelines/public", scopes=["read:statuses"], access="public", answer=list[Status], hot=True
)
async def public(call: Call, params: PublicParams) -> bytes:
    """All public posts you can see."""
    if params.remote:
        return await _none(call)
    return await statuses(
        call,
        params,
        await publics.public(await call.db(), call.viewer, page_of(params), only_media=params.only_media),
    )


@routes.get(
    "/api/v1/timelines/tag/{hashtag}",
    scopes=["read:statuses"],
    access="public",
    answer=list[Status],
    hot=True,
)
async def tagged(call: Call, params: TagParams) -> bytes:
    """Public posts with a hashtag."""
    if params.remote:
        return await _none(call)
    any_of, all_of, none_of = (
        [tag_key(tag) for tag in tags] for tags in (params.any, params.all, params.none)
    )
    posts = await publics.tagged(
        await call.db(),
        call.viewer,
        tag_key(params.hashtag),
        page_of(params),
        any_of,
        all_of,
        none_of,
        only_media=params.only_media,
    )
    return await statuses(call, params, posts)


@routes.get("/api/v1/timelines/link", scopes=["read:statuses"], access="public", answer=list[Status])
async def linking(call: Call, params: LinkParams) -> bytes:
    """Public posts that link to a page."""
    db = await call.db()
    posts = await publics.linking(db, call.viewer, params.url, page_of(params))
    if not posts and not await publics.linking(db, call.viewer, params.url, Page(1)):
        raise NotFound(_("No post you can see links to this page."))
    return await statuses(call, params, posts)


@routes.get("/api/v1/timelines/list/{list_id}", scopes=["read:lists"], answer=list[Status], hot=True)
async def of_list(call: Call, params: PageParams) -> bytes:
    """Posts and boosts by people on your list."""
    if call.number("list_id") == beyond.LIST_ID:
        await beyond.check_on(await call.db(), call.viewer)
        found = await beyond.timeline(await call.db(), call.viewer, page_of(params))
        return await statuses(call, params, [one.post for one in found])
    posts = await lists.of_list(await call.db(), call.viewer, call.number("list_id"), page_of(params))
    return await statuses(call, params, posts)


async def _none(call: Call) -> bytes:
    """An empty page, too, is answered only to a viewer who is still the one in memory."""
    await check(await call.db(), call.viewer)
    return b"[]"
