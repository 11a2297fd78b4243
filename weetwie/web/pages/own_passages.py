"""What one wrote elsewhere, and what would make one findable: to publish, to hide or to delete."""

from starlette.responses import Response

from weetwie.domain.knowledge import inferred
from weetwie.domain.passages import choices
from weetwie.domain.passages.choices import OwnChoice
from weetwie.errors import NotFound
from weetwie.flows import own_passages
from weetwie.text.signs import whole_number
from weetwie.views import passages as seen_passages
from weetwie.web import reading
from weetwie.web.visit import Visit

_HERE = "/settings/elsewhere"


async def show(visit: Visit) -> Response:
    viewer = visit.viewer
    async with visit.site.database.reading() as db:
        found = await inferred.inferred(db, viewer, elsewhere=True)
        wanted = [id for one in found for id in one.proofs]
        passages = {one.id: one for one in await seen_passages.passages(db, viewer, wanted)}
        choice = await choices.choice(db, viewer)
        return await reading.show(
            visit,
            db,
            "own_passages.html",
            number=await choices.number(db, viewer),
            choice="" if choice is None else choice.name,
            topics=[(one, [passages[id] for id in one.proofs if id in passages]) for one in found],
        )


async def decide(visit: Visit) -> Response:
    """All of it, or one passage."""
    given = await visit.form()
    act, id = given.get("act", ""), whole_number(given.get("id"))
    if act not in OwnChoice.__members__:
        raise NotFound
    if id is not None:
        await own_passages.decide_one(visit.site.database, visit.viewer, id, OwnChoice[act])
    else:
        await own_passages.decide(visit.site.database, visit.viewer, OwnChoice[act])
    return visit.back(_HERE)
