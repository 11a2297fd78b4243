"""People from a file: read first, then imported, with what came of it; the organisation's logo; a sample company to look around in."""

import asyncio
import base64
import binascii
import tempfile
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response

from weetwie.access.viewer import system
from weetwie.database.pool import Db
from weetwie.domain.imports import ledger, requests
from weetwie.domain.policy import logo
from weetwie.errors import Invalid, NotFound, Refusal, Unavailable, _
from weetwie.flows.imports import requested
from weetwie.flows.imports.bring import bring_people
from weetwie.flows.imports.clear import clear
from weetwie.flows.imports.run import ImportReport, Terms
from weetwie.flows.imports.sample import fill, is_here
from weetwie.imports.sample.company import company
from weetwie.imports.sources.readers import READERS
from weetwie.imports.ties.table import written
from weetwie.media.blob import Store
from weetwie.runtime import clock
from weetwie.web import reading
from weetwie.web.pages import admin_policy
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

LARGEST: Final = 8 * 1024 * 1024
_MOST_KEPT: Final = 700 * 1024
"""Bytes of a file that come back with the page, so that nobody chooses it twice."""
_LATEST: Final = 10
"""Of exports that were handed in, how many are shown."""
SOURCES: Final = {**READERS, "mbox": _("Mailing lists")}
"""What exports are from, as the pages name it."""
NO_FILE: Final = _("Choose a file first.")
TOO_LARGE: Final = _("This file is larger than {most} MB.")


class _Nobody:
    """Looks on; what is bad stands in the report."""

    def bad(self, bad: Any) -> None: ...

    def moved(self, report: ImportReport, position: int, size: int) -> None: ...


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await page(visit, db)


async def page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    return await reading.show(
        visit,
        db,
        "admin_import.html",
        status,
        sample_is_here=await is_here(db),
        imports=await ledger.imports(db),
        sources=SOURCES,
        on_server=requested.in_folder(visit.site),
        requested=await requests.latest(db, visit.viewer, _LATEST),
        **({"report": None, "again": "", "given": {}} | more),
    )


async def people(visit: Visit) -> Response:
    """Everybody in a file; those who are here already stay as they are. A file that was looked at comes back with the form."""
    given = await visit.form()
    is_dry = "is_dry" in given
    try:
        content = _again(given["again"]) if given.get("again") else _sent(visit, "people")[1]
        report = await _bring(visit, content, is_dry=is_dry)
    except Refusal as refusal:
        return await _refused(visit, refusal)
    if "skipped" in given:
        return _skipped(report)
    kept = base64.b64encode(content).decode() if len(content) <= _MOST_KEPT else ""
    async with visit.site.database.reading() as db:
        return await page(visit, db, report=report, again=kept)


async def to_import(visit: Visit) -> Response:
    """Where this page was before."""
    return visit.go("/admin/import")


async def _bring(visit: Visit, content: bytes, *, is_dry: bool) -> ImportReport:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"people-{len(content)}.csv"
        await asyncio.to_thread(path.write_bytes, content)
        return await bring_people(visit.site.database, visit.viewer, path, Terms(is_dry=is_dry), _Nobody())


def _again(text: str) -> bytes:
    """Raises Invalid."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Invalid(NO_FILE, field="people") from error


def _skipped(report: ImportReport) -> Response:
    """The rows that were left out, and why, as a file."""
    rows = [("row", "reason"), *((str(one.number), one.reason) for one in report.first_bad)]
    headers = {"content-disposition": 'attachment; filename="skipped.csv"'}
    return Response(written(rows), media_type="text/csv; charset=utf-8", headers=headers)


async def sign(visit: Visit) -> Response:
    """The organisation's own, or none again."""
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
        return await admin_policy.refused(visit, refusal)
    return visit.go("/admin/policy?saved=1")


async def sample(visit: Visit) -> Response:
    """Puts the sample company up, or takes all of it out again."""
    await visit.form()
    database, store, verb = visit.site.database, _store(visit), visit.request.path_params["verb"]
    try:
        match verb:
            case "load":
                await fill(
                    database, system(visit.viewer.policy), store, company(clock.now()), beside_others=True
                )
            case "remove":
                await clear(database, system(visit.viewer.policy), store)
            case _other:
                raise NotFound
    except Refusal as refusal:
        return await _refused(visit, refusal)
    return visit.go("/admin/import")


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
        return await page(visit, db, 422, error=refusal)


def _store(visit: Visit) -> Store:
    if visit.site.store is None:
        raise Unavailable
    return visit.site.store


def _sent(visit: Visit, field: str) -> tuple[str, bytes]:
    """The name of a file that was sent, safe for a folder, and what is in it. Raises Invalid."""
    for file in visit.files.get(field, [])[:1]:
        if file.size > LARGEST:
            raise Invalid(TOO_LARGE, field=field, most=LARGEST >> 20)
        file.content.seek(0)
        return f"{field}-{file.size}.csv", file.content.read()
    raise Invalid(NO_FILE, field=field)
