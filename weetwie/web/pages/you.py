"""Your menu as a page, for browsers that open no menu by themselves; the keys; light or dark."""

from starlette.responses import Response

from weetwie.domain.people.profile import change
from weetwie.domain.people.rules import Changes
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    return await _page(visit, "you.html")


async def show_keyboard(visit: Visit) -> Response:
    return await _page(visit, "keyboard.html")


async def set_theme(visit: Visit) -> Response:
    given = await visit.form()
    async with visit.site.database.transaction() as db:
        await change(db, visit.viewer, visit.viewer.person_id, Changes(theme=given.get("theme", "")))
    return visit.back("/you")


async def _page(visit: Visit, template: str) -> Response:
    async with visit.site.database.reading() as db:
        return await reading.show(visit, db, template)
