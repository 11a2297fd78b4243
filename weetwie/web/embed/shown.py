"""What a frame shows of each kind: the same findings as the pages, under the same law, with links that open there."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response

from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.people.directory import DirectoryFilter, directory
from weetwie.domain.people.lookup import lookup
from weetwie.domain.questions import question_lists
from weetwie.domain.timelines import public
from weetwie.errors import NotFound
from weetwie.text.text import tag_key
from weetwie.views import posts as seen_posts, tags as seen_tags
from weetwie.web.experts import experts
from weetwie.web.shown import Shown
from weetwie.web.topics import with_topics_as_read
from weetwie.web.visit import Visit

_EXPERTS: Final = 4
_POSTS: Final = 6
_PEOPLE: Final = 24


async def piece(visit: Visit, kind: str, value: str, question: str) -> Response:
    """As a piece of a page. Whoever is not logged in is offered to, whatever there is; to ask opens a window of ours anyway."""
    if kind != "ask" and not visit.is_signed_in:
        return visit.show("embed_shown.html", kind="log-in")
    about = value or question
    try:
        async with visit.site.database.reading() as db:
            shown = await _OF[kind](visit, db, about) if kind in _OF else {}
    except NotFound:
        return visit.show("embed_shown.html", kind="nothing")
    return visit.show("embed_shown.html", kind=kind, about=about, **shown)


async def _who_knows(visit: Visit, db: Db, about: str) -> dict[str, Shown]:
    if not about:
        return {"found": []}
    answer = (await who_knows(db, visit.viewer, about, limit=_EXPERTS)).named()
    return {"found": await experts(visit, db, answer)}


async def _topic(visit: Visit, db: Db, about: str) -> dict[str, Shown]:
    (tag,) = await seen_tags.named(db, visit.viewer, [about.removeprefix("#")])
    seen = await public.tagged(db, visit.viewer, tag.key, Page(_POSTS), [], [], [])
    return {"tag": tag, "posts": await visit.site.presenter.posts(db, visit.viewer, seen, "public")}


async def _person(visit: Visit, db: Db, about: str) -> dict[str, Shown]:
    person_id = await lookup(db, visit.viewer, about.removeprefix("@"))
    person = await visit.site.presenter.person(db, visit.viewer, person_id)
    return {"person": (await with_topics_as_read(visit, [person]))[0]}


async def _people(visit: Visit, db: Db, about: str) -> dict[str, Shown]:
    among = DirectoryFilter(units=[about])
    ids = await directory(db, visit.viewer, "new", 0, _PEOPLE, among) if about else []
    return {"people": await visit.site.presenter.people(db, visit.viewer, ids)}


async def _questions(visit: Visit, db: Db, about: str) -> dict[str, Shown]:
    topic = tag_key(about.removeprefix("#"))
    ids = await question_lists.unanswered(db, visit.viewer, Page(_POSTS), topic)
    seen = await seen_posts.posts(db, visit.viewer, ids)
    return {"posts": await visit.site.presenter.posts(db, visit.viewer, seen, "public")}


_OF: Final[dict[str, Callable[[Visit, Db, str], Awaitable[dict[str, Shown]]]]] = {
    "who-knows": _who_knows,
    "topic": _topic,
    "person": _person,
    "people": _people,
    "questions": _questions,
}
