"""Who knows: one field, answered with people and what they wrote; names, topics and posts as well."""

from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.knowledge import asked as asking, watched
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.nearby import nearby
from weetwie.domain.people.search import search as search_people
from weetwie.domain.relations.tags import tags_like
from weetwie.domain.relations.ways import ways
from weetwie.domain.search.passages import search as search_passages
from weetwie.domain.search.posts import search as search_posts
from weetwie.domain.search.query import read
from weetwie.flows.translated_search import in_every_language
from weetwie.text.signs import whole_number
from weetwie.text.text import is_question, tag_key
from weetwie.views import passages as seen_passages, posts as seen_posts, tags as seen_tags
from weetwie.web import reading
from weetwie.web.answered import answered_lately, answered_like
from weetwie.web.experts import ShownExpert, experts, written_elsewhere
from weetwie.web.items import items
from weetwie.web.shown import Shown
from weetwie.web.topics import as_read
from weetwie.web.view_models import Person
from weetwie.web.visit import Visit

_EXPERTS: Final = 8
_ELSEWHERE: Final = 4
_PEOPLE: Final = 6
_TAGS: Final = 6
_NEARBY: Final = 6
_CLOSE: Final = 2
_LONGEST: Final = 1000
_ORDERS: Final = ("knows", "acts")
_NOTHING: Final[dict[str, Shown]] = {
    "found": [],
    "ways": {},
    "people": [],
    "is_a_name": False,
    "tags": [],
    "posts": [],
    "elsewhere": [],
    "passages": [],
    "source": "",
    "older": "",
    "nearest": (),
    "unknown": "",
    "not_inferred": (),
    "answered": [],
    "nearby": [],
    "close": [],
    "is_watched": False,
    "order": "knows",
    "question": "",
}


async def show(visit: Visit) -> Response:
    words = words_of(visit)
    async with visit.site.database.reading() as db:
        found = _NOTHING | (await _found(visit, db, words) if words else {})
        lately = [] if found["found"] else await answered_lately(visit, db)
        return await reading.show(visit, db, "who_knows.html", words=words, lately=lately, **found)


async def watch(visit: Visit) -> Response:
    """One notification when somebody writes about what nobody could answer, or none after all."""
    given = await visit.form()
    words = given.get("q", "").strip()[:_LONGEST]
    async with visit.site.database.transaction() as db:
        if given.get("act") == "stop":
            for id in await watched.watching(db, visit.viewer, words):
                await watched.stop(db, visit.viewer, id)
        else:
            await watched.watch(db, visit.viewer, words)
    return visit.go(f"/who-knows?{urlencode({'q': words})}")


def words_of(visit: Visit) -> str:
    return visit.request.query_params.get("q", "").strip()[:_LONGEST]


async def _found(visit: Visit, db: Db, words: str) -> dict[str, Shown]:
    """Raises Invalid for operators that cannot be understood."""
    asked, offset = read(words), _offset(visit)
    wanted = await in_every_language(db, visit.viewer, asked)
    if asked.source:
        ids = await search_passages(db, visit.viewer, wanted, reading.LENGTH, offset=offset)
        return {
            "source": asked.source,
            "passages": await seen_passages.passages(db, visit.viewer, ids),
            "older": _older(visit, offset) if len(ids) == reading.LENGTH else "",
        }
    ids = await search_posts(db, visit.viewer, wanted, Page(reading.LENGTH), offset=offset)
    posts = await visit.site.presenter.posts(db, visit.viewer, await seen_posts.posts(db, visit.viewer, ids))
    found: dict[str, Shown] = {
        "posts": await items(visit, db, posts),
        "older": _older(visit, offset) if len(ids) == reading.LENGTH else "",
    }
    if not asked.has_operators and not offset:
        found |= await _who_knows(visit, db, words)
    return found


async def _who_knows(visit: Visit, db: Db, words: str) -> dict[str, Shown]:
    viewer, presenter = visit.viewer, visit.site.presenter
    order = _order(visit, viewer)
    answer = await who_knows(db, viewer, words, order, limit=_EXPERTS, most_elsewhere=_ELSEWHERE)
    found = await experts(visit, db, answer)
    people = await search_people(db, viewer, words, limit=_PEOPLE)
    tags = await tags_like(db, viewer, tag_key(words.removeprefix("#")), limit=_TAGS)
    return {
        "found": found,
        "elsewhere": await written_elsewhere(visit, db, answer),
        "ways": await _ways(visit, db, [one.person.id for one in found]),
        "people": (shown := await presenter.people(db, viewer, people)),
        "is_a_name": any(_is_called(one, words) for one in shown),
        "tags": await seen_tags.tags(db, viewer, tags),
        "nearest": answer.nearest,
        "unknown": asking.as_written(words, answer.unknown),
        "not_inferred": answer.not_inferred,
        "answered": await answered_like(visit, db, words, answer),
        "nearby": await _nearby(visit, words, found),
        "close": [] if found else await _close(visit, db, words),
        "is_watched": not answer.is_named and bool(await watched.watching(db, viewer, words)),
        "order": order,
        "question": words if is_question(words) else f"{words}?",
    }


def _order(visit: Visit, viewer: Viewer) -> str:
    given = visit.request.query_params.get("order", "")
    return given if given in _ORDERS and viewer.policy.tells_activity else _ORDERS[0]


async def _ways(visit: Visit, db: Db, ids: list[int]) -> dict[int, tuple[str, Person | None]]:
    """By person how one reaches them, and by whom."""
    found = await ways(db, visit.viewer, ids)
    via = await visit.site.presenter.people(
        db, visit.viewer, {one.via_id for one in found.values() if one.via_id}
    )
    by_id = {one.id: one for one in via}
    return {id: (way.kind, by_id.get(way.via_id or 0)) for id, way in found.items()}


def _is_called(person: Person, words: str) -> bool:
    """Whether each of the words begins one of their names, or the handle."""
    names = [*person.name.casefold().split(), person.handle.casefold()]
    return all(any(name.startswith(word) for name in names) for word in words.casefold().lstrip("@").split())


async def _nearby(visit: Visit, words: str, found: list[ShownExpert]) -> list[str]:
    """Topics of the people who are named that were not asked for, in no language."""
    topics = [topic for one in found if one.expert.is_named for topic in one.person.knows]
    others = await as_read(visit, list(dict.fromkeys(topics)))
    asked = words.casefold()
    return [
        topic
        for topic in others
        if topic.casefold() not in asked and len(await as_read(visit, [words, topic])) > 1
    ][:_NEARBY]


async def _close(visit: Visit, db: Db, words: str) -> list[tuple[Person, str]]:
    """People who list a topic that is near, each with the topic."""
    terms = {term for one in asking.read(words) for term in one.terms}
    found = await nearby(db, visit.viewer, terms, _CLOSE)
    people = {
        one.id: one
        for one in await visit.site.presenter.people(db, visit.viewer, [one.person_id for one in found])
    }
    return [(people[one.person_id], one.topic) for one in found if one.person_id in people]


def _older(visit: Visit, offset: int) -> str:
    address = visit.request.url.include_query_params(offset=offset + reading.LENGTH)
    return f"{address.path}?{address.query}"


def _offset(visit: Visit) -> int:
    return min(whole_number(visit.request.query_params.get("offset"), 5) or 0, 10_000)
