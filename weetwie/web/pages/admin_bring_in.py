"""For administrators on their first day: the organisation's sign, its people from a file, a sample company to look around in."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response

from weetwie.access.viewer import system
from weetwie.database.pool import Db
from weetwie.domain.imports import ledger
from weetwie.domain.policy import logo
from weetwie.errors import Invalid, NotFound, Refusal, Unavailable, _
from weetwie.imports.bring import bring_people
from weetwie.imports.run import ImportReport, Terms
from weetwie.imports.sample.clear import clear
from weetwie.imports.sample.company import company
from weetwie.imports.sample.fill import fill, is_here
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.web import reading
from weetwie.web.pages.admin import check
from weetwie.web.visit import Visit

LARGEST: Final = 8 * 1024 * 1024
_NO_FILE: Final = _("Choose a file first.")


class _Nobody:
    """Looks on; what is bad stands in the report."""

    def bad(self, bad: Any) -> None: ...

    def moved(self, report: ImportReport, position: int, size: int) -> None: ...


async def show(visit: Visit) -> Response:
    check(visit)
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, **more: Any) -> Response:
    return await reading.show(
        visit,
        db,
        "admin_bring_in.html",
        status,
        sample_is_here=await is_here(db),
        imports=await ledger.imports(db),
        **({"report": None} | more),
    )


async def people(visit: Visit) -> Response:
    """Everybody in a file; those who are here already stay as they are."""
    check(visit)
    given = await visit.form()
    is_dry = "is_dry" in given
    try:
        name, content = _sent(visit, "people")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            await asyncio.to_thread(path.write_bytes, content)
            report = await bring_people(
                visit.site.database, visit.viewer, path, Terms(is_dry=is_dry), _Nobody()
            )
    except Refusal as refusal:
        return await _refused(visit, refusal)
    async with visit.site.database.reading() as db:
        return await _page(visit, db, report=report)


async def sign(visit: Visit) -> Response:
    """The organisation's own, or none again."""
    check(visit)
    given = await visit.form()
    store = _store(visit)
    try:
        if "take_down" in given:
            async with visit.site.database.transaction() as db:
                await logo.take_down(db, visit.viewer, store)
        else:
            picture = await asyncio.to_thread(logo.readable, _sent(visit, "logo")[1])
            async with visit.site.database.transaction() as db:
                await logo.put(db, visit.viewer, store, picture)
    except Refusal as refusal:
        return await _refused(visit, refusal)
    return visit.go("/admin/bring-in")


async def sample(visit: Visit) -> Response:
    """Puts the sample company up, or takes all of it out again."""
    check(visit)
    await visit.form()
    database, store, verb = visit.site.database, _store(visit), visit.request.path_params["verb"]
    try:
        match verb:
            case "put-up":
                await fill(
                    database, system(visit.viewer.policy), store, company(clock.now()), beside_others=True
                )
            case "take-out":
                await clear(database, system(visit.viewer.policy), store)
            case _other:
                raise NotFound
    except Refusal as refusal:
        return await _refused(visit, refusal)
    return visit.go("/admin/bring-in")


async def show_logo(visit: Visit) -> Response:
    """For everybody: it stands on the page where one signs in."""
    name = visit.request.path_params["name"]
    if not name or name != visit.viewer.policy.logo:
        raise NotFound
    content = await _store(visit).whole(logo.place(name))
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=logo.content_type(name), headers=kept)


async def _refused(visit: Visit, refusal: Refusal) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db, 422, error=refusal)


def _store(visit: Visit) -> Store:
    if visit.site.store is None:
        raise Unavailable
    return visit.site.store


def _sent(visit: Visit, field: str) -> tuple[str, bytes]:
    """The name of a file that was sent, safe for a folder, and what is in it. Raises Invalid."""
    for file in visit.files.get(field, [])[:1]:
        if file.size > LARGEST:
            raise Invalid(_("This file is larger than {most} MB."), field=field, most=LARGEST >> 20)
        file.content.seek(0)
        return f"{field}-{file.size}.csv", file.content.read()
    raise Invalid(_NO_FILE, field=field)
