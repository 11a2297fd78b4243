"""The directory of people."""

from typing import Final, Literal
from urllib.parse import urlencode

from starlette.responses import Response

from weetwie.access.enums import Standing
from weetwie.domain.people.directory import DirectoryFilter, choices, directory
from weetwie.domain.people.search import search
from weetwie.domain.relations.relationship import relationships
from weetwie.web import reading
from weetwie.web.visit import Visit

_LENGTH = 48
_STANDINGS: Final = {one.name: one for one in Standing}


async def show(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    given = visit.request.query_params
    words = given.get("q", "").strip()[:200]
    order: Literal["active", "new"] = "new" if given.get("order") == "new" else "active"
    if not visit.viewer.policy.tells_activity:
        order = "new"
    offset = int(given["offset"]) if given.get("offset", "").isdigit() and len(given["offset"]) < 6 else 0
    among = DirectoryFilter(
        unit=given.get("unit", "")[:200],
        place=given.get("place", "")[:200],
        language=given.get("language", "")[:8],
        standing=_STANDINGS.get(given.get("standing", "")),
    )
    asked = {name: given[name] for name in ("unit", "place", "language", "standing", "as") if given.get(name)}
    async with visit.site.database.reading() as db:
        if words:
            ids = await search(db, visit.viewer, words, limit=_LENGTH, offset=offset)
        else:
            ids = await directory(db, visit.viewer, order, offset, _LENGTH, among)
        people = await visit.site.shower.people(db, visit.viewer, ids)
        follows = {
            one.id for one in await relationships(db, visit.viewer, ids) if one.follows or one.requested
        }
        more = urlencode({"order": order, "offset": offset + _LENGTH, **asked})
        return await reading.show(
            visit,
            db,
            "people.html",
            people=people,
            follows=follows,
            order=order,
            words=words,
            among=asked,
            choices=await choices(db, visit.viewer),
            standings=list(_STANDINGS),
            is_table=given.get("as") == "table",
            older=f"/people?{more}" if len(ids) == _LENGTH and not words else "",
        )
