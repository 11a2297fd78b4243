"""What the moderators decided about oneself, and the one objection to it: signed in, or by a link for who is suspended."""

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.inspections import inspections
from weetwie.domain.moderation import decisions
from weetwie.errors import Invalid, NotFound
from weetwie.flows import moderate
from weetwie.web import reading
from weetwie.web.pages.drafts import form_id
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    found = await decisions.about(db, visit.viewer.person_id)
    inspected = await inspections.about(db, visit.viewer.person_id)
    return await reading.show(
        visit, db, "decisions.html", status, decisions=found, inspected=inspected, **({"given": {}} | more)
    )


async def object_to(visit: Visit) -> Response:
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            await decisions.appeal(
                db, visit.viewer, form_id(given.get("id", "")) or 0, given.get("words", "")
            )
    except Invalid as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go("/decisions")


async def show_door(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        person = await reading.person_of_link(visit, db, "appeal")
        found = await decisions.about(db, person.person_id)
    return visit.show(
        "appeal.html", decision=found[0] if found else None, is_done=False, error=None, given={}
    )


async def object_by_link(visit: Visit) -> Response:
    """To the newest decision: a link is sent with each, and an older one is no longer good."""
    given = await visit.form()
    async with visit.site.database.reading() as db:
        person = await reading.person_of_link(visit, db, "appeal")
        found = await decisions.about(db, person.person_id)
    try:
        async with visit.site.database.transaction() as db:
            token = visit.request.path_params["token"]
            await moderate.object_by_link(visit.context(db), token, given.get("words", ""))
    except Invalid as refusal:
        return visit.show("appeal.html", 422, decision=found[0], is_done=False, error=refusal, given=given)
    return visit.show("appeal.html", decision=None, is_done=True, error=None, given={})


async def answer(visit: Visit) -> Response:
    """An objection is granted, and what was decided is lifted; or it stays."""
    await visit.form()
    verb, id = visit.request.path_params["verb"], visit.request.path_params["id"]
    if verb not in ("grant", "uphold"):
        raise NotFound
    async with visit.site.database.transaction() as db:
        await moderate.answer(visit.context(db), id, is_granted=verb == "grant")
    return visit.go("/admin/reports")
