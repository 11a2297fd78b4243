"""Bots that one answers for: made, told what to post, handed over, ended."""

from collections.abc import Mapping

from starlette.responses import Response

from weetwie.access.enums import Ring
from weetwie.database.pool import Db
from weetwie.domain.bots import feeds, incoming
from weetwie.domain.people import bots
from weetwie.errors import NotFound, Refusal
from weetwie.flows import bots as flow
from weetwie.text.signs import whole_number
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show_all(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _all(visit, db)


async def make(visit: Visit) -> Response:
    given = dict(await visit.form())
    ring = given.get("ring", "")
    chosen = Ring(int(ring)) if ring in ("0", "1", "2") else None
    try:
        async with visit.site.database.transaction() as db:
            id = await bots.make(db, visit.viewer, given.get("handle", ""), given.get("name", ""), chosen)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _all(visit, db, 422, error=refusal, given=given)
    return visit.go(f"/settings/bots/{id}")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _one(visit, db)


async def act(visit: Visit) -> Response:
    given = dict(await visit.form())
    id, verb = visit.request.path_params["id"], visit.request.path_params["verb"]
    made = ""
    try:
        async with visit.site.database.transaction() as db:
            made = await _act(visit, db, id, verb, given)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        async with visit.site.database.reading() as db:
            return await _one(visit, db, 422, error=refusal, given=given, at=verb)
    if made:
        async with visit.site.database.reading() as db:
            return await _one(visit, db, made=f"{visit.site.base_url}/hooks/{made}")
    return visit.go(
        "/settings/bots?saved=1" if verb in ("end", "decline") else f"/settings/bots/{id}?saved=1"
    )


async def _act(visit: Visit, db: Db, id: int, verb: str, given: Mapping[str, str]) -> str:
    """The secret of an address, where one was made."""
    context, viewer = visit.context(db), visit.viewer
    which = whole_number(given.get("which")) or 0
    match verb:
        case "hook":
            return await flow.add_hook(context, id, given.get("hook", ""))
        case "unhook":
            await flow.remove_hook(context, id, which)
        case "feed":
            await flow.add_feed(context, id, given.get("url", ""))
        case "unfeed":
            await flow.remove_feed(context, id, which)
        case "again":
            await flow.read_again(context, id, which)
        case "offer":
            await flow.offer(context, id, given.get("handle", ""))
        case "accept":
            await bots.accept(db, viewer, id)
        case "decline":
            await bots.decline(db, viewer, id)
        case "end":
            await bots.end(db, viewer, id)
        case _other:
            raise NotFound
    return ""


async def _all(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    own, offered = await bots.own(db, visit.viewer), await bots.offered(db, visit.viewer)
    ids = [*(one.id for one in (*own, *offered)), *(one.responsible_id for one in offered)]
    people = await visit.site.presenter.cards(db, visit.viewer, ids)
    return await reading.show(
        visit,
        db,
        "settings_bots.html",
        status,
        bots=[people[one.id] for one in own if one.id in people],
        offered=[(people[one.id], people.get(one.responsible_id)) for one in offered if one.id in people],
        rings=[ring for ring in Ring if ring <= visit.viewer.policy.widest_ring],
        is_saved="saved" in visit.request.query_params,
        **({"given": {}, "error": None} | more),
    )


async def _one(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    own = await bots.own_bot(db, visit.viewer, visit.request.path_params["id"])
    people = await visit.site.presenter.cards(
        db, visit.viewer, [own.id, *([own.offered_to_id] if own.offered_to_id else [])]
    )
    return await reading.show(
        visit,
        db,
        "settings_bot.html",
        status,
        bot=people[own.id],
        ring=own.ring,
        offered_to=people.get(own.offered_to_id or 0),
        hooks=await incoming.of_bot(db, own.id),
        feeds=await feeds.of_bot(db, own.id),
        is_saved="saved" in visit.request.query_params,
        **({"given": {}, "error": None, "made": "", "at": ""} | more),
    )
