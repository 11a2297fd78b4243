"""Lists of posts: all there are, those with a tag, those that one has kept or liked, and what one was told directly."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.posts import mark
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import read
from weetwie.domain.search.related import related_tags
from weetwie.domain.timelines import public as publics
from weetwie.errors import Invalid, _
from weetwie.text import text
from weetwie.views import posts as post_views, tags as tag_views
from weetwie.views.posts import SeenPost
from weetwie.web import reading
from weetwie.web.beside import beside
from weetwie.web.experts import experts
from weetwie.web.items import items
from weetwie.web.pages import home
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_EXPERTS, _QUESTIONS, _RELATED = 10, 20, 10

Find = Callable[[Db, Viewer, Page], Awaitable[Sequence[SeenPost]]]


async def all_posts(visit: Visit) -> Response:
    """Everyone's: the second tab of Home."""
    async with visit.site.database.reading() as db:
        found = await reading.timeline(
            visit, db, lambda db, page: publics.public(db, visit.viewer, page), folds=True
        )
        return await reading.show(
            visit,
            db,
            "all.html",
            here="/all",
            tabs=await home.tabs(visit, db),
            **found,
            **await home.box(visit, db),
            **await beside(visit, db),
        )


async def bookmarks(visit: Visit) -> Response:
    return await _kept(visit, "/bookmarks", mark.bookmarks)


async def favourites(visit: Visit) -> Response:
    return await _kept(visit, "/favourites", mark.favourites)


async def _kept(visit: Visit, here: str, find: Find) -> Response:
    """What one has bookmarked, or favourited; of it what has these words, where any are given."""
    words = visit.request.query_params.get("q", "").strip()

    async def kept(db: Db, page: Page) -> Sequence[SeenPost]:
        if not words:
            return await find(db, visit.viewer, page)
        asked = msgspec.structs.replace(read(words), place=here.strip("/"), order="time")
        return await post_views.posts(db, visit.viewer, await search(db, visit.viewer, asked, page))

    async with visit.site.database.reading() as db:
        try:
            found, error = await reading.timeline(visit, db, kept), None
        except Invalid as refusal:
            found, error = {"posts": [], "older": ""}, refusal
        return await reading.show(
            visit,
            db,
            "bookmarks.html",
            422 if error else 200,
            here=here,
            words=words,
            error=error,
            tabs=[
                ("/bookmarks", visit.say(_("Bookmarks")), None),
                ("/favourites", visit.say(_("Favourites")), None),
            ],
            **found,
            **await beside(visit, db),
        )


async def tag(visit: Visit) -> Response:
    """A topic: what is posted under it, what is asked about it, who writes about it."""
    key = text.tag_key(visit.request.path_params["tag"])
    tab = visit.request.query_params.get("tab", "")
    async with visit.site.database.reading() as db:
        (seen,) = await tag_views.named(db, visit.viewer, [visit.request.path_params["tag"]])
        found: dict[str, Shown] = {"posts": [], "older": ""}
        if tab not in ("questions", "people"):
            found = await reading.timeline(
                visit, db, lambda db, page: publics.tagged(db, visit.viewer, key, page, [], [], [])
            )
        about = await _about(visit, db, seen.name, tab)
        here = f"/tags/{seen.key}"
        names = (("", _("Posts")), ("questions", _("Questions")), ("people", _("People")))
        tabs = [(f"{here}?tab={name}" if name else here, visit.say(label), None) for name, label in names]
        return await reading.show(
            visit,
            db,
            "tag.html",
            tag=seen,
            tab=tab,
            here=next((address for address, _name, _n in tabs if tab and address.endswith(f"={tab}")), here),
            tabs=tabs,
            **{**found, **about},
        )


async def _about(visit: Visit, db: Db, name: str, tab: str) -> dict[str, Shown]:
    """People without a number, what was asked, what it goes with."""
    viewer = visit.viewer
    answer = (await who_knows(db, viewer, f"#{name}", limit=_EXPERTS)).named()
    about: dict[str, Shown] = {
        "experts": await experts(visit, db, answer),
        "related": await tag_views.tags(db, viewer, await related_tags(db, viewer, name, _RELATED)),
    }
    if tab == "questions":
        ids = await search(db, viewer, read(f"tag:{name} is:question"), Page(_QUESTIONS))
        asked = await visit.site.presenter.posts(db, viewer, await post_views.posts(db, viewer, ids))
        about["posts"] = await items(visit, db, asked)
    return about
