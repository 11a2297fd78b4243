"""The survey "Who would you ask about ...?": five fields, voluntary, declined or taken back with one click."""

from collections.abc import Mapping
from functools import partial

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.benefits import survey_answers
from weetwie.flows import survey as flow
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, **more: Shown) -> Response:
    asked, topics = await flow.asked(db, visit.viewer) or (None, [])
    values: dict[str, Shown] = {"given": {}, "error": None} | more
    return await reading.show(visit, db, "survey.html", status, asked=asked, topics=topics, **values)


async def act(visit: Visit) -> Response:
    given = await visit.form()
    if given.get("act") != "answer":
        async with visit.site.database.transaction() as db:
            await survey_answers.decline(db, visit.viewer)
        return visit.go("/" if given.get("act") == "decline" else "/survey")
    answers = _answers(given, visit.several.get("topic", []))
    return await reading.page_if_refused(visit, _answer(visit, answers), partial(_page, given=given))


async def _answer(visit: Visit, answers: Mapping[str, str | None]) -> Response:
    async with visit.site.database.transaction() as db:
        await flow.answer(visit.context(db), answers)
    return visit.go("/survey")


def _answers(given: Mapping[str, str], topics: list[str]) -> dict[str, str | None]:
    """By topic; a question left empty is none. A person who was typed in counts, whatever else is ticked."""
    people = {topic: given.get(f"person-{place}", "").strip() for place, topic in enumerate(topics)}
    unknown = {topic for place, topic in enumerate(topics) if f"unknown-{place}" in given}
    return {topic: who or None for topic, who in people.items() if who or topic in unknown}
