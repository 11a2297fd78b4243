"""One's own lists: read one, make, change, fill, delete it."""

from starlette.responses import Response

from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.lists import lists, members
from weetwie.domain.lists.lists import OwnList
from weetwie.domain.people.lookup import lookup
from weetwie.domain.timelines import list as timelines
from weetwie.errors import NotFound
from weetwie.web import reading
from weetwie.web.pages import home
from weetwie.web.view_models import Person
from weetwie.web.visit import Visit

_FACES, _ALL = 5, 500
_TO_LIST = 1
"""Answers to those on the list, unless one says otherwise."""


async def show_all(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        mine = await lists.lists(db, visit.viewer)
        faces = [await _members(visit, db, one.id, _FACES) for one in mine]
        return await reading.show(visit, db, "lists.html", lists=list(zip(mine, faces, strict=True)))


async def make(visit: Visit) -> Response:
    given = await visit.form()
    async with visit.site.database.transaction() as db:
        id = await lists.make(db, visit.viewer, given.get("title", ""), _TO_LIST, is_exclusive=False)
    return visit.go(f"/lists/{id}/edit")


async def show(visit: Visit) -> Response:
    """Its posts."""
    async with visit.site.database.reading() as db:
        own = await _own(visit, db)
        found = await reading.timeline(
            visit, db, lambda db, page: timelines.of_list(db, visit.viewer, own.id, page), "home", folds=True
        )
        people = await _members(visit, db, own.id, _ALL)
        return await reading.show(
            visit,
            db,
            "list.html",
            own=own,
            people=people,
            here=f"/lists/{own.id}",
            tabs=await home.tabs(visit, db),
            **found,
        )


async def show_verb(visit: Visit) -> Response:
    """What it is called and who is on it."""
    async with visit.site.database.reading() as db:
        own = await _own(visit, db)
        if visit.request.path_params["verb"] != "edit":
            return visit.go(f"/lists/{own.id}")
        people = await _members(visit, db, own.id, _ALL)
        return await reading.show(visit, db, "list_edit.html", own=own, people=people)


async def act(visit: Visit) -> Response:
    given = await visit.form()
    verb, id = visit.request.path_params["verb"], visit.request.path_params["id"]
    async with visit.site.database.transaction() as db:
        match verb:
            case "edit":
                replies = given.get("replies_policy", "")
                await lists.change(
                    db,
                    visit.viewer,
                    id,
                    title=given.get("title", ""),
                    replies_policy=int(replies) if replies in ("0", "1", "2") else None,
                    is_exclusive="is_exclusive" in given,
                )
            case "add" | "take_off":
                person_id = await lookup(db, visit.viewer, given.get("handle", "").strip().lstrip("@"))
                change = members.add if verb == "add" else members.take_off
                await change(db, visit.viewer, id, [person_id])
                return visit.back(f"/lists/{id}/edit")
            case "delete":
                await lists.remove(db, visit.viewer, id)
                return visit.go("/lists")
            case _other:
                raise NotFound
    return visit.go(f"/lists/{id}")


async def _own(visit: Visit, db: Db) -> OwnList:
    return await lists.own_list(db, visit.viewer, visit.request.path_params["id"])


async def _members(visit: Visit, db: Db, id: int, most: int) -> list[Person]:
    found = await members.members(db, visit.viewer, id, Page(most))
    return await visit.site.presenter.people(db, visit.viewer, [one.id for one in found])
