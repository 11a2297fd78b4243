"""Pieces of pages while somebody types: people, topics and answered questions, before they ask."""

from typing import Final

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.people.search import search as search_people
from weetwie.domain.relations.tags import tags_like
from weetwie.domain.search.query import read
from weetwie.text.text import tag_key
from weetwie.views import tags as seen_tags
from weetwie.web.answered import FEW, answered_like
from weetwie.web.experts import experts
from weetwie.web.pages.who_knows import words_of
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_SHORTEST_QUESTION: Final = 8


async def show(visit: Visit) -> Response:
    """People, topics and answered questions for what has been typed so far, as a piece of a page."""
    words, viewer, presenter = words_of(visit), visit.viewer, visit.site.presenter
    if len(words) < 2 or read(words).has_operators:
        return visit.show("parts/while_typing.html", people=[], found=[], tags=[], answered=[])
    async with visit.site.database.reading() as db:
        people = await search_people(db, viewer, words, limit=FEW)
        answer = (await who_knows(db, viewer, words, limit=FEW)).named()
        tags = await tags_like(db, viewer, tag_key(words.removeprefix("#")), limit=FEW)
        return visit.show(
            "parts/while_typing.html",
            people=await presenter.people(db, viewer, people),
            found=await experts(visit, db, answer),
            tags=await seen_tags.tags(db, viewer, tags),
            answered=await answered_like(visit, db, words, answer),
        )


async def while_asking(visit: Visit) -> Response:
    """For a question that is being typed into the box: what has been answered, and who has dealt with it, as a piece of a page."""
    words = words_of(visit)
    async with visit.site.database.reading() as db:
        found = await before_asking(visit, db, words)
    return visit.show("parts/before_you_ask.html", **found, question_text=words, with_ask=True)


async def before_asking(visit: Visit, db: Db, words: str) -> dict[str, Shown]:
    """Answered questions like this one, and people who know; both may be empty."""
    if len(words) < _SHORTEST_QUESTION or read(words).has_operators:
        return {"answered": [], "found": []}
    answer = (await who_knows(db, visit.viewer, words, limit=FEW)).named()
    found = await experts(visit, db, answer)
    return {
        "answered": (await answered_like(visit, db, words, answer))[:1],
        "found": [one for one in found if one.person.id != visit.viewer.person_id],
    }
