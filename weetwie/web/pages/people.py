"""The directory of people."""

from typing import Literal

from starlette.responses import Response

from weetwie.domain.people.directory import directory
from weetwie.domain.people.search import search
from weetwie.domain.relations.relationship import relationships
from weetwie.web import reading
from weetwie.web.visit import Visit

_LENGTH = 48


async def show(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    given = visit.request.query_params
    words = given.get("q", "").strip()[:200]
    order: Literal["active", "new"] = "new" if given.get("order") == "new" else "active"
    offset = int(given["offset"]) if given.get("offset", "").isdigit() and len(given["offset"]) < 6 else 0
    async with visit.house.database.reading() as db:
        if words:
            ids = await search(db, visit.viewer, words, limit=_LENGTH, offset=offset)
        else:
            ids = await directory(db, visit.viewer, order, offset, _LENGTH)
        people = await visit.house.shower.people(db, visit.viewer, ids)
        follows = {
            one.id for one in await relationships(db, visit.viewer, ids) if one.follows or one.requested
        }
        more = f"/people?order={order}&offset={offset + _LENGTH}" if len(ids) == _LENGTH and not words else ""
        return await reading.show(
            visit, db, "people.html", people=people, follows=follows, order=order, words=words, older=more
        )
