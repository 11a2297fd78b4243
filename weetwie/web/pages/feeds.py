"""The secret addresses of one's own feeds: made, copied once, taken back."""

from typing import NamedTuple

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.feeds import addresses
from weetwie.domain.feeds.addresses import OwnFeed
from weetwie.domain.lists import lists
from weetwie.errors import NotFound, Refusal
from weetwie.flows import feeds as flow
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


class ShownFeed(NamedTuple):
    own: OwnFeed
    about: str
    """As a person would say it; empty where what it is of is gone."""


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db, given=dict(visit.request.query_params))


async def make(visit: Visit) -> Response:
    """The address is shown this once."""
    given = dict(await visit.form())
    kind = given.get("kind", "")
    about = given.get("list", "") if kind == "list" else given.get("about", "")
    try:
        async with visit.site.database.transaction() as db:
            _id, secret = await flow.make(visit.context(db), kind, about)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    async with visit.site.database.reading() as db:
        stem = f"{visit.site.base_url}/feeds/own/{secret}"
        return await _page(visit, db, made={ending: stem + ending for ending in (".atom", ".json")})


async def act(visit: Visit) -> Response:
    await visit.form()
    if visit.request.path_params["verb"] != "delete":
        raise NotFound
    async with visit.site.database.transaction() as db:
        await addresses.revoke(db, visit.viewer, visit.request.path_params["id"])
    return visit.go("/settings/feeds?saved=1")


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    own_lists = await lists.lists(db, visit.viewer)
    feeds = await addresses.own(db, visit.viewer)
    people = await visit.site.presenter.cards(
        db, visit.viewer, [int(one.about) for one in feeds if one.kind == "person"]
    )
    titles = {str(one.id): one.title for one in own_lists}
    names = {str(one.id): f"@{one.handle}" for one in people.values()}
    return await reading.show(
        visit,
        db,
        "settings_feeds.html",
        status,
        lists=own_lists,
        feeds=[ShownFeed(one, _about(one, names, titles)) for one in feeds],
        is_saved="saved" in visit.request.query_params,
        **({"made": {}, "given": {}, "error": None} | more),
    )


def _about(own: OwnFeed, names: dict[str, str], titles: dict[str, str]) -> str:
    if own.kind == "person":
        return names.get(own.about, "")
    if own.kind == "list":
        return titles.get(own.about, "")
    return f"#{own.about}" if own.kind == "topic" else own.about
