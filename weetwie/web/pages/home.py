"""Home: what the people and topics one follows have to say, everyone's posts and one's lists, as tabs; the box on top."""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from weetwie.access.enums import Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.announcements import announcements
from weetwie.domain.announcements.announcements import SeenAnnouncement
from weetwie.domain.benefits import survey_answers
from weetwie.domain.lists import lists
from weetwie.domain.scheduled import scheduled
from weetwie.domain.timelines import home as homes
from weetwie.errors import _
from weetwie.flows import beyond as from_beyond
from weetwie.flows.beyond import BeyondPost
from weetwie.flows.home import Opened, counted, opened
from weetwie.views import posts as post_views
from weetwie.views.posts import SeenPost
from weetwie.web import first_weeks as weeks, reading
from weetwie.web.answered import answered_lately
from weetwie.web.beside import beside
from weetwie.web.brought import brought
from weetwie.web.pages import audience, drafts, front
from weetwie.web.there import around_timelines
from weetwie.web.view_models import Person, Post, as_markup
from weetwie.web.visit import Visit

_MOST_COUNTED: Final = 99
_NOT_OPENED: Final = ("max_id", "min_id", "scheduled", "quote", "text", "url")
"""Home is shown again then, or to write in."""


async def show(visit: Visit) -> Response:
    if not visit.is_signed_in:
        return await front.show(visit)
    if to := visit.request.query_params.get("to"):
        text = visit.request.query_params.get("text", "")
        return visit.go(f"/messages/new?{urlencode({'to': to, 'text': text} if text else {'to': to})}")
    shown = await _opened(visit)
    shown.headers["x-weetwie-page"] = "home"
    return shown


async def _opened(visit: Visit) -> Response:
    """Opening home counts, turning its pages does not. Only where it may bring something is more written than that."""
    database, viewer = visit.site.database, visit.viewer
    opens = visit.request.query_params.keys().isdisjoint(_NOT_OPENED)
    async with database.reading() as db:
        is_turn = opens and await counted(db, viewer)
        is_new = opens and (await around_timelines(visit, db))["first_weeks"]
        if not is_turn and not is_new:
            return await page(visit, db)
    async with database.transaction() as db:
        brings = await opened(db, viewer, is_turn=is_turn)
    async with database.reading() as db:
        return await page(visit, db, brings=brings)


async def page(
    visit: Visit, db: Db, status: int = 200, *, brings: Opened | None = None, **draft: Any
) -> Response:
    """`draft` is what was written and could not be published; `brings` what opening it brought."""
    brings = brings or Opened()
    there = await around_timelines(visit, db)
    found = await reading.timeline(
        visit, db, lambda db, page: _without_messages(db, visit.viewer, page), "home", folds=True
    )
    draft = draft or await drafts.asked(visit, db) or begun(visit)
    quote = await _quote(visit, db, draft)
    draft["quote_of"] = str(quote.id) if quote else ""
    return await reading.show(
        visit,
        db,
        "home.html",
        status,
        here="/",
        **found,
        **await beside(visit, db),
        **await box(visit, db, draft, quote),
        tabs=await tabs(visit, db),
        sponsor=await _sponsor(visit, db),
        survey=await survey_answers.asked(db, visit.viewer) if there["survey"] else None,
        beyond=await _beyond(visit, db, brings.beyond) if brings.beyond else None,
        brought=await brought(visit, db),
        first_weeks=await weeks.shown(visit, db, brings.card) if brings.card else None,
        examples=[] if found["posts"] else await answered_lately(visit, db),
        announcements=await _announced(visit, db) if there["announcements"] else [],
    )


async def _announced(visit: Visit, db: Db) -> list[tuple[SeenAnnouncement, Markup]]:
    found = await announcements.announcements(db, visit.viewer, language=visit.language)
    return [(one, as_markup(one.text)) for one in found if not one.is_read]


async def _beyond(visit: Visit, db: Db, found: BeyondPost) -> tuple[Post, str] | None:
    """With the reason in words; none where a filter of the reader's hides it."""
    posts = await visit.site.presenter.posts(db, visit.viewer, [found.post], "home")
    return (posts[0], from_beyond.in_words(found.reason, visit.language)) if posts else None


async def _without_messages(db: Db, viewer: Viewer, page: Page) -> list[SeenPost]:
    """Messages have a room of their own."""
    kept: list[SeenPost] = []
    while True:
        wanted = msgspec.structs.replace(page, limit=page.limit - len(kept))
        found = await homes.home(db, viewer, wanted)
        kept += [one for one in found if one.post_visibility != Visibility.direct]
        if page.is_upward or len(kept) == page.limit or len(found) < wanted.limit:
            return kept
        page = msgspec.structs.replace(page, below=found[-1].key)


async def box(
    visit: Visit, db: Db, draft: dict[str, Any] | None = None, quote: Post | None = None
) -> dict[str, Any]:
    """What the box needs, for a new post."""
    draft = draft or begun(visit)
    return {
        "draft": await drafts.with_files(visit, db, draft),
        "quote": quote,
        "picker": await audience.picker(visit, db, draft),
        "waiting": len(await scheduled.waiting(db, visit.viewer, Page(_MOST_COUNTED)))
        if (await around_timelines(visit, db))["scheduled"]
        else 0,
    }


async def tabs(visit: Visit, db: Db) -> list[tuple[str, str, None]]:
    """Address and name of each timeline; the last one is for a new list."""
    has_lists = (await around_timelines(visit, db))["lists"]
    mine = await lists.lists(db, visit.viewer) if has_lists else []
    return [
        ("/", visit.say(_("Following")), None),
        ("/all", visit.say(_("Everyone")), None),
        *((f"/lists/{one.id}", one.title, None) for one in mine),
    ]


async def _sponsor(visit: Visit, db: Db) -> Person | None:
    """Who answers for a guest."""
    sponsor_id = visit.viewer.sponsor_id if visit.viewer.standing is Standing.guest else 0
    return (
        (await visit.site.presenter.cards(db, visit.viewer, {sponsor_id})).get(sponsor_id)
        if sponsor_id
        else None
    )


async def _quote(visit: Visit, db: Db, draft: dict[str, Any]) -> Post | None:
    """What the address, or a draft that comes back, says is to be quoted."""
    given = draft.get("quote_of") or visit.request.query_params.get("quote", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    found = await post_views.posts(db, visit.viewer, [int(given)])
    return next(iter(await visit.site.presenter.posts(db, visit.viewer, found)), None)


def begun(visit: Visit) -> dict[str, Any]:
    """What the address says one writes: another app has shared it, or a profile asks to."""
    given = visit.request.query_params
    text, url = given.get("text", "").lstrip(), given.get("url", "")
    return drafts.begun(text=(f"{text} {url}".strip() if url else text)[:5000])
