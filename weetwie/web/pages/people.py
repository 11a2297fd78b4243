"""People: found by name, topic, unit or place at once, and narrowed down as one likes."""

from collections.abc import Sequence
from typing import Any, Final, Literal
from urllib.parse import urlencode

from starlette.responses import Response

from weetwie.access.enums import Standing
from weetwie.database.folding import folded
from weetwie.database.pool import Db
from weetwie.domain.handover import reading_lists
from weetwie.domain.knowledge import topics
from weetwie.domain.people.directory import DirectoryFilter, choices, directory, how_many, narrowed
from weetwie.domain.people.search import search
from weetwie.domain.relations import units
from weetwie.domain.relations.relationship import relationships
from weetwie.domain.relations.suggestions import suggestions
from weetwie.domain.timelines.introductions import introductions
from weetwie.text.signs import whole_number
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.topics import with_topics_as_read
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_LENGTH: Final = 24
_MOST_FOUND: Final = 200
_SUGGESTED: Final = 3
_STANDINGS: Final = {one.name: one for one in Standing}


async def show(visit: Visit) -> Response:
    given = visit.request.query_params
    words = given.get("q", "").strip()[:200]
    order: Literal["active", "new"] = "new" if given.get("order") == "new" else "active"
    if not visit.viewer.policy.tells_activity:
        order = "new"
    among = _among(visit)
    offset = whole_number(given.get("offset"), 5) or 0
    async with visit.site.database.reading() as db:
        if words:
            found = await _found(visit, db, words, among)
            ids, count = found[offset : offset + _LENGTH], len(found)
        else:
            ids = await directory(db, visit.viewer, order, offset, _LENGTH, among)
            count = await how_many(db, visit.viewer, among)
        ties = await relationships(db, visit.viewer, ids)
        kept = [(name, value) for name, value in given.multi_items() if name != "offset" and value]
        return await reading.show(
            visit,
            db,
            "people.html",
            people=await with_topics_as_read(visit, await visit.site.presenter.people(db, visit.viewer, ids)),
            count=count,
            follows={one.id for one in ties if one.follows},
            requested={one.id for one in ties if one.requested},
            order=order,
            words=words,
            among=among,
            chosen=kept,
            without=_without(kept),
            choices=await choices(db, visit.viewer),
            is_table=given.get("as") == "table",
            unit=await _unit(visit, db, among),
            older=f"/people?{urlencode([*kept, ('offset', offset + _LENGTH)])}"
            if len(ids) == _LENGTH and offset + _LENGTH < count
            else "",
            **await _beside(visit, db),
        )


async def _unit(visit: Visit, db: Db, among: DirectoryFilter) -> tuple[str, bool] | None:
    """The one unit that the page is narrowed down to, and whether it is followed. Guests follow none."""
    if len(among.units) != 1 or visit.viewer.standing is Standing.guest:
        return None
    followed = {folded(one.name) for one in await units.own(db, visit.viewer)}
    return among.units[0], folded(among.units[0]) in followed


def _among(visit: Visit) -> DirectoryFilter:
    given = visit.request.query_params

    def several(name: str) -> list[str]:
        return [one[:200] for one in given.getlist(name) if one][:20]

    return DirectoryFilter(
        units=several("unit"),
        places=several("place"),
        language=given.get("language", "")[:8],
        standing=_STANDINGS.get(given.get("standing", "")),
    )


def _without(kept: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The address without each of the filters, to clear it."""
    names = ("unit", "place", "language", "standing", "order", "as", "q")
    return {
        name: "/people?" + urlencode([(one, value) for one, value in kept if one != name]) for name in names
    }


async def _found(visit: Visit, db: Db, words: str, among: DirectoryFilter) -> list[int]:
    """By name, unit and place first, then who lists it as a topic."""
    by_name = await search(db, visit.viewer, words, limit=_MOST_FOUND)
    by_topic = await topics.who_list(db, visit.viewer, words, _MOST_FOUND)
    return await narrowed(db, visit.viewer, list(dict.fromkeys([*by_name, *by_topic])), among)


async def _beside(visit: Visit, db: Db) -> dict[str, Shown]:
    viewer, presenter = visit.viewer, visit.site.presenter
    hellos = await introductions(db, viewer, 1)
    found = await suggestions(db, viewer, _SUGGESTED)
    friends = [id for one in found for id in one.reasons[0].people]
    people = {
        one.id: one
        for one in await presenter.people(db, viewer, {*(one.person_id for one in found), *friends})
    }
    suggested: list[tuple[Person, Any, list[Person]]] = [
        (people[one.person_id], one.reasons[0], [people[id] for id in one.reasons[0].people if id in people])
        for one in found
        if one.person_id in people
    ]
    new: list[Post] = await presenter.posts(db, viewer, hellos)
    waits = any(not one.is_accepted for one in await reading_lists.offered(db, viewer))
    return {"suggested": suggested, "new": new, "has_reading_list": waits}
