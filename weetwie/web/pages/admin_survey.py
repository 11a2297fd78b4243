"""The survey before and after, for those who run it: start a round, end it, and what was counted. Never who said what."""

from functools import partial

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.benefits import survey, survey_rules
from weetwie.errors import NotFound
from weetwie.flows import survey as flow
from weetwie.runtime import clock
from weetwie.text.signs import whole_number
from weetwie.web import reading, survey_words
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, **more: Shown) -> Response:
    is_allowed = visit.viewer.policy.tells_activity
    current = await survey.open_round(db)
    rounds = await survey.counted(db) if is_allowed else []
    made_up = await survey.counted(db, is_sample=True) if is_allowed and not rounds else []
    offered, compared_with_id = await flow.to_ask(db, visit.viewer)
    begins = survey.may_begin(rounds)
    values: dict[str, Shown] = {"given": {}, "error": None} | more
    return await reading.show(
        visit,
        db,
        "admin_survey.html",
        status,
        current=current,
        replied=await survey.replied(db, current.id) if current else None,
        rounds=[(one, survey_words.round_figures(visit, one)) for one in rounds or made_up],
        is_of_sample=bool(made_up),
        offered=offered,
        is_compared=compared_with_id is not None,
        has_topics=len(offered) >= survey_rules.EACH,
        begins=begins if begins and begins > clock.now() else None,
        rules={
            name: getattr(survey_rules, name)
            for name in ("MOST_TOPICS", "EACH", "USUAL", "SHORTEST", "LONGEST")
        },
        is_allowed=is_allowed,
        **values,
    )


async def act(visit: Visit) -> Response:
    given = dict(await visit.form())
    return await reading.page_if_refused(visit, _act(visit, given), partial(_page, given=given))


async def _act(visit: Visit, given: dict[str, str]) -> Response:
    async with visit.site.database.transaction() as db:
        match given.get("act"):
            case "start":
                await flow.start(
                    visit.context(db),
                    visit.several.get("topic", []),
                    whole_number(given.get("days"), 3) or 0,
                )
            case "end":
                await survey.end(db, visit.viewer)
            case _other:
                raise NotFound
    return visit.go("/admin/benefit/survey")
