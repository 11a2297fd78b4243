"""What people do with posts: boost, favourite, bookmark, pin, mute; and who did."""

from collections.abc import Awaitable, Callable

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Account, Status
from weetwie.api.mastodon.paging import link_page
from weetwie.api.mastodon.statuses import VisibilityName, visibility_named
from weetwie.api.mastodon.timelines import page_of, statuses
from weetwie.api.parameters import LongPageParams, PageParams
from weetwie.domain.posts import boost, mark
from weetwie.views import people as seen_people, posts as seen_posts

routes = Routes("statuses")


class BoostParams(msgspec.Struct, kw_only=True, frozen=True):
    visibility: VisibilityName | None = None


@routes.get(
    "/api/v1/statuses/{id}/favourited_by", scopes=["read:statuses"], access="public", answer=list[Account]
)
async def favourited_by(call: Call, params: LongPageParams) -> bytes:
    """People you can see who favourited a post."""
    return await _people(call, params, mark.favourited_by)


@routes.get(
    "/api/v1/statuses/{id}/reblogged_by", scopes=["read:statuses"], access="public", answer=list[Account]
)
async def reblogged_by(call: Call, params: LongPageParams) -> bytes:
    """People you can see who boosted a post."""
    return await _people(call, params, mark.boosted_by)


async def _people(
    call: Call, params: LongPageParams, finding: Callable[..., Awaitable[list[tuple[int, int]]]]
) -> bytes:
    db = await call.db()
    post = await seen_posts.post(db, call.viewer, call.id)
    found = await finding(db, call.viewer, post.post_id, page_of(params))
    link_page(call, params, [number for _person, number in found])
    return await present.accounts(
        call, await seen_people.people(db, call.viewer, [person_id for person_id, _number in found])
    )


@routes.post("/api/v1/statuses/{id}/reblog", scopes=["write:statuses"], answer=Status)
async def reblog(call: Call, params: BoostParams) -> bytes:
    """Boost a post; the response is the boost, with the post in it."""
    db = await call.db()
    return await present.status_by_id(
        call, await boost.boost(db, call.viewer, call.id, visibility_named(params.visibility))
    )


@routes.post("/api/v1/statuses/{id}/unreblog", scopes=["write:statuses"], answer=Status, rate="delete")
async def unreblog(call: Call) -> bytes:
    """Undo a boost."""
    return await present.status_by_id(call, await boost.unboost(await call.db(), call.viewer, call.id))


@routes.post("/api/v1/statuses/{id}/favourite", scopes=["write:favourites"], answer=Status)
async def favourite(call: Call) -> bytes:
    """Favourite a post."""
    return await present.status_by_id(call, await mark.favourite(await call.db(), call.viewer, call.id))


@routes.post("/api/v1/statuses/{id}/unfavourite", scopes=["write:favourites"], answer=Status)
async def unfavourite(call: Call) -> bytes:
    """Remove a favourite."""
    return await present.status_by_id(call, await mark.unfavourite(await call.db(), call.viewer, call.id))


@routes.post("/api/v1/statuses/{id}/bookmark", scopes=["write:bookmarks"], answer=Status)
async def bookmark(call: Call) -> bytes:
    """Bookmark a post."""
    return await present.status_by_id(call, await mark.bookmark(await call.db(), call.viewer, call.id))


@routes.post("/api/v1/statuses/{id}/unbookmark", scopes=["write:bookmarks"], answer=Status)
async def unbookmark(call: Call) -> bytes:
    """Remove a bookmark."""
    return await present.status_by_id(call, await mark.unbookmark(await call.db(), call.viewer, call.id))


@routes.post("/api/v1/statuses/{id}/pin", scopes=["write:accounts"], answer=Status)
async def pin(call: Call) -> bytes:
    """Pin your post to your profile."""
    return await present.status_by_id(call, await mark.pin(await call.db(), call.viewer, call.id))


@routes.post("/api/v1/statuses/{id}/unpin", scopes=["write:accounts"], answer=Status)
async def unpin(call: Call) -> bytes:
    """Unpin a post."""
    return await present.status_by_id(call, await mark.unpin(await call.db(), call.viewer, call.id))


@routes.post("/api/v1/statuses/{id}/mute", scopes=["write:mutes"], answer=Status)
async def mute(call: Call) -> bytes:
    """Mute a conversation."""
    db = await call.db()
    return await present.status_by_id(call, await mark.mute_thread(db, call.viewer, call.id, is_muted=True))


@routes.post("/api/v1/statuses/{id}/unmute", scopes=["write:mutes"], answer=Status)
async def unmute(call: Call) -> bytes:
    """Unmute a conversation."""
    db = await call.db()
    return await present.status_by_id(call, await mark.mute_thread(db, call.viewer, call.id, is_muted=False))


@routes.get("/api/v1/bookmarks", scopes=["read:bookmarks"], answer=list[Status])
async def bookmarks(call: Call, params: PageParams) -> bytes:
    """Your bookmarks, newest first."""
    return await statuses(call, params, await mark.bookmarks(await call.db(), call.viewer, page_of(params)))


@routes.get("/api/v1/favourites", scopes=["read:favourites"], answer=list[Status])
async def favourites(call: Call, params: PageParams) -> bytes:
    """Your favourites, newest first."""
    return await statuses(call, params, await mark.favourites(await call.db(), call.viewer, page_of(params)))
