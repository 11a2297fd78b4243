"""For those who moderate: what has been reported and objected to, and what is decided on it."""

from starlette.responses import Response

from weetwie.domain.moderation import decisions, reports
from weetwie.errors import NotFound
from weetwie.flows import moderate
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    with_closed = "closed" in visit.request.query_params
    async with visit.site.database.reading() as db:
        found = await reports.reports(db, visit.viewer, with_closed=with_closed, below=2**62)
        appeals = await decisions.waiting(db, visit.viewer)
        ids = [id for one in found for id in (one.by_id, one.about_id) if id]
        ids += [one.person_id for one in appeals]
        people = {
            one.id: one for one in await visit.site.presenter.people(db, visit.viewer, dict.fromkeys(ids))
        }
        return await reading.show(
            visit,
            db,
            "admin_reports.html",
            appeals=appeals,
            reports=found,
            people=people,
            with_closed=with_closed,
        )


async def act(visit: Visit) -> Response:
    given = await visit.form()
    verb, id = visit.request.path_params["verb"], visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        match verb:
            case "close":
                await reports.close(db, visit.viewer, id)
            case "decide":
                kind = next((one for one in decisions.KINDS if one == given.get("kind")), None)
                if kind is None:
                    raise NotFound
                about_id = (await reports.one(db, visit.viewer, id)).about_id
                words = decisions.checked(given.get("words", ""))
                await moderate.decide(visit.context(db), about_id, kind, words, id)
            case "open":
                await reports.open_again(db, visit.viewer, id)
            case _other:
                raise NotFound
    return visit.go("/admin/reports")
