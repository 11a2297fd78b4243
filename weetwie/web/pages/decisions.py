"""What the moderators decided about oneself, and the one objection to it: signed in, or by a link for who is suspended."""

from typing import Any, cast

from starlette.responses import Response

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.identity import links
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.inspections import inspections
from weetwie.domain.mail import emails, write
from weetwie.domain.moderation import decisions
from weetwie.domain.moderation.decisions import KINDS, Kind
from weetwie.domain.people import assistant, suspend
from weetwie.domain.people.limit import limit
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Invalid, NotFound, Refusal
from weetwie.web import reading
from weetwie.web.pages.drafts import form_id
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, **more: Any) -> Response:
    found = await decisions.about(db, visit.viewer.person_id)
    inspected = await inspections.about(db, visit.viewer.person_id)
    return await reading.show(
        visit, db, "decisions.html", status, decisions=found, inspected=inspected, **({"given": {}} | more)
    )


async def object_to(visit: Visit) -> Response:
    reading.check_signed_in(visit)
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
        person = await _person(visit, db)
        found = await decisions.about(db, person.person_id)
    return visit.show(
        "appeal.html", decision=found[0] if found else None, is_done=False, error=None, given={}
    )


async def object_by_link(visit: Visit) -> Response:
    """To the newest decision: a link is sent with each, and an older one is no longer good."""
    given = await visit.form()
    async with visit.site.database.reading() as db:
        person = await _person(visit, db)
        found = await decisions.about(db, person.person_id)
    try:
        async with visit.site.database.transaction() as db:
            await links.use(db, "appeal", visit.request.path_params["token"])
            await decisions.appeal(db, person, found[0].id if found else 0, given.get("words", ""))
    except Invalid as refusal:
        return visit.show("appeal.html", 422, decision=found[0], is_done=False, error=refusal, given=given)
    return visit.show("appeal.html", decision=None, is_done=True, error=None, given={})


async def _person(visit: Visit, db: Db) -> Viewer:
    link = await links.look(db, "appeal", visit.request.path_params["token"])
    person = await visit.site.memory.person(db, link.person_id or 0)
    if person is None:
        raise NotFound
    return person


async def decide(
    visit: Visit, db: Db, person_id: int, kind: str, words: str, report_id: int | None = None
) -> None:
    """Does it, writes it down, and tells the person: by letter, and by a direct post of the installation's own account."""
    if kind not in KINDS:
        raise NotFound
    viewer, site = visit.viewer, visit.site
    person = await site.memory.person(db, person_id)
    if person is None:
        raise NotFound
    words = decisions.checked(words)
    await decisions.decide(db, viewer, person_id, cast("Kind", kind), words, report_id)
    if kind == "limit":
        await limit(db, viewer, person_id)
    if kind == "suspend":
        await suspend.make_sure(db, viewer, person_id)  # which ends all links that were sent before
    address = await reached_at(db, person_id) if site.sends_mail else None
    if address is not None:
        link = f"{site.base_url}/appeal/{await links.make(db, 'appeal', person_id)}"
        written = write.decided(person.language, person.policy.name, person.handle, kind, words, link)
        await emails.put(db, person_id, address, written, links.LASTS["appeal"])
    if kind != "suspend":
        await _tell(visit, db, person, words)


async def _tell(visit: Visit, db: Db, person: Viewer, words: str) -> None:
    ours_id = await assistant.person_id(db)
    ours = await visit.site.memory.person(db, ours_id) if ours_id else None
    if ours is None:
        return
    text = f"@{person.handle} {words[: ours.policy.longest_post - 200]}\n\n{visit.site.base_url}/decisions"
    try:
        async with db.savepoint():
            await publish(db, ours, Draft(text=text, visibility=Visibility.direct, is_question=False))
    except Refusal:
        return  # they have blocked it: it stands on their page all the same


async def answer(visit: Visit) -> Response:
    """An objection is granted, and what was decided is lifted; or it stays."""
    reading.check_signed_in(visit)
    await visit.form()
    verb, id = visit.request.path_params["verb"], visit.request.path_params["id"]
    if verb not in ("grant", "uphold"):
        raise NotFound
    async with visit.site.database.transaction() as db:
        person_id, kind = await decisions.answer(db, visit.viewer, id, is_granted=verb == "grant")
        if verb == "grant" and kind == "suspend":
            await suspend.unsuspend(db, visit.viewer, person_id)
        if verb == "grant" and kind == "limit":
            await limit(db, visit.viewer, person_id, is_limited=False)
    return visit.go("/admin/reports")
