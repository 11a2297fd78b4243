"""A person: who they are, what one can ask them about, what they write, and what ties the viewer to them."""

from typing import Final

from starlette.responses import Response

from weetwie.access.enums import Standing
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.handover import handover
from weetwie.domain.people import bots
from weetwie.domain.people.lookup import lookup
from weetwie.domain.relations import featured_tags
from weetwie.domain.relations.followers import familiar, followers, following
from weetwie.domain.relations.relationship import relationships
from weetwie.domain.timelines.person import pinned, posts_of
from weetwie.views.posts import SeenPost
from weetwie.web import reading
from weetwie.web.ask_about import asked_about, proposed
from weetwie.web.brought import brought
from weetwie.web.shown import Shown
from weetwie.web.topics import with_topics_as_read
from weetwie.web.view_models import Person
from weetwie.web.visit import Visit

TABS: Final = ("", "answers", "media")
LISTS: Final = ("followers", "following")
_FAMILIAR: Final = 40


async def show(visit: Visit) -> Response:
    """Strangers see who has opened their profile to the world; for the rest they sign in, whether there is anybody or not."""
    with reading.or_sign_in(visit):
        return await _show(visit)


async def card(visit: Visit) -> Response:
    """What a name shows when one points at it."""
    async with visit.site.database.reading() as db:
        person_id = await lookup(db, visit.viewer, visit.request.path_params["handle"])
        found = await visit.site.presenter.person(db, visit.viewer, person_id)
        (person,) = await with_topics_as_read(visit, [found])
        relation = next(iter(await relationships(db, visit.viewer, [person_id])), None)
    is_me = person_id == visit.viewer.person_id
    return visit.show("parts/hover_card.html", person=person, relation=None if is_me else relation)


async def _show(visit: Visit) -> Response:
    tab = visit.request.query_params.get("tab", "")
    async with visit.site.database.reading() as db:
        person_id = await lookup(db, visit.viewer, visit.request.path_params["handle"])
        person = await visit.site.presenter.person(db, visit.viewer, person_id)
        if tab in LISTS:
            shown = await _people(visit, db, person, tab)
            return await reading.show(visit, db, "follows.html", person=person, tab=tab, **shown)
        if tab not in TABS:
            return visit.go(person.address)
        shown = await _posts(visit, db, person, tab) | await _about(visit, db, person)
        return await reading.show(visit, db, "person.html", person=person, tab=tab, **shown)


async def _posts(visit: Visit, db: Db, person: Person, tab: str) -> dict[str, Shown]:
    async def read(db: Db, page: Page) -> list[SeenPost]:
        return await posts_of(
            db,
            visit.viewer,
            person.id,
            page,
            only_answers=tab == "answers",
            without_boosts=tab == "answers",
            only_media=tab == "media",
        )

    found = await reading.timeline(visit, db, read, "account")
    is_first = not visit.request.query_params.get("max_id")

    async def read_pinned(db: Db, _page: Page) -> list[SeenPost]:
        return await pinned(db, visit.viewer, person.id, Page(5))

    held = (
        await reading.timeline(visit, db, read_pinned, "account") if tab == "" and is_first else {"posts": []}
    )
    return {**found, "pinned": held["posts"]}


async def _people(visit: Visit, db: Db, person: Person, tab: str) -> dict[str, Shown]:
    list_ = followers if tab == "followers" else following
    found = [] if person.is_card else await list_(db, visit.viewer, person.id, reading.asked(visit))
    people = await visit.site.presenter.people(db, visit.viewer, [one.id for one in found])
    key = found[-1].number if len(found) == reading.LENGTH else 0
    total = person.followers_count if tab == "followers" else person.following_count
    is_all = not key and "max_id" not in visit.request.query_params
    ties = await relationships(db, visit.viewer, [one.id for one in people]) if visit.is_signed_in else []
    return {
        "people": people,
        "follows": {one.id for one in ties if one.follows},
        "requested": {one.id for one in ties if one.requested},
        "older": reading.older(visit, key),
        "unseen": max(total - len(people), 0) if is_all else 0,
    }


async def _responsible(visit: Visit, db: Db, person: Person) -> Person | None:
    """Who answers for a bot, where the viewer sees them."""
    id = None if person.is_card else await bots.responsible_for(db, person.id)
    return next(iter(await visit.site.presenter.people(db, visit.viewer, [id])), None) if id else None


async def _about(visit: Visit, db: Db, person: Person) -> dict[str, Shown]:
    viewer, presenter = visit.viewer, visit.site.presenter
    shown: dict[str, Shown] = {
        "relation": None,
        "known": [],
        "more_known": 0,
        "handed_over": [],
        "proposed": [],
        "brought": [],
    }
    is_me = viewer.person_id == person.id
    if visit.is_signed_in and not is_me:
        if viewer.standing is Standing.member:
            shown["handed_over"] = await handover.shared(db, viewer, person.id)
        shown["relation"] = next(iter(await relationships(db, viewer, [person.id])), None)
        ids = (await familiar(db, viewer, [person.id]))[person.id]
        shown["known"] = await presenter.people(db, viewer, ids[:3])
        shown["more_known"] = max(min(len(ids), _FAMILIAR) - 2, 0)
    if is_me:
        shown["proposed"] = await proposed(visit, db)
        shown["brought"] = await brought(visit, db)
    manager = await presenter.people(db, viewer, [person.manager_id]) if person.manager_id else []
    return {
        **shown,
        "manager": next(iter(manager), None),
        "responsible": await _responsible(visit, db, person) if person.is_bot else None,
        "topics": await asked_about(visit, db, person) if visit.is_signed_in else [],
        "tags": await featured_tags.featured(db, viewer, person.id),
    }
