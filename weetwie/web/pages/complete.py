"""What one may mean by the beginning of a name or a topic, for the one who is typing it."""

from starlette.responses import JSONResponse, Response

from weetwie.domain.people.search import search
from weetwie.domain.relations.tags import tags_like
from weetwie.text.text import tag_key
from weetwie.views import tags as seen_tags
from weetwie.web import emoji
from weetwie.web.visit import Visit

_MOST = 6


async def show(visit: Visit) -> Response:
    """`?q=@an`, `?q=#pu` or `?q=:roc`: a list of `name`, `called`, `what` and `face`."""
    asked = visit.request.query_params.get("q", "")[:60]
    sign, part = asked[:1], asked[1:]
    found: list[dict[str, str]] = []
    async with visit.site.database.reading() as db:
        if sign == "@" and part:
            ids = await search(db, visit.viewer, part, limit=_MOST)
            people = await visit.site.presenter.people(db, visit.viewer, ids)
            found = [
                {
                    "name": one.handle,
                    "called": one.called,
                    "what": one.unit or f"@{one.handle}",
                    "face": one.face,
                }
                for one in people
            ]
        elif sign == "#" and part:
            ids = await tags_like(db, visit.viewer, tag_key(part), limit=_MOST)
            tags = await seen_tags.tags(db, visit.viewer, ids)
            found = [{"name": tag.name, "called": f"#{tag.name}", "what": ""} for tag in tags]
    if sign == ":":
        found = emoji.like(part, visit.viewer.policy)
    return JSONResponse(found)
