"""Webhooks of one's own: made, tested, given another secret, switched off and on; and what was sent there."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.webhooks import delivery_log, webhooks
from weetwie.domain.webhooks.webhooks import OwnWebhook
from weetwie.errors import NotFound, Refusal
from weetwie.flows import webhooks as flow
from weetwie.text.signs import whole_number
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


class ShownWebhook(NamedTuple):
    own: OwnWebhook
    about: str


async def show_all(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _all(visit, db)


async def make(visit: Visit) -> Response:
    """The secret is shown this once."""
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            url, kind, about = (given.get(name, "") for name in ("url", "kind", "about"))
            id, secret = await flow.make(visit.context(db), url, kind, about)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _all(visit, db, 422, error=refusal, given=given)
    async with visit.site.database.reading() as db:
        return await _one(visit, db, id, secret=secret)


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _one(visit, db, visit.request.path_params["id"])


async def act(visit: Visit) -> Response:
    given = await visit.form()
    id, verb = visit.request.path_params["id"], visit.request.path_params["verb"]
    async with visit.site.database.transaction() as db:
        secret = await _act(visit, db, id, verb, given)
    if secret:
        async with visit.site.database.reading() as db:
            return await _one(visit, db, id, secret=secret)
    return visit.go("/settings/webhooks?saved=1" if verb == "delete" else f"/settings/webhooks/{id}?saved=1")


async def _act(visit: Visit, db: Db, id: int, verb: str, given: Mapping[str, str]) -> str:
    """The secret, where there is another."""
    context, viewer = visit.context(db), visit.viewer
    match verb:
        case "rotate":
            return await webhooks.rotate(db, viewer, id)
        case "on" | "off":
            await webhooks.switch(db, viewer, id, is_on=verb == "on")
        case "delete":
            await webhooks.remove(db, viewer, id)
        case "test":
            await flow.send_test(context, id)
        case "again":
            await flow.send_again(context, id, whole_number(given.get("which")) or 0)
        case _other:
            raise NotFound
    return ""


async def _all(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    own = await webhooks.own(db, visit.viewer)
    return await reading.show(
        visit,
        db,
        "settings_webhooks.html",
        status,
        webhooks=[ShownWebhook(one, await _about(visit, db, one)) for one in own],
        is_saved="saved" in visit.request.query_params,
        **({"given": {}, "error": None} | more),
    )


async def _one(visit: Visit, db: Db, id: int, **more: Shown) -> Response:
    own = await webhooks.own_webhook(db, visit.viewer, id)
    told = await delivery_log.listed(db, visit.viewer, id)
    seen = await seen_posts.posts(db, visit.viewer, [one.post_id for one in told if one.post_id])
    return await reading.show(
        visit,
        db,
        "settings_webhook.html",
        own=own,
        about=await _about(visit, db, own),
        told=[one for one in told if not one.post_id or one.post_id in {post.post_id for post in seen}],
        is_saved="saved" in visit.request.query_params,
        **({"secret": ""} | more),
    )


async def _about(visit: Visit, db: Db, own: OwnWebhook) -> str:
    if own.kind == "person":
        people = await visit.site.presenter.cards(db, visit.viewer, [int(own.about)])
        return next((f"@{one.handle}" for one in people.values()), "")
    return f"#{own.about}" if own.kind == "topic" else ""
