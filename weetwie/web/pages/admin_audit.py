"""For administrators: who did what to whom. Looking at it is written down too."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from starlette.responses import Response

from weetwie.access.viewer import system
from weetwie.database.pool import Db
from weetwie.domain.audit import trail
from weetwie.domain.audit.trail import TrailEntry, TrailFilter
from weetwie.domain.people.lookup import lookup
from weetwie.errors import NotFound
from weetwie.events import audit
from weetwie.text.signs import whole_number
from weetwie.web import reading
from weetwie.web.pages.admin import profiles
from weetwie.web.visit import Visit

_LENGTH: Final = 100
_MOST_IN_TABLE: Final = 50_000
_COLUMNS: Final = ("number", "at", "actor_id", "act", "subject_id", "ids", "door", "address")


async def show(visit: Visit) -> Response:
    given = visit.request.query_params
    async with visit.site.database.reading() as db:
        asked = await _asked(visit, db)
        found = await trail.entries(
            db,
            visit.viewer,
            asked,
            below=whole_number(given.get("max_id")) or 2**62,
            limit=_LENGTH,
        )
        ids = sorted({id for one in found for id in (one.actor_id, one.subject_id) if id})
        people = {one.id: one for one in await profiles(db, visit.viewer, ids)}
        return await reading.show(
            visit,
            db,
            "admin_audit.html",
            found=found,
            people=people,
            given=given,
            query=visit.request.url.query,
            older=reading.older(visit, found[-1].id if len(found) == _LENGTH else 0),
        )


async def table(visit: Visit) -> Response:
    """The same as a file, for other programs."""
    async with visit.site.database.transaction() as db:
        found = await trail.entries(db, visit.viewer, await _asked(visit, db), limit=_MOST_IN_TABLE)
        await audit(db, visit.viewer, "audit.export")
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return Response(_as_table(found), media_type="text/csv; charset=utf-8", headers=headers)


async def _asked(visit: Visit, db: Db) -> TrailFilter:
    """Somebody who is not here did nothing and nothing was done to them."""
    given = visit.request.query_params

    async def person(field: str) -> int:
        handle = given.get(field, "").strip().removeprefix("@")
        try:
            return await lookup(db, system(visit.viewer.policy), handle) if handle else 0
        except NotFound:
            return -1

    return TrailFilter(
        actor_id=await person("by"),
        subject_id=await person("about"),
        act=given.get("act", "").strip()[:100],
        since=_day(given.get("since", "")),
        until=_day(given.get("until", ""), timedelta(days=1)),
    )


def _day(text: str, more: timedelta = timedelta()) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) + more
    except (ValueError, OverflowError):
        return None


def _as_table(found: list[TrailEntry]) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    rows.writerows([getattr(one, name) for name in _COLUMNS] for one in found)
    return out.getvalue()
