"""Home: what the people whom one follows write; beside it whom one might follow and what is talked about."""

from typing import Any

from starlette.responses import Response

from weetwie.access.enums import Standing
from weetwie.database.pool import Db
from weetwie.domain.announcements import announcements
from weetwie.domain.people.directory import directory
from weetwie.domain.relations import suggestions
from weetwie.domain.timelines import home as homes
from weetwie.domain.timelines import questions, trends
from weetwie.runtime import clock
from weetwie.views import posts as seen_posts
from weetwie.views import tags as seen_tags
from weetwie.web import reading
from weetwie.web.pages import drafts, front
from weetwie.web.shown import Person, Post, as_markup
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    if not visit.is_signed_in:
        return await front.show(visit)
    async with visit.site.database.reading() as db:
        shown = await page(visit, db)
    shown.headers["x-weetwie-page"] = "home"
    return shown


async def page(visit: Visit, db: Db, status: int = 200, **draft: Any) -> Response:
    """`draft` is what was written and could not be published."""
    found = await reading.timeline(visit, db, lambda db, page: homes.home(db, visit.viewer, page), "home")
    draft = draft or _begun(visit)
    quote = await _quote(visit, db, draft)
    draft["quote_of"] = str(quote.id) if quote else ""
    return await reading.show(
        visit,
        db,
        "home.html",
        status,
        **found,
        **await aside(visit, db),
        draft=draft,
        quote=quote,
        sponsor=await _sponsor(visit, db),
        choices=drafts.choices(visit.viewer),
        reach=await drafts.who_sees(visit, db, draft),
        announcements=[
            (one, as_markup(one.text))
            for one in await announcements.announcements(db, visit.viewer, language=visit.language)
            if not one.is_read
        ],
    )


async def _sponsor(visit: Visit, db: Db) -> Person | None:
    """Who answers for a guest."""
    sponsor_id = visit.viewer.sponsor_id if visit.viewer.standing is Standing.guest else 0
    return (
        (await visit.site.shower.cards(db, visit.viewer, {sponsor_id})).get(sponsor_id)
        if sponsor_id
        else None
    )


async def _quote(visit: Visit, db: Db, draft: dict[str, Any]) -> Post | None:
    """What the address, or a draft that comes back, says is to be quoted."""
    given = draft.get("quote_of") or visit.request.query_params.get("quote", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    found = await seen_posts.posts(db, visit.viewer, [int(given)])
    return next(iter(await visit.site.shower.posts(db, visit.viewer, found)), None)


def _begun(visit: Visit) -> dict[str, Any]:
    """What the address says one writes, or to whom: another app has shared it, or a profile asks to."""
    given = visit.request.query_params
    to, shared = given.get("to", "")[:64], f"{given.get('text', '')} {given.get('url', '')}".strip()[:5000]
    if to:
        return {"text": f"@{to} {shared}", "audience": "direct", "warning": "", "error": None}
    return {"text": shared, "audience": "", "warning": "", "error": None}


async def aside(visit: Visit, db: Db) -> dict[str, Any]:
    """What stands beside the timelines."""
    found = await suggestions.suggestions(db, visit.viewer, 4)
    friends = [id for one in found for id in one.reasons[0].people]
    newcomers = await directory(db, visit.viewer, "new", 0, 8)
    named = {*(one.person_id for one in found), *friends, *newcomers}
    people = {one.id: one for one in await visit.site.shower.people(db, visit.viewer, named)}
    asked = await questions.open_questions(db, visit.viewer, 3)
    tags = await seen_tags.tags(db, visit.viewer, await trends.tags(db, visit.viewer, limit=6))
    return {
        "suggested": [
            (
                people[one.person_id],
                one.reasons[0],
                [people[id] for id in one.reasons[0].people if id in people],
            )
            for one in found
            if one.person_id in people
        ],
        "questions": await visit.site.shower.posts(db, visit.viewer, asked),
        "newcomers": [
            one
            for id in newcomers
            if (one := people.get(id)) and one.joined_at and one.joined_at > clock.now() - suggestions.NEW_FOR
        ],
        "trending": [(tag, sum(people for _day, _uses, people in tag.history)) for tag in tags],
    }
