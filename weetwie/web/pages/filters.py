"""What one would rather not read: words, and where they are folded or left out."""

from typing import Final

from msgspec import UNSET
from starlette.responses import Response

from weetwie.domain.filters import filters, rules
from weetwie.domain.filters.filters import FilterChange, KeywordChange
from weetwie.errors import NotFound
from weetwie.web import reading
from weetwie.web.visit import Visit

SPANS: Final = (1800, 3600, 21_600, 86_400, 604_800)
"""For how many seconds a filter may hold; without end otherwise."""


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        mine = await filters.filters(db, visit.viewer)
        return await reading.show(visit, db, "filters.html", filters=mine, actions=rules.ACTIONS)


async def make(visit: Visit) -> Response:
    given = await visit.form()
    words = [word.strip() for word in given.get("words", "").replace("\n", ",").split(",") if word.strip()]
    span = given.get("lasts", "")
    wanted = FilterChange(
        title=given.get("title", "").strip() or ", ".join(words)[: rules.LONGEST_TITLE],
        contexts=[one for one in rules.CONTEXTS if one in visit.several.get("context", [])],
        action=rules.ACTIONS.index("hide" if given.get("action") == "hide" else "warn"),
        expires_in=int(span) if span.isdigit() and int(span) in SPANS else UNSET,
        keywords=[KeywordChange(keyword=word, is_whole_word="is_whole_word" in given) for word in words],
    )
    async with visit.site.database.transaction() as db:
        await filters.make(db, visit.viewer, wanted)
    return visit.go("/settings/filters")


async def act(visit: Visit) -> Response:
    await visit.form()
    if visit.request.path_params["verb"] != "delete":
        raise NotFound
    async with visit.site.database.transaction() as db:
        await filters.remove(db, visit.viewer, visit.request.path_params["id"])
    return visit.go("/settings/filters")
