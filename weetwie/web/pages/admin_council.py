"""Works-council mode: read, proposed by one administrator and confirmed by another."""

from collections.abc import Mapping

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.policy import council
from weetwie.errors import NotFound
from weetwie.text.signs import whole_number
from weetwie.web import reading
from weetwie.web.pages.admin_policy import proposer_of
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show_council(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _council_page(visit, db)


async def _council_page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    waiting = await council.proposal(db, visit.viewer)
    return await reading.show(
        visit,
        db,
        "admin_council.html",
        status,
        waiting=waiting,
        proposer=await proposer_of(visit, db, waiting),
        since=await council.since(db),
        **more,
    )


async def on_council(visit: Visit) -> Response:
    """Works-council mode: one administrator proposes, another one confirms."""
    return await reading.page_if_refused(visit, _decide_council(visit, await visit.form()), _council_page)


async def _decide_council(visit: Visit, given: Mapping[str, str]) -> Response:
    proposal_id = whole_number(given.get("proposal")) or 0
    async with visit.site.database.transaction() as db:
        match visit.request.path_params["verb"]:
            case "propose":
                await council.propose(db, visit.viewer, turns_on=not visit.viewer.policy.works_council)
            case "confirm":
                await council.confirm(db, visit.viewer, proposal_id)
            case "withdraw":
                await council.withdraw(db, visit.viewer, proposal_id)
            case _other:
                raise NotFound
    return visit.go("/admin/works-council")
