"""The glossary: what means the same here, pairs to confirm, and a form to add or change one."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from weetwie.access import permissions
from weetwie.access.enums import Ring, Standing
from weetwie.database.pool import Db
from weetwie.domain.knowledge import glossary, proposals
from weetwie.domain.knowledge.dictionary import LANGUAGES
from weetwie.domain.knowledge.glossary import Entry
from weetwie.errors import NotFound, Refusal
from weetwie.runtime import clock
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_LONGEST: Final = 100
_VERBS: Final = ("change", "delete")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def add(visit: Visit) -> Response:
    given = await visit.form()
    try:
        async with visit.site.database.transaction() as db:
            posts = [int(id) for id in given.get("posts", "").split() if id.isascii() and id.isdigit()]
            widest = _ring(given, "widest", Ring.world)
            await glossary.add(db, visit.viewer, _words(given), _ring(given), posts, widest)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go("/glossary?saved=1")


async def show_one(visit: Visit) -> Response:
    """The form that changes it, or asks before it is deleted."""
    async with visit.site.database.reading() as db:
        return await _one(visit, db)


async def act(visit: Visit) -> Response:
    given, id, verb = await visit.form(), visit.request.path_params["id"], visit.request.path_params["verb"]
    try:
        async with visit.site.database.transaction() as db:
            if verb == "delete":
                await glossary.remove(db, visit.viewer, id)
            elif verb == "change":
                await glossary.change(db, visit.viewer, id, _words(given), _ring(given))
            else:
                raise NotFound
    except NotFound:
        raise
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _one(visit, db, 422, error=refusal, given=given)
    return visit.go("/glossary?saved=1")


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    words = visit.request.query_params.get("q", "").strip()[:_LONGEST]
    found = await glossary.entries(db, visit.viewer, words)
    people = await visit.site.presenter.people(
        db,
        visit.viewer,
        {one.added_by_id for one in found if one.added_by_id}
        | {one.changed_by_id for one in found if one.changed_by_id},
    )
    proposed = [] if words else await proposals.proposals(db, visit.viewer)
    ids = [id for one in proposed for id in one.post_ids]
    posts = await visit.site.presenter.posts(db, visit.viewer, await seen_posts.posts(db, visit.viewer, ids))
    return await reading.show(
        visit,
        db,
        "glossary.html",
        status,
        words=words,
        entries=[(one, glossary.may_change(visit.viewer, one)) for one in found],
        people={one.id: one for one in people},
        proposed=proposed,
        posts={one.id: one for one in posts},
        may_add=visit.viewer.standing == Standing.member and permissions.act(visit.viewer, clock.now()),
        languages=LANGUAGES,
        rings=_rings(visit),
        is_saved="saved" in visit.request.query_params,
        **{"given": {}, "error": None, **more},
    )


async def _one(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    id, verb = visit.request.path_params["id"], visit.request.path_params["verb"]
    one = await glossary.entry(db, visit.viewer, id)
    if verb not in _VERBS or not glossary.may_change(visit.viewer, one):
        raise NotFound
    return await reading.show(
        visit,
        db,
        "glossary_entry.html",
        status,
        one=one,
        is_deletion=verb == "delete",
        languages=LANGUAGES,
        rings=[ring for ring in _rings(visit) if ring <= one.widest],
        **{"given": _given(one), "error": None, **more},
    )


def _given(one: Entry) -> dict[str, str]:
    return {**{code: ", ".join(own) for code, own in one.words.items()}, "ring": Ring(one.ring).name}


def _rings(visit: Visit) -> list[Ring]:
    widest, now = visit.viewer.policy.widest_ring, clock.now()
    return [ring for ring in Ring if ring <= widest and permissions.write_for(visit.viewer, ring, now)]


def _words(given: Mapping[str, str]) -> dict[str, list[str]]:
    """Each language's words with commas between them."""
    return {
        code: [word.strip() for word in given.get(code, "").split(",") if word.strip()] for code in LANGUAGES
    }


def _ring(given: Mapping[str, str], field: str = "ring", otherwise: Ring = Ring.colleagues) -> Ring:
    name = given.get(field, "")
    return Ring[name] if name in Ring.__members__ else otherwise
