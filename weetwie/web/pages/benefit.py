"""What it brought you: for oneself alone. Switched off, nothing of it is worked out."""

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.benefits import own
from weetwie.domain.benefits.own import Brought
from weetwie.domain.people.benefit import choose_benefit
from weetwie.web import chart, reading
from weetwie.web.view_models import Person
from weetwie.web.visit import Visit

_SHOWN = 8


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        found = await own.brought(db, visit.viewer) if visit.viewer.sees_benefit else None
        if found is None:
            return await reading.show(visit, db, "settings_benefit.html", found=None)
        return await _page(visit, db, found)


async def _page(visit: Visit, db: Db, found: Brought) -> Response:
    people = await visit.site.presenter.people(db, visit.viewer, found.met)
    me = await visit.site.presenter.person(db, visit.viewer, visit.viewer.person_id)
    return await reading.show(
        visit,
        db,
        "settings_benefit.html",
        found=found,
        people=people[:_SHOWN],
        more=max(0, len(found.met) - _SHOWN),
        units=_first_in_each(people, me.unit),
        chart=chart.bars([(one.begins, (one.received, one.given)) for one in found.months], ("got", "gave")),
    )


def _first_in_each(people: list[Person], own_unit: str) -> list[tuple[str, Person]]:
    """The other units, each with whom they met there first; the latest first."""
    first = {one.unit: one for one in people if one.unit and one.unit != own_unit}
    return list(first.items())


async def choose(visit: Visit) -> Response:
    given = await visit.form()
    async with visit.site.database.transaction() as db:
        await choose_benefit(db, visit.viewer, sees=given.get("act") == "on")
    return visit.go("/settings/benefit")
