"""A person: who they are, what they write, whom the viewer knows who knows them."""

from typing import Any

from starlette.responses import Response

from weetwie.access.enums import Standing
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.handover import handover
from weetwie.domain.people.lookup import lookup
from weetwie.domain.relations import featured_tags
from weetwie.domain.relations.followers import familiar, followers, following
from weetwie.domain.relations.relationship import Relationship, relationships
from weetwie.domain.timelines.person import pinned, posts_of
from weetwie.views.posts import SeenPost
from weetwie.web import reading
from weetwie.web.shown import Person
from weetwie.web.visit import Visit

TABS = ("", "replies", "media", "followers", "following")


async def show(visit: Visit) -> Response:
    """Strangers see who has opened their profile to the world; for the rest they sign in, whether there is anybody or not."""
    with reading.or_sign_in(visit):
        return await _show(visit)


async def _show(visit: Visit) -> Response:
    tab = visit.request.query_params.get("tab", "")
    tab = tab if tab in TABS else ""
    async with visit.site.database.reading() as db:
        person_id = await lookup(db, visit.viewer, visit.request.path_params["handle"])
        person = await visit.site.shower.person(db, visit.viewer, person_id)
        shown = await (_people(visit, db, person, tab) if tab in TABS[3:] else _posts(visit, db, person, tab))
        return await reading.show(
            visit, db, "person.html", person=person, tab=tab, **shown, **await _about(visit, db, person)
        )


async def _posts(visit: Visit, db: Db, person: Person, tab: str) -> dict[str, Any]:
    async def read(db: Db, page: Page) -> list[SeenPost]:
        return await posts_of(
            db, visit.viewer, person.id, page, without_replies=tab == "", only_media=tab == "media"
        )

    found = await reading.timeline(visit, db, read, "account")
    is_first = not visit.request.query_params.get("max_id")
    held = await pinned(db, visit.viewer, person.id, Page(5)) if tab == "" and is_first else []
    return {
        **found,
        "pinned": await visit.site.shower.posts(db, visit.viewer, held),
        "people": [],
        "unseen": 0,
    }


async def _people(visit: Visit, db: Db, person: Person, tab: str) -> dict[str, Any]:
    list_ = followers if tab == "followers" else following
    found = [] if person.is_card else await list_(db, visit.viewer, person.id, reading.asked(visit))
    people = await visit.site.shower.people(db, visit.viewer, [one.id for one in found])
    key = found[-1].number if len(found) == reading.LENGTH else 0
    total = person.followers_count if tab == "followers" else person.following_count
    is_all = not key and "max_id" not in visit.request.query_params
    unseen = max(total - len(people), 0) if is_all else 0
    return {"people": people, "posts": [], "pinned": [], "older": reading.older(visit, key), "unseen": unseen}


async def _about(visit: Visit, db: Db, person: Person) -> dict[str, Any]:
    known: list[Person] = []
    relation: Relationship | None = None
    hands_over = False
    if visit.is_signed_in and visit.viewer.person_id != person.id:
        if visit.viewer.standing is Standing.member:
            hands_over = bool(await handover.shared(db, visit.viewer, person.id))
        relation = next(iter(await relationships(db, visit.viewer, [person.id])), None)
        ids = (await familiar(db, visit.viewer, [person.id]))[person.id]
        known = await visit.site.shower.people(db, visit.viewer, ids[:6])
    tags = await featured_tags.featured(db, visit.viewer, person.id)
    return {"relation": relation, "known": known, "tags": tags, "hands_over": hands_over}
