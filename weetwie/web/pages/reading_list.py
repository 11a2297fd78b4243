"""What those who were here before left: one leaves it on the page of the handover, who comes after reads it here once they want to."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.handover import reading_lists
from weetwie.domain.handover.reading_lists import LeftList
from weetwie.domain.knowledge.topic_rules import tidy
from weetwie.domain.people.lookup import lookup, lookup_all
from weetwie.domain.relations.relationship import relationships
from weetwie.errors import Invalid, NotFound, _
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_HERE: Final = "/reading-list"
_HANDLE: Final = re.compile(r"@?([\w.-]+)")
_POST: Final = re.compile(r"(\d{1,18})/?(?:[?#]\S*)?$")


class ReadList(msgspec.Struct, frozen=True):
    """As the viewer sees it: what they do not see is not there, and nothing says so."""

    by: Person
    people: list[Person]
    posts: list[Post]
    topics: list[str]
    words: str


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    waiting, lists = await offered(visit, db)
    people = [one.id for left in lists for one in left.people]
    ties = await relationships(db, visit.viewer, list(dict.fromkeys(people)))
    to_name = await visit.site.presenter.people(
        db, visit.viewer, await reading_lists.to_name(db, visit.viewer)
    )
    return await reading.show(
        visit,
        db,
        "reading_list.html",
        status,
        waiting=waiting,
        lists=lists,
        to_name=to_name,
        follows={one.id for one in ties if one.follows},
        requested={one.id for one in ties if one.requested},
        **more,
    )


async def offered(visit: Visit, db: Db) -> tuple[list[Person], list[ReadList]]:
    """Who left one that the viewer has not answered to, and those that they accepted."""
    viewer, presenter = visit.viewer, visit.site.presenter
    found = await reading_lists.offered(db, viewer)
    by = {one.id: one for one in await presenter.people(db, viewer, [one.person_id for one in found])}
    lists = []
    for one in found:
        if one.is_accepted and one.person_id in by:
            left = await reading_lists.read(db, viewer, one.person_id)
            posts = await seen_posts.posts(db, viewer, left.post_ids)
            people = [
                one for one in await presenter.people(db, viewer, left.people) if one.id != viewer.person_id
            ]
            shown = await presenter.posts(db, viewer, posts)
            lists.append(ReadList(by[one.person_id], people, list(shown), list(left.topics), left.words))
    return [by[one.person_id] for one in found if not one.is_accepted and one.person_id in by], lists


async def act(visit: Visit) -> Response:
    given = await visit.form()
    try:
        async with visit.site.database.transaction() as db:
            await _act(visit, db, given)
    except Invalid as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal)
    return visit.back(_HERE)


async def _act(visit: Visit, db: Db, given: Mapping[str, str]) -> None:
    person_id = await lookup(db, visit.viewer, given.get("person", ""))
    match given.get("act"):
        case "accept" | "decline":
            accepts = given["act"] == "accept"
            await reading_lists.answer(db, visit.viewer, person_id, accepts=accepts)
        case "name":
            successor_id = await _successor(visit, db, given.get("successor", ""))
            await reading_lists.name_successor(db, visit.viewer, person_id, successor_id or 0)
        case _other:
            raise NotFound


async def leave(visit: Visit, db: Db, given: Mapping[str, str]) -> None:
    """From the form on the page of the handover. Raises Invalid with what is not found, and loses nothing."""
    handles = _HANDLE.findall(given.get("people", ""))
    found = await lookup_all(db, visit.viewer, handles)
    people = {handle.lower(): id for handle, id in found.items()}
    missing = [one for one in handles if one.lower() not in people]
    if missing:
        raise Invalid(
            _("There's no {handle} here that you can see."), field="people", handle=f"@{missing[0]}"
        )
    ids = [
        int(one[1]) for line in given.get("threads", "").split() if (one := _POST.search(line)) is not None
    ]
    seen = {one.post_id for one in await seen_posts.posts(db, visit.viewer, ids)}
    if len(ids) < len(given.get("threads", "").split()) or not seen.issuperset(ids):
        raise Invalid(_("One of the links leads to no post that you can see."), field="threads")
    topics = [name for part in given.get("topics", "").split(",") if (name := tidy(part)[:60])]
    left = LeftList(
        people=list(dict.fromkeys(people[one.lower()] for one in handles)),
        post_ids=list(dict.fromkeys(ids)),
        topics=list(dict.fromkeys(topics)),
        words=given.get("words", "").replace("\r\n", "\n").strip(),
        manager_names="manager_names" in given,
        successor_id=await _successor(visit, db, given.get("successor", "")),
    )
    await reading_lists.leave(db, visit.viewer, left)


async def _successor(visit: Visit, db: Db, handle: str) -> int | None:
    if not handle.strip():
        return None
    try:
        return await lookup(db, visit.viewer, handle.strip().removeprefix("@"))
    except NotFound as missing:
        raise Invalid(_("Choose a colleague who works here."), field="successor") from missing


async def own_form(visit: Visit, db: Db) -> dict[str, str] | None:
    """What one has left, as the fields of the form hold it; None where nothing is left."""
    left = await reading_lists.own(db, visit.viewer)
    if left is None:
        return None
    ids = [*left.people, *([left.successor_id] if left.successor_id else [])]
    people = await visit.site.presenter.cards(db, visit.viewer, ids)
    posts = await visit.site.presenter.posts(
        db, visit.viewer, await seen_posts.posts(db, visit.viewer, left.post_ids)
    )
    successor = people.get(left.successor_id or 0)
    return {
        "people": " ".join(f"@{people[id].handle}" for id in left.people if id in people),
        "threads": "\n".join(f"{visit.site.base_url}{post.address}" for post in posts),
        "topics": ", ".join(left.topics),
        "words": left.words,
        "successor": f"@{successor.handle}" if successor else "",
        "manager_names": "on" if left.manager_names else "",
    }
