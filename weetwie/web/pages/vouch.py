"""Vouch for somebody: say what they know, by a post of theirs that shows it. Only they read who said so."""

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.knowledge import vouch
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.people.lookup import lookup
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.web import reading
from weetwie.web.experts import experts
from weetwie.web.pages.drafts import form_id
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    """`?topic=` is what they have helped with; then their posts about it stand there to choose from."""
    async with visit.site.database.reading() as db:
        return await _page(visit, db, visit.request.query_params.get("topic", "")[:60].strip())


async def give(visit: Visit) -> Response:
    """Says it, or takes it back."""
    given = await visit.form()
    name = given.get("topic", "").strip()[:60]
    try:
        async with visit.site.database.transaction() as db:
            person_id = await lookup(db, visit.viewer, visit.request.path_params["handle"])
            if given.get("act") == "take_back":
                await vouch.take_back(db, visit.viewer, person_id, name)
                return visit.go(visit.request.url.path)
            post_id = form_id(given.get("post", ""))
            if post_id is None:
                raise Invalid(_("Choose a post that shows it."), field="post")
            await vouch.vouch(db, visit.viewer, person_id, name, post_id)
    except NotFound:
        raise
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, name, 422, error=refusal)
    return visit.go(f"{visit.request.url.path}?said=1")


async def _page(visit: Visit, db: Db, topic: str, status: int = 200, /, **more: Shown) -> Response:
    viewer = visit.viewer
    person_id = await lookup(db, viewer, visit.request.path_params["handle"])
    if person_id == viewer.person_id:
        raise NotFound
    proofs = []
    if topic:
        answer = await who_knows(db, viewer, topic, among=[person_id])
        found = await experts(visit, db, answer)
        proofs = [proof for one in found for proof in one.proofs]
    return await reading.show(
        visit,
        db,
        "vouch.html",
        status,
        person=await visit.site.presenter.person(db, viewer, person_id),
        topic=topic,
        proofs=proofs,
        given=await vouch.by_me(db, viewer, person_id),
        is_said="said" in visit.request.query_params,
        **more,
    )
