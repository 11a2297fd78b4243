"""Handing over: for the person first, and for their unit what they choose to share. Never a number about anybody."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from weetwie.access.enums import Standing
from weetwie.database.pool import Db
from weetwie.domain.handover import handover, reading_lists
from weetwie.domain.knowledge import inferred, topics
from weetwie.domain.knowledge.answer import Filters
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.topic_rules import SHOWN, TopicChoice, key_of
from weetwie.domain.people.lookup import lookup
from weetwie.domain.relations.relationship import relationships
from weetwie.domain.relations.ways import only_contact_of
from weetwie.domain.timelines.questions import addressed
from weetwie.errors import Invalid, NotFound, _
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.pages import reading_list
from weetwie.web.shown import Shown
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit

_LOOKED_AT: Final = 12
"""So many topics, the surest."""
FEW: Final = 5
"""Topics that more others than this know are in good hands."""
_NEAREST: Final = 3
_MOST_QUESTIONS, _MOST_CONTACTS = 10, 12
_HERE: Final = "/settings/handover"
_TURN_TO: Final = _("For {topic}, from now on ask {people}.")


class TopicToHandOver(msgspec.Struct, frozen=True):
    """What few others know, with what shows it and who comes nearest."""

    key: str
    name: str
    posts: Sequence[Post]
    nearest: Sequence[Person]
    others: int
    introduction: str = ""
    """Where a post that tells it to others stands ready."""


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    viewer, presenter = visit.viewer, visit.site.presenter
    found = await _rare(visit, db)
    questions = await addressed(db, viewer, _MOST_QUESTIONS)
    contacts = await only_contact_of(db, viewer, _MOST_CONTACTS)
    left = await reading_list.own_form(visit, db)
    values: dict[str, Shown] = {"given": left or {}, "is_left": left is not None, **more}
    return await reading.show(
        visit,
        db,
        "handover.html",
        status,
        topics=found,
        questions=await presenter.posts(db, viewer, questions),
        contacts=await presenter.people(db, viewer, contacts),
        shared=await handover.shared(db, viewer, viewer.person_id),
        may_share=viewer.policy.handover == "unit",
        is_saved="saved" in visit.request.query_params,
        **values,
    )


async def act(visit: Visit) -> Response:
    given = await visit.form()
    try:
        async with visit.site.database.transaction() as db:
            await _act(visit, db, given)
    except Invalid as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go(f"{_HERE}?saved=1")


async def _act(visit: Visit, db: Db, given: Mapping[str, str]) -> None:
    match given.get("act"):
        case "end":
            await handover.end(db, visit.viewer)
        case "share":
            chosen = set(visit.several.get("topic", []))
            found = [(one.key, one.name, [post.id for post in one.posts]) for one in await _rare(visit, db)]
            await handover.share(db, visit.viewer, [one for one in found if one[0] in chosen])
        case "leave":
            await reading_list.leave(visit, db, given)
        case "withdraw":
            await reading_lists.withdraw(db, visit.viewer)
        case _other:
            raise NotFound


async def show_shared(visit: Visit) -> Response:
    """For the unit and the manager: with the posts and the people that they see themselves."""
    viewer = visit.viewer
    async with visit.site.database.reading() as db:
        person_id = await lookup(db, viewer, visit.request.path_params["handle"])
        found = await handover.shared(db, viewer, person_id)
        if not found or viewer.standing is not Standing.member:
            raise NotFound
        shown = [
            await _topic(visit, db, key_of(one.name), one.name, one.post_ids, person_id) for one in found
        ]
        near = [person.id for one in shown for person in one.nearest]
        ties = await relationships(db, viewer, list(dict.fromkeys(near)))
        return await reading.show(
            visit,
            db,
            "handed_over.html",
            person=await visit.site.presenter.person(db, viewer, person_id),
            topics=shown,
            follows={one.id for one in ties if one.follows or one.requested},
        )


async def _rare(visit: Visit, db: Db) -> list[TopicToHandOver]:
    """What the viewer says that they know, and what could be inferred, as far as few others know it; rarest first."""
    viewer = visit.viewer
    proofs = {
        one.key: (one.name, one.post_ids[: inferred.MOST_PROOFS])
        for one in await inferred.inferred(db, viewer)
    }
    for said in await topics.own(db, viewer):
        if said.choice is TopicChoice.knows and key_of(said.name) not in proofs:
            answer = await who_knows(db, viewer, said.name, among=[viewer.person_id], with_self=True)
            posts = tuple(proof.post_id for one in answer.people for proof in one.proofs)
            proofs = {key_of(said.name): (said.name, posts[: inferred.MOST_PROOFS])} | proofs
        elif said.choice not in SHOWN:
            proofs.pop(key_of(said.name), None)
    found = [
        await _topic(visit, db, key, name, post_ids, viewer.person_id)
        for key, (name, post_ids) in list(proofs.items())[:_LOOKED_AT]
    ]
    return sorted((one for one in found if one.others <= FEW), key=lambda one: one.others)


async def _topic(
    visit: Visit, db: Db, key: str, name: str, post_ids: Sequence[int], owner_id: int
) -> TopicToHandOver:
    """As the viewer sees it: posts that they do not see are left out, and people."""
    viewer, presenter = visit.viewer, visit.site.presenter
    answer = await who_knows(
        db, viewer, name, exclude=[owner_id], limit=FEW + 1, filters=Filters(standing=int(Standing.member))
    )
    posts = await presenter.posts(db, viewer, await seen_posts.posts(db, viewer, post_ids))
    named = [one.person_id for one in answer.people if one.is_named]
    nearest = await presenter.people(db, viewer, named[:_NEAREST])
    return TopicToHandOver(key, name, posts, nearest, len(named), _introduction(visit, name, nearest))


def _introduction(visit: Visit, name: str, nearest: Sequence[Person]) -> str:
    """The composer with a post that names who comes nearest; nothing is sent before the person sends it."""
    if not nearest:
        return ""
    people = ", ".join(f"@{one.handle}" for one in nearest[:2])
    text = visit.say(_TURN_TO, topic=name, people=people)
    return f"/?{urlencode({'text': text})}#write"
