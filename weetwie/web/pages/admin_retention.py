"""How long what people write is kept, what would go by it, and what is held for a case."""

from typing import Final

from starlette.responses import Response

from weetwie.access.viewer import system
from weetwie.database.pool import Db
from weetwie.domain.people.lookup import lookup
from weetwie.domain.policy.choose import choose
from weetwie.domain.retention import holds, retention
from weetwie.domain.retention.retention import RULES
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.web import reading
from weetwie.web.days import end_of
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_NO_NUMBER: Final = _("Enter a whole number of days, at most 36,500. Leave it empty to never delete.")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    found = await holds.listed(db, visit.viewer)
    people = await visit.site.presenter.people(
        db, visit.viewer, dict.fromkeys(one.person_id for one in found if one.person_id)
    )
    by_id = {one.id: one for one in people}
    now = {rule: str(days or "") for rule, days in retention.days_of(visit.viewer.policy).items()}
    shown: dict[str, Shown] = {"given": now, "would_go": None, "held": {}}
    return await reading.show(
        visit,
        db,
        "admin_retention.html",
        status,
        rules=RULES,
        holds=[(one, by_id.get(one.person_id or 0)) for one in found],
        is_saved="saved" in visit.request.query_params,
        **(shown | more),
    )


async def save(visit: Visit) -> Response:
    """Or shows first what would go by these days."""
    given = dict(await visit.form())
    try:
        days = _days(given)
        if "preview" in given:
            async with visit.site.database.reading() as db:
                would_go = await retention.would_go(db, visit.viewer, days)
                return await _page(visit, db, would_go=would_go, given=given)
        async with visit.site.database.transaction() as db:
            await choose(db, visit.viewer, days)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go("/admin/retention?saved=1")


async def hold(visit: Visit) -> Response:
    """Of one person, or, where no handle is given, of everybody."""
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            handle = given.get("handle", "").strip().removeprefix("@")
            person_id = await lookup(db, system(visit.viewer.policy), handle) if handle else None
            ends_at = end_of(given["until"]) if given.get("until") else None
            await holds.hold(db, visit.viewer, person_id, given.get("reason", ""), ends_at)
    except NotFound:
        error = Invalid(_("Nobody has this username."), field="handle")
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=error, held=given)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, held=given)
    return visit.go("/admin/retention")


async def lift(visit: Visit) -> Response:
    await visit.form()
    if visit.request.path_params["verb"] != "lift":
        raise NotFound
    async with visit.site.database.transaction() as db:
        await holds.lift(db, visit.viewer, visit.request.path_params["id"])
    return visit.go("/admin/retention")


def _days(given: dict[str, str]) -> dict[str, int]:
    """Raises Invalid."""
    found = {rule: given.get(rule, "").strip() or "0" for rule in RULES}
    for rule, text in found.items():
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= 36500):
            raise Invalid(_NO_NUMBER, field=rule)
    return {rule: int(text) for rule, text in found.items()}
