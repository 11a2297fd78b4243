"""Compliance reads what one person wrote: asked for by one, confirmed by another, for a time, and written down."""

import msgspec
from starlette.responses import Response

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer, system
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.inspections import inspections
from weetwie.domain.inspections.inspections import Inspected
from weetwie.domain.people.lookup import lookup
from weetwie.domain.timelines.person import posts_of
from weetwie.errors import Invalid, NotFound, Refusal, _, or_not_found
from weetwie.flows import moderate
from weetwie.text.signs import whole_number
from weetwie.views.posts import SeenPost
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.view_models import Post
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    found = await inspections.listed(db, visit.viewer)
    ids = [id for one in found for id in (one.person_id, one.asked_by_id) if id]
    people = await visit.site.presenter.people(db, visit.viewer, dict.fromkeys(ids))
    return await reading.show(
        visit,
        db,
        "inspections.html",
        status,
        inspections=found,
        people={one.id: one for one in people},
        most_days=inspections.MOST_DAYS,
        **({"given": {}} | more),
    )


async def ask(visit: Visit) -> Response:
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            person_id = await _named(db, visit, given.get("handle", ""))
            days = whole_number(given.get("days"), 3) or 0
            is_silent = "is_silent" in given
            await inspections.ask(
                db, visit.viewer, person_id, given.get("reason", ""), days, is_silent=is_silent
            )
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go("/inspections")


async def _named(db: Db, visit: Visit, handle: str) -> int:
    try:
        return await lookup(db, system(visit.viewer.policy), handle.strip().removeprefix("@"))
    except NotFound:
        raise Invalid(_("Nobody has this username."), field="handle") from None


async def act(visit: Visit) -> Response:
    await visit.form()
    verb, id = visit.request.path_params["verb"], visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        match verb:
            case "confirm":
                await moderate.begin_inspection(visit.context(db), id, visit.language)
            case "end":
                await inspections.end(db, visit.viewer, id)
            case _other:
                raise NotFound
    return visit.go("/inspections")


async def show_one(visit: Visit) -> Response:
    """What the person wrote, as they see it themselves; direct posts where the policy lets compliance read everything."""
    site = visit.site
    async with site.database.transaction() as db:
        one = await inspections.read(db, visit.viewer, visit.request.path_params["id"])
    async with site.database.reading() as db:
        author = or_not_found(await site.memory.person(db, one.person_id))
        viewer_sql = msgspec.structs.replace(author, is_dormant=False, is_suspended=False)

        async def read(db: Db, page: Page) -> list[SeenPost]:
            return await posts_of(db, viewer_sql, one.person_id, page)

        found = await read(db, reading.asked(visit))
        return await reading.show(
            visit,
            db,
            "inspection.html",
            inspection=one,
            person=await site.presenter.person(db, viewer_sql, one.person_id),
            posts=await _readable(visit, db, viewer_sql, one, found),
            older=reading.older(visit, found[-1].key if len(found) == reading.LENGTH else 0),
        )


async def _readable(
    visit: Visit, db: Db, viewer_sql: Viewer, inspection: Inspected, found: list[SeenPost]
) -> list[Post]:
    """Nothing by others: what the person boosted or quoted is not theirs. Direct posts where the policy lets compliance read
    them now, and did when it was asked."""
    reads_all = viewer_sql.policy.compliance_reads == inspection.reads == "everything"
    own = [
        post
        for post in found
        if post.author.id == viewer_sql.person_id and (reads_all or post.post_visibility != Visibility.direct)
    ]
    shown = await visit.site.presenter.posts(db, viewer_sql, own)
    return [msgspec.structs.replace(post, quote=None) for post in shown]
