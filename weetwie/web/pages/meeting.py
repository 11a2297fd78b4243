"""Meeting people: how often one is shown a post from beyond one's circle, and whether one is introduced to others."""

from starlette.responses import Response

from weetwie.domain.beyond import choice
from weetwie.domain.beyond.rules import HowOften
from weetwie.domain.meeting import first_weeks, preferences
from weetwie.errors import NotFound
from weetwie.flows import meeting
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show_settings(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await reading.show(
            visit,
            db,
            "settings_meeting.html",
            how_often=(await choice.how_often(db, visit.viewer)).name,
            is_introduced=await preferences.is_introduced(db, visit.viewer),
            wants_first_weeks=await first_weeks.is_wanted(db, visit.viewer),
            is_saved="saved" in visit.request.query_params,
        )


async def save_settings(visit: Visit) -> Response:
    given = await visit.form()
    wanted = given.get("how_often", "")
    async with visit.site.database.transaction() as db:
        await meeting.choose(
            visit.context(db),
            how_often=HowOften[wanted] if wanted in HowOften.__members__ else None,
            is_introduced="is_introduced" in given,
            wants_first_weeks="wants_first_weeks" in given,
        )
    return visit.go("/settings/meeting?saved=1")


async def switch_beyond_off(visit: Visit) -> Response:
    await visit.form()
    async with visit.site.database.transaction() as db:
        await choice.choose(db, visit.viewer, HowOften.off)
    return visit.go("/settings/meeting?saved=1")


async def put_away(visit: Visit) -> Response:
    """A card of the first weeks, or all of them."""
    given = await visit.form()
    week = given.get("week", "")
    async with visit.site.database.transaction() as db:
        if given.get("act") == "off":
            await first_weeks.choose(db, visit.viewer, is_wanted=False)
        elif week in ("1", "2", "4", "12"):
            await first_weeks.skip(db, visit.viewer, int(week))
        else:
            raise NotFound
    return visit.go("/")


async def answer(visit: Visit) -> Response:
    given = await visit.form()
    async with visit.site.database.transaction() as db:
        id = visit.request.path_params["id"]
        await meeting.answer(visit.context(db), id, says=given.get("says") == "yes")
    return visit.back("/")
