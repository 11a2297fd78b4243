"""Lists of posts: all there are, those with a tag, those that one has kept or liked, and what one was told directly."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.responses import Response

from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.conversations import conversations
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.posts import mark
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import read
from weetwie.domain.search.related import related_tags
from weetwie.domain.timelines import public as publics
from weetwie.text import text
from weetwie.views import posts as seen_posts
from weetwie.views import tags as seen_tags
from weetwie.views.posts import SeenPost
from weetwie.web import reading
from weetwie.web.experts import experts
from weetwie.web.pages import home
from weetwie.web.visit import Visit

_EXPERTS, _QUESTIONS, _RELATED = 10, 5, 10

Find = Callable[[Db, Any, Page], Awaitable[Sequence[SeenPost]]]


async def all_posts(visit: Visit) -> Response:
    return await _list(visit, "all.html", publics.public)


async def bookmarks(visit: Visit) -> Response:
    return await _list(visit, "bookmarks.html", mark.bookmarks)


async def favourites(visit: Visit) -> Response:
    return await _list(visit, "favourites.html", mark.favourites)


async def _list(visit: Visit, template: str, find: Find) -> Response:
    reading.check_signed_in(visit)
    async with visit.site.database.reading() as db:
        found = await reading.timeline(visit, db, lambda db, page: find(db, visit.viewer, page))
        return await reading.show(visit, db, template, **found, **await home.aside(visit, db))


async def tag(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    key = text.tag_key(visit.request.path_params["tag"])
    async with visit.site.database.reading() as db:
        (seen,) = await seen_tags.named(db, visit.viewer, [visit.request.path_params["tag"]])
        found = await reading.timeline(
            visit, db, lambda db, page: publics.tagged(db, visit.viewer, key, page, [], [], [])
        )
        about = {} if "max_id" in visit.request.query_params else await _about(visit, db, seen.name)
        return await reading.show(
            visit,
            db,
            "tag.html",
            tag=seen,
            **{"experts": [], "asked": [], "related": [], **about},
            **found,
            **await home.aside(visit, db),
        )


async def _about(visit: Visit, db: Db, name: str) -> dict[str, Any]:
    """What stands above the posts of a topic: people without a number, what was asked, what it goes with."""
    viewer = visit.viewer
    answer = (await who_knows(db, viewer, f"#{name}", limit=_EXPERTS)).named()
    ids = await search(db, viewer, read(f"tag:{name} is:question"), Page(_QUESTIONS))
    return {
        "experts": await experts(visit, db, answer),
        "asked": await visit.site.shower.posts(db, viewer, await seen_posts.posts(db, viewer, ids)),
        "related": await seen_tags.tags(db, viewer, await related_tags(db, viewer, name, _RELATED)),
    }


async def messages(visit: Visit) -> Response:
    """Conversations, the latest first."""
    reading.check_signed_in(visit)
    async with visit.site.database.reading() as db:
        found = await conversations.conversations(db, visit.viewer, reading.asked(visit))
        last = await seen_posts.posts(db, visit.viewer, [one.last_post_id for one in found])
        posts = {post.id: post for post in await visit.site.shower.posts(db, visit.viewer, last)}
        people = await visit.site.shower.cards(db, visit.viewer, {id for one in found for id in one.people})
        talks = [
            (one, [people[id] for id in one.people if id in people], posts[one.last_post_id])
            for one in found
            if one.last_post_id in posts
        ]
        key = found[-1].last_post_id if len(found) == reading.LENGTH else 0
        return await reading.show(visit, db, "messages.html", talks=talks, older=reading.older(visit, key))
